"""The operations that a step of an item may use: one module each, with everything that belongs to it."""
