"""The same person twice in a list: files compared pair by pair, and the groups that follow."""
