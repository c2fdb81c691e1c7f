"""How telephone numbers are read, kept and hidden (docs.md: Phones)."""
