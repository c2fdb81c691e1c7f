"""Who is who: names, files of one person, how two become one (docs.md: Repeats)."""
