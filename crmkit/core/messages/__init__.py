"""Written messages (docs.md: Customers)."""
