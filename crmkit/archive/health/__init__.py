"""What is not as it should be, and what can be put right without a person."""
