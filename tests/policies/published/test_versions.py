"""Which version a day belongs to, and what a publication appends."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.published.versions import counting, to_append, version_on

FIRST, LATER, LAST = date(2020, 3, 10), date(2026, 1, 1), date(2027, 1, 1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Version:
    valid_from: date | None
    valid_to: date | None = None
    hash: str = ""


OLD, NEW, DRAFT = Version(FIRST), Version(LATER), Version(None)


@pytest.mark.parametrize(
    ("versions", "day", "found"),
    [
        ([OLD], FIRST - DAY, None),
        ([OLD], FIRST, OLD),
        ([OLD, NEW], LATER - DAY, OLD),
        ([OLD, NEW], LATER, NEW),
        # Published anew from its own first day on, a rule replaces also what was to come later.
        ([OLD, NEW, again := Version(FIRST, hash="again")], LATER, again),
        ([Version(FIRST, LATER)], LATER - DAY, Version(FIRST, LATER)),
        ([Version(FIRST, LATER)], LATER, None),
        # What was open and is published with an end is over: the open version does not come back.
        ([OLD, Version(FIRST, LATER)], LAST, None),
        ([DRAFT], FIRST, None),
        ([DRAFT, OLD], FIRST, OLD),
        ([], FIRST, None),
    ],
)
def test_a_day_belongs_to_the_newest_version_that_had_begun(versions, day, found):
    assert version_on(versions, day) == found


def test_versions_that_count_are_those_some_day_belongs_to():
    replaced = Version(FIRST, hash="replaced")
    assert counting([replaced, OLD, NEW]) == [OLD, NEW]
    assert counting([OLD, NEW, replaced]) == [replaced]
    assert counting([DRAFT, OLD]) == [OLD]
    assert counting([Version(None, hash="1"), DRAFT]) == [DRAFT]
    assert counting([]) == []


@pytest.mark.parametrize(
    ("held", "wanted", "appended"),
    [
        ([], [(FIRST, "a")], [(FIRST, "a")]),
        ([(FIRST, "a")], [(FIRST, "a")], []),
        ([(FIRST, "a")], [(FIRST, "b")], [(FIRST, "b")]),
        ([(FIRST, "a")], [(LATER, "b")], [(LATER, "b")]),
        ([(FIRST, "a"), (LATER, "b")], [(LATER, "b")], []),
        ([(FIRST, "a")], [(FIRST, "a"), (LATER, "b")], [(LATER, "b")]),
        # A later rule that is gone: the earlier one is published over it.
        ([(FIRST, "a"), (LATER, "b")], [(FIRST, "a")], [(FIRST, "a")]),
        ([(FIRST, "a"), (LATER, "b")], [(FIRST, "a"), (LAST, "b")], [(FIRST, "a"), (LAST, "b")]),
        ([(FIRST, "a"), (LAST, "b")], [(FIRST, "a"), (LATER, "c"), (LAST, "b")], [(LATER, "c"), (LAST, "b")]),
    ],
)
def test_only_what_does_not_count_already_is_appended(held, wanted, appended):
    assert wanted[to_append(held, wanted) :] == appended


def rules() -> st.SearchStrategy[list[tuple[date, str]]]:
    days = st.sampled_from([FIRST, FIRST + DAY, LATER, LAST])
    by_day = st.dictionaries(days, st.sampled_from("abc"), min_size=1)
    return by_day.map(lambda found: sorted(found.items()))


@given(st.lists(rules(), min_size=1, max_size=6))
def test_after_any_publications_the_last_one_holds_from_its_first_day_on(publications):
    held: list[Version] = []
    for wanted in publications:
        before = held
        counted = [(v.valid_from, v.hash) for v in counting(held)]
        held = [*held, *(Version(first, hash=name) for first, name in wanted[to_append(counted, wanted) :])]
        for day in (FIRST - DAY, FIRST, FIRST + DAY, LATER - DAY, LATER, LAST, LAST + DAY):
            begun = [name for first, name in wanted if first <= day]
            found = version_on(held, day)
            if begun:
                assert found is not None
                assert found.hash == begun[-1]
            else:
                assert found == version_on(before, day)
