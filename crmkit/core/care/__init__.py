"""Customers worth keeping (docs.md: Customers), and one customer as a whole."""
