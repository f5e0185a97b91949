"""Tools of those who build and try the portal. Nothing here runs in production."""
