"""Limits that lines and claims share: one module each, with everything that follows from it."""
