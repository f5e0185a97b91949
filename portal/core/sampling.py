"""Samples: how many to draw, which ones, and what a share found in them says of the whole. Pure."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from statistics import NormalDist


def sample_size(population: int, *, confidence: int, margin: int) -> int:
    """How many of a population to draw, so that a share is known within `margin` percent, at `confidence` percent.

    Cochran's formula for the least certain share, one half, with the finite population correction; rounded up.
    """
    if population <= 0:
        return 0
    unlimited = _z(confidence) ** 2 / (4 * (margin / 100) ** 2)
    return min(population, math.ceil(unlimited / (1 + (unlimited - 1) / population)))


def drawn(keys: Iterable[int], size: int, *, seed: str) -> list[int]:
    """So many of these keys: those whose SHA-256 of "seed:key" is smallest, in that order.

    Anybody can draw the same again from the seed and the keys, in whatever order these come.
    """
    return sorted(keys, key=lambda key: (hashlib.sha256(f"{seed}:{key}".encode()).digest(), key))[:size]


def wilson_interval(hits: int, count: int, *, confidence: int) -> tuple[float, float]:
    """Between which shares (0 to 1) that of the whole lies, at `confidence` percent: the score interval of Wilson."""
    if not count:
        return 0.0, 1.0
    z = _z(confidence)
    share, base = hits / count, 1 + z * z / count
    middle = (share + z * z / (2 * count)) / base
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / base
    return max(0.0, middle - half), min(1.0, middle + half)


def _z(confidence: int) -> float:
    return NormalDist().inv_cdf(0.5 + confidence / 200)
