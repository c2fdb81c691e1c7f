"""Events and invitations (DOMAIN 5)."""
