"""Visits and the route of a day (docs.md: Events)."""
