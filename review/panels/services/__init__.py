"""What is done with schemes and panels."""
