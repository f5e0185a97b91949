"""Pages follow each other without a gap, whatever the order, and a cursor from outside breaks nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.core.paging import paginate
from portal.notifications.models import Message
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)


def _messages(count):
    person = UserFactory()
    for number in range(count):
        moment = MORNING + timedelta(microseconds=number // 2)
        Message.objects.create(user=person, key=str(number), title="x", body="", created_at=moment)
    return Message.objects.all()


def _walk(rows, **how):
    seen, after = [], ""
    while True:
        page = paginate(rows, after=after, size=3, **how)
        seen += page.rows
        after = page.next_cursor
        if not after:
            return seen


@pytest.mark.parametrize("count", [0, 1, 3, 4, 7])
@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize("by", ["", "created_at"])
def test_pages_follow_each_other_without_gap_or_repetition(count, by, oldest_first):
    rows = _messages(count)
    order = ["created_at", "pk"] if by else ["pk"]
    expected = list(rows.order_by(*order) if oldest_first else rows.order_by(*order).reverse())
    assert _walk(rows, by=by, oldest_first=oldest_first) == expected


def test_a_full_last_page_has_no_successor():
    rows = _messages(3)
    assert paginate(rows, after="", size=3).next_cursor == ""
    assert paginate(rows, after="", size=2).next_cursor != ""


@pytest.mark.parametrize("by", ["", "created_at"])
@pytest.mark.parametrize("after", ["x", "-1", "1-", "9" * 30, "１-２", "1-2-3", f"{'9' * 18}-1"])
def test_a_cursor_without_sense_gives_the_first_page(after, by):
    rows = _messages(2)
    assert len(paginate(rows, after=after, size=3, by=by).rows) == 2


def test_converted_rows_keep_the_cursor():
    page = paginate(_messages(2), after="", size=1)
    assert page.map(lambda message: message.key).rows == ["1"]
    assert page.map(str).next_cursor == page.next_cursor
