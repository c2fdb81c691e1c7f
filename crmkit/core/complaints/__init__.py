"""Complaints in ten steps, none of which is left out (docs.md: Complaints)."""
