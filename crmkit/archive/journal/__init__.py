"""How bytes reach the disk: file operations, the one lock, a run's files changed together or not at all."""
