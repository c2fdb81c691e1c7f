"""How telephone numbers are read, kept and hidden (DOMAIN 2)."""
