"""What the commands share: session, the walk of a change, batches, options, progress."""
