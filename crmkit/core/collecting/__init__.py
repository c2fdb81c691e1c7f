"""Collecting files: what a form or a sheet says, and where it belongs (docs.md: Files, Repeats)."""
