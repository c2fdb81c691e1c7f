"""Written messages (DOMAIN 10)."""
