"""Making calls: drafts, publication, and what may still be changed afterwards."""
