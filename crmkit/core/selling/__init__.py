"""Orders, payments, returns (DOMAIN 6)."""
