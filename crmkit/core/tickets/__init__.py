"""Tickets: what was promised for a unit that does not work, and what was done about it (docs.md: Tickets)."""
