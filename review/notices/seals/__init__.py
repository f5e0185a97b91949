"""Seals: how an office signs its notices, and whether a signature holds."""
