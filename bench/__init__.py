"""Measurements. A module with a `run()` is one measurement; `make bench` runs all and prints their ratios.

`run(size, rounds)` returns a dictionary of numbers, strings and nested dictionaries, fit for JSON; without arguments it
measures at full size. Its key `ratios` holds what is printed: a name, and a mapping with `value`, `aim` and `better`
("higher" or "lower"). `SMALL` holds the arguments with which the tests run the measurement once, in a few seconds and
without OpenFisca's environment.
"""
