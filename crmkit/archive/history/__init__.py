"""What became of records: runs and fields over time, undo, the archive as it stood."""
