"""Visits and the route of a day (DOMAIN 5)."""
