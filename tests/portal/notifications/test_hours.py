"""Quiet hours and the daily summary, over days, against a clock that is counted hour by hour."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from portal.jobs.models import Job
from portal.jobs.services import enqueue_regular_jobs, run_due_jobs
from portal.notifications.digest import DigestLine
from portal.notifications.models import Choices, Message, Outgoing
from portal.notifications.quiet import quiet_until
from portal.workdays.models import WorkdayOverride
from review.decisions.digest import desk_lines
from tests.factories import ClaimFactory, UserFactory, binhu, make_official
from tests.portal.notifications.test_channels import tell

HOURS = st.integers(0, 23)


@given(
    at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    first=HOURS,
    last=HOURS,
)
def test_quiet_hours_end_at_the_next_hour_that_is_not_quiet(at, first, last):
    quiet = {(first + n) % 24 for n in range((last - first) % 24)}
    local = at + timedelta(hours=8)
    expected = None
    if local.hour in quiet:
        hour = local.replace(minute=0, second=0, microsecond=0)
        while hour.hour in quiet:
            hour += timedelta(hours=1)
        expected = hour - timedelta(hours=8)
    assert quiet_until(at, first=first, last=last) == expected


@pytest.fixture
def quiet(settings, monkeypatch):
    settings.QUIET_HOURS = True
    monkeypatch.setattr("portal.jobs.services.current_app.send_task", lambda *args, **kwargs: None)


@pytest.mark.django_db
def test_what_does_not_press_waits_for_the_morning_and_what_presses_goes_at_night(quiet, mailoutbox):
    usual, late = UserFactory(email="usual@b.example"), UserFactory(email="late@b.example")
    Choices.objects.create(user=late, quiet_from=1, quiet_until=9)
    never = UserFactory(email="never@b.example")
    Choices.objects.create(user=never, is_quiet=False)
    sent = {}
    with time_machine.travel("2026-03-02T23:30:00+08:00", tick=False) as machine:
        tell(usual, late, never, key="usual")
        tell(usual, key="urgent", code="ownership.contest_to_answer")
        for _ in range(12):
            run_due_jobs()
            for row in Outgoing.objects.filter(state="sent").select_related("message"):
                at = row.sent_at + timedelta(hours=8)
                sent.setdefault((row.to.split("@")[0], row.message.key), at.hour)
            machine.shift(timedelta(hours=1))
    assert sent == {("usual", "usual"): 7, ("late", "usual"): 23, ("never", "usual"): 23, ("usual", "urgent"): 23}
    assert set(Outgoing.objects.values_list("attempts", flat=True)) == {1}
    assert set(Job.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db
def test_a_summary_comes_on_every_working_day_at_its_hour_and_says_what_waits(quiet, mailoutbox):
    officer = make_official("acceptance", binhu())
    idle, unwilling = make_official("acceptance", binhu()), make_official("acceptance", binhu())
    Choices.objects.create(user=unwilling, wants_digest=False)
    Choices.objects.create(user=officer, digest_hour=9)
    Choices.objects.create(user=idle, digest_hour=23)
    # A Saturday that is worked, and a Wednesday that is not.
    WorkdayOverride.objects.create(day=date(2026, 3, 14), is_workday=True, basis="调休")
    WorkdayOverride.objects.create(day=date(2026, 3, 11), is_workday=False, basis="放假")
    hours = []
    with time_machine.travel("2026-03-09T00:10:00+08:00", tick=False) as machine:
        ClaimFactory.create_batch(2, status="submitted", region=binhu(), status_since=datetime(2026, 3, 8, tzinfo=UTC))
        for _ in range(24 * 8):
            enqueue_regular_jobs()
            Job.objects.exclude(kind__startswith="notifications").delete()
            run_due_jobs()
            now = datetime.now(UTC) + timedelta(hours=8)
            for message in Message.objects.filter(user=officer, read_at=None):
                Message.objects.filter(pk=message.pk).update(read_at=datetime.now(UTC))
                hours.append((now.day, now.hour, message.title[:9]))
            machine.shift(timedelta(hours=1))
    assert hours == [(day, 9, "您有 2 件待办") for day in (9, 10, 12, 13, 14, 16)]
    assert not Message.objects.filter(user=unwilling).exists()
    assert [mail.to for mail in mailoutbox if mail.to == [officer.email]] == [[officer.email]] * 6
    assert Message.objects.filter(user=idle).count() == 6


def test_a_line_of_the_summary_names_what_is_due_and_late():
    assert str(DigestLine("滨湖区 · 待受理", 12, due=3, late=1)) == "滨湖区 · 待受理 12 件（1 件已逾期，3 件明天到期）"
    assert str(DigestLine("滨湖区 · 待受理", 12)) == "滨湖区 · 待受理 12 件"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("since", "counted"),
    [("2026-02-27", (0, 1)), ("2026-03-02", (0, 0)), ("2026-03-03", (1, 0)), ("2026-03-04", (0, 0))],
)
def test_the_summary_counts_what_is_due_tomorrow_and_what_is_late(settings, since, counted):
    settings.REVIEW_WORKDAYS = 5
    officer = make_official("acceptance", binhu())
    with time_machine.travel("2026-03-09T08:00:00+08:00", tick=False):
        ClaimFactory(status="submitted", region=binhu(), status_since=datetime.fromisoformat(f"{since}T10:00:00+08:00"))
        line = desk_lines(officer, date(2026, 3, 9))[0]
    assert (line.count, line.due, line.late) == (1, *counted)
