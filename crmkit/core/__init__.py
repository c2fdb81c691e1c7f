"""The rules, pure: records in, records out. No files, no printing; the clock is an argument."""
