"""Limits of CPU time that hold on a busy machine as on an idle one."""

import gc
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# What the fixed piece of work below takes on the machine that the limits were set on, in seconds.
_USUAL_SECONDS = 0.0047


def _slowness() -> float:
    """How many times as long as usual this process computes now: on shared cores a second is worth less."""
    began = time.process_time()
    total = 0
    for number in range(100_000):
        total += number % 7
    return (time.process_time() - began) / _USUAL_SECONDS


def _spent() -> float:
    """CPU seconds of this process, and of those that it started and that have ended."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


@contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """Fail where the block, with the programs it runs, takes more CPU seconds, counted as on an idle machine.

    Garbage is collected before and not within: to walk all that earlier tests left takes some tenths of a second.
    """
    gc.collect()
    before = _slowness()
    gc.disable()
    try:
        began = _spent()
        yield
        taken = _spent() - began
    finally:
        gc.enable()
    usual = taken / max(before, _slowness(), 1)
    assert usual < seconds, f"{usual:.2f} s of CPU ({taken:.2f} s counted), allowed are {seconds} s"


def assert_within_cpu(seconds: float, act: Callable[[], object], *, tries: int = 3) -> None:
    """Fail where an act that can be repeated takes more each time: what else a machine does only ever slows it."""
    for _ in range(tries - 1):
        try:
            with cpu_limit(seconds):
                act()
        except AssertionError:
            continue
        return
    with cpu_limit(seconds):
        act()
