"""Callbacks: what is planned, why and when (DOMAIN 4)."""
