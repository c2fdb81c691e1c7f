"""Calls: whom one may call, what to know before, what came of it (DOMAIN 4 and 12)."""
