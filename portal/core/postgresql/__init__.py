"""Django's PostgreSQL backend with what the portal changes in it."""
