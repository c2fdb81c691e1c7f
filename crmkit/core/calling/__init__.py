"""Calls: whom one may call, what to know before, what came of it (docs.md: Calls, Refusals)."""
