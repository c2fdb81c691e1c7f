"""Customers worth keeping (DOMAIN 10), and one customer as a whole."""
