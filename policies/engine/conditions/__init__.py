"""Tests on facts: one module for each family, with its keys, both ways to compute it, and its words."""
