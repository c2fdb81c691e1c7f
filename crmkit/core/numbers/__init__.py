"""Numbers that crmkit gives out, of service cards and invitations, with their check characters."""
