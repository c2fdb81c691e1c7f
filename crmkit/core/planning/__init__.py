"""Callbacks: what is planned, why and when (docs.md: Calls)."""
