"""A small run of the site under faults; `make nightly` makes long ones. A failing seed is printed, and replays."""

import os
import random
import subprocess
import sys

import pytest

from tests.depth import by_depth
from tests.site import ROOT

pytestmark = [pytest.mark.worker, pytest.mark.slow]
STEPS = by_depth(7, nightly=60)


def test_nothing_acknowledged_is_lost_and_nothing_done_twice_whatever_breaks():
    seed = os.environ.get("FAULT_SEED") or str(by_depth(1, nightly=random.randrange(10**6)))
    command = [sys.executable, "-m", "tests.fault_run", seed, str(STEPS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=3600)
    assert done.returncode == 0, f"FAULT_SEED={seed} runs this again:\n{done.stdout}\n{done.stderr[-4000:]}"
    assert "nothing is missing" in done.stdout
