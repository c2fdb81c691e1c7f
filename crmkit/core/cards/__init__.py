"""Service cards and their numbers (docs.md: Cards)."""
