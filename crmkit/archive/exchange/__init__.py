"""Archives that come and go: made, sent, fetched, backed up, brought to a newer format."""
