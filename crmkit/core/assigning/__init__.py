"""Who screens a file and who looks after it (DOMAIN 1 and 3)."""
