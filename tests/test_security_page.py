"""What the page on security calls met is held by tests that are there."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "security.md"
ROWS = [line for line in PAGE.read_text("utf-8").splitlines() if re.search(r"\| (met|open|site) \|", line)]


# The last point of levels 1 and 2 in each section of ASVS 5.0.0, whose numbers there begin with 1.
LAST = {
    "1.1": 2,
    "1.2": 9,
    "1.3": 11,
    "1.4": 3,
    "1.5": 2,
    "2.1": 3,
    "2.2": 3,
    "2.3": 4,
    "2.4": 1,
    "3.2": 2,
    "3.3": 4,
    "3.4": 6,
    "3.5": 5,
    "3.7": 2,
    "4.1": 3,
    "4.2": 1,
    "4.3": 2,
    "4.4": 4,
    "5.1": 1,
    "5.2": 3,
    "5.3": 2,
    "5.4": 3,
    "6.1": 3,
    "6.2": 12,
    "6.3": 4,
    "6.4": 4,
    "6.5": 5,
    "6.6": 3,
    "6.8": 4,
    "7.1": 3,
    "7.2": 4,
    "7.3": 2,
    "7.4": 5,
    "7.5": 2,
    "7.6": 2,
    "8.1": 2,
    "8.2": 3,
    "8.3": 1,
    "8.4": 1,
    "9.1": 3,
    "9.2": 4,
    "10.1": 2,
    "10.2": 2,
    "10.3": 4,
    "10.4": 11,
    "10.5": 5,
    "10.6": 2,
    "10.7": 3,
    "11.1": 2,
    "11.2": 3,
    "11.3": 3,
    "11.4": 4,
    "11.5": 1,
    "11.6": 1,
    "12.1": 3,
    "12.2": 2,
    "12.3": 4,
    "13.1": 1,
    "13.2": 5,
    "13.3": 2,
    "13.4": 5,
    "14.1": 2,
    "14.2": 4,
    "14.3": 3,
    "15.1": 3,
    "15.2": 3,
    "15.3": 7,
    "16.1": 1,
    "16.2": 5,
    "16.3": 4,
    "16.4": 3,
    "16.5": 3,
    "17.1": 1,
    "17.2": 4,
    "17.3": 2,
}


def points(cell):
    """The numbers of a cell such as `1.2.1–1.2.3, 1.3.2`."""
    for first, _, last in (part.partition("–") for part in cell.split(", ")):
        section, _, begin = first.rpartition(".")
        for number in range(int(begin), int((last or first).rpartition(".")[2]) + 1):
            yield f"{section}.{number}"


def test_the_page_has_every_point_of_the_catalogue_once():
    cells = re.findall(r"^\| (\d[\d.–, ]*) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    named = [point for cell in cells for point in points(cell)]
    assert sorted(named) == sorted(f"{section}.{n}" for section, last in LAST.items() for n in range(1, last + 1))
    assert len(named) == 253


def test_the_page_has_the_points_of_both_catalogues():
    assert len(ROWS) > 40


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row.split("|")[1:-3]).strip()[:60])
def test_every_point_that_is_met_names_tests_that_exist(row):
    named = [name.partition("::") for name in re.findall(r"`([a-z_/0-9]+\.py(?:::\w+)?)`", row.rpartition(" | ")[2])]
    missing = [path for path, _, test in named if f"def {test or 'test_'}" not in (TESTS / path).read_text("utf-8")]
    assert missing == []
    assert named or "`make check`" in row or "| met |" not in row
