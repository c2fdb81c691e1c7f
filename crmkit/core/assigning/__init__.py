"""Who screens a file and who looks after it (docs.md: Files, Assignment)."""
