"""When people may be called, and how time is counted (DOMAIN 4 and 7)."""
