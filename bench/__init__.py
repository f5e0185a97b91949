"""Measurements. A module with a `run()` is one measurement; `make bench` runs all and prints their ratios.

`run()` returns a dictionary of numbers, strings and nested dictionaries, fit for JSON. Its key `ratios` holds what is
printed: a name, and a mapping with `value`, `aim` and `better` ("higher" or "lower").
"""
