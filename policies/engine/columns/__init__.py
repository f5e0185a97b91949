"""Claims as NumPy columns: the types and the exact arithmetic that column steps and simulations share."""
