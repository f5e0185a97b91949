"""Made-up people, bodies and claims that show the portal at work. Nothing in here is used by the portal itself."""
