"""Collecting files: what a form or a sheet says, and where it belongs (DOMAIN 1 and 2)."""
