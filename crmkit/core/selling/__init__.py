"""Orders, payments, returns (docs.md: Orders)."""
