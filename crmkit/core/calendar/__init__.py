"""When people may be called, and how time is counted (docs.md: Calls, Cards)."""
