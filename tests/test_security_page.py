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
    named = re.findall(r"`([^` ]+)`", row.rpartition(" | ")[2])
    paths = [name for name in named if re.fullmatch(r"[a-z_/]+(\.py)?", name) and not name.startswith("/")]
    assert [path for path in paths if not (TESTS / path).exists()] == []
    assert paths or "`make check`" in row or "| met |" not in row
