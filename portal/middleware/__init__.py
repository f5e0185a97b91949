"""One file a middleware; the order in which they run stands in the settings."""
