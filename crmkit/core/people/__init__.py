"""Who is who: names, files of one person, how two become one (DOMAIN 2.1)."""
