"""The memory of columns is kept while many simulations run, and given back afterwards."""

import ctypes
import mmap
from pathlib import Path

import numpy as np
import pytest

from policies.engine.batch import kept_memory

MEGABYTES = 200


def _faults() -> int:
    """Pages that the system has given to the process so far: `minflt` of proc(5)."""
    return int(Path("/proc/self/stat").read_text("ascii").rpartition(")")[2].split()[7])


def _resident() -> int:
    """Bytes of memory that the process holds."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * mmap.PAGESIZE


def _work() -> None:
    """Fill columns of 8 MB, as many as a simulation has at a time, and let them go."""
    columns = [np.ones(1 << 20, dtype=np.int64) for _ in range(MEGABYTES // 8)]
    del columns


def test_columns_that_follow_others_take_their_memory_and_it_is_given_back_at_the_end():
    before = _resident()
    with kept_memory():
        _work()
        first = _faults()
        _work()
        again = _faults() - first
        kept = _resident()

    assert again < MEGABYTES  # pages; 256 times as many are in the columns
    assert kept - before > MEGABYTES // 2 * 2**20
    assert _resident() - before < MEGABYTES // 2 * 2**20


def test_another_c_library_does_as_it_does(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())

    with kept_memory():
        _work()
