"""A secret address gives the days that concern a person, without names, until it is revoked."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from portal.calendars.models import Feed
from portal.core.icalendar import day_event
from tests.factories import ClaimFactory, make_member

pytestmark = pytest.mark.django_db


def address(page) -> str:
    return page.context["address"].partition("/calendar/")[2]


def test_the_feed_has_days_and_titles_and_nothing_that_says_whose_they_are(client):
    member = make_member()
    applicant = member.memberships.get().applicant
    due = timezone.localdate() + timedelta(days=5)
    ClaimFactory(applicant=applicant, created_by=member, status=ClaimStatus.CORRECTION, correction_due_on=due)
    client.force_login(member)
    made = address(client.post(reverse("calendars:subscription"), {"action": "make"}))
    assert made not in client.get(reverse("calendars:subscription")).content.decode()
    assert made.removesuffix(".ics") not in Feed.objects.get().token_hash
    client.logout()
    content = client.get(f"/calendar/{made}")
    text = content.content.decode().replace("\r\n ", "")
    assert content["Content-Type"].startswith("text/calendar")
    assert f"DTSTART;VALUE=DATE:{due:%Y%m%d}" in text
    assert "SUMMARY:补正截止：发明专利授权奖补" in text
    assert not any(words in text for words in (applicant.name, applicant.uscc, member.name, member.email))


def test_a_new_address_ends_the_old_one_and_revoking_ends_it_at_once(client):
    client.force_login(make_member())
    url = reverse("calendars:subscription")
    first, second = (address(client.post(url, {"action": "make"})) for _ in range(2))
    assert [client.get(f"/calendar/{each}").status_code for each in (first, second)] == [404, 200]
    client.post(url, {"action": "revoke"})
    assert client.get(f"/calendar/{second}").status_code == 404
    assert Feed.objects.filter(revoked_at=None).count() == 0


def test_a_whole_day_event_ends_on_the_next_day():
    lines = day_event("a@b", date(2026, 12, 31), "草稿截止", stamp=timezone.now(), alarm_days=3)
    assert {"DTSTART;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20270101", "TRIGGER:-P3D"} <= set(lines)
