"""How far tests that search by chance go: a little way in every run, a long one in `make nightly`."""

import os
from typing import TypeVar

T = TypeVar("T")
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "portal")


def by_depth(usual: T, nightly: T) -> T:
    """What a test takes in every run, or what it takes at night."""
    return nightly if PROFILE == "nightly" else usual
