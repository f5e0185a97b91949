"""What the page on security calls met is held by tests that are there."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "security.md"
ROWS = [line for line in PAGE.read_text("utf-8").splitlines() if re.search(r"\| (met|open|site) \|", line)]


def test_the_page_has_the_points_of_both_catalogues():
    assert len(ROWS) > 40


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row.split("|")[1:-3]).strip()[:60])
def test_every_point_that_is_met_names_tests_that_exist(row):
    named = [name.partition("::") for name in re.findall(r"`([a-z_/0-9]+\.py(?:::\w+)?)`", row.rpartition(" | ")[2])]
    missing = [path for path, _, test in named if f"def {test or 'test_'}" not in (TESTS / path).read_text("utf-8")]
    assert missing == []
    assert named or "`make check`" in row or "| met |" not in row
