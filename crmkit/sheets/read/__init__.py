"""Sheets in: any file that people keep rows in, its headers understood, its rows as drafts."""
