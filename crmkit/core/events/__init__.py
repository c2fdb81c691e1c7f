"""Events and invitations (docs.md: Events)."""
