"""Pages of panels: for those who form them, and for the experts."""
