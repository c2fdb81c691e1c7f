"""Half a year of a branch office, driven through the commands alone, and the laws that must hold at its end."""
