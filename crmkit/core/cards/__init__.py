"""Service cards and their numbers (DOMAIN 7)."""
