"""A small run of the site under faults; `make nightly` makes long ones. A failing seed is printed, and replays."""

import os
import random
import subprocess
import sys

import pytest

from tests.site import ROOT

pytestmark = [pytest.mark.worker, pytest.mark.slow]
STEPS = {"nightly": 60}


def test_nothing_acknowledged_is_lost_and_nothing_done_twice_whatever_breaks():
    profile = os.environ.get("HYPOTHESIS_PROFILE", "")
    seed = os.environ.get("FAULT_SEED") or (str(random.randrange(10**6)) if profile in STEPS else "1")
    command = [sys.executable, "-m", "tests.fault_run", seed, str(STEPS.get(profile, 7))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=3600)
    assert done.returncode == 0, f"FAULT_SEED={seed} runs this again:\n{done.stdout}\n{done.stderr[-4000:]}"
    assert "nothing is missing" in done.stdout
