"""The archive on disk: TinyDB shards, transaction and journal, lock, derived index, git."""
