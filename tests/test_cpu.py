"""Limits of CPU time have one home: what each test would count for itself fails on a busy machine."""

import re

from tests.sources import ROOT

# Clocks of a processor, and of how long something took; waiting until a moment asks `time.monotonic` or `time.time`.
CLOCKS = re.compile(r"\b(process_time|thread_time|perf_counter|clock_gettime|timeit|getrusage|os\.times)\b")
HOME = ROOT / "tests" / "cpu.py"


def test_no_test_counts_seconds_of_the_processor_but_by_the_common_limit():
    modules = [path for path in sorted((ROOT / "tests").rglob("*.py")) if path not in (HOME, ROOT / __file__)]
    assert len(modules) > 300
    assert [str(path.relative_to(ROOT)) for path in modules if CLOCKS.search(path.read_text("utf-8"))] == []
