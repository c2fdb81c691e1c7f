"""crmkit: lead collection, callbacks, service cards and reports over a flat-file archive."""

__version__ = "0.1.0"
