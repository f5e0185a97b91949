"""A long publicity list is approved by a job: once, in small transactions, with progress and a message at the end."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from portal.core.errors import RefusedError
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.services import run_due_jobs
from portal.notifications.models import Message
from review.decisions.services import long_lists
from review.decisions.services.long_lists import KIND, approval_job, approve_in_background, start_approval
from review.decisions.services.objections import Objector, enter_objection
from tests.applications.worlds import patent_facts
from tests.review.worlds import again, decided, on, publish

AFTER = date(2026, 6, 8)


@pytest.fixture
def listed(settings, office, time_machine):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    found = publish(office, *(decided(office, lines=[patent_facts(number)]) for number in (1, 2)))
    time_machine.move_to(on(AFTER).at)
    return found


@pytest.mark.django_db(transaction=True)
def test_long_list_is_promised_on_the_page_and_approved_by_the_worker(client, office, listed, monkeypatch):
    monkeypatch.setattr("review.decisions.views.publicity.MOST_AT_ONCE", 1)
    client.force_login(office.decider)
    for _ in range(2):
        client.post(reverse("review:publicity_approve", args=[listed.key]))
    assert Job.objects.filter(kind=KIND).count() == 1
    page = client.get(reverse("review:publicity_work", args=[listed.key])).content.decode()
    assert ("期满批准正在办理" in page, "data-confirm" in page) == (True, False)
    assert {again(entry.claim).status for entry in listed.entries.all()} == {ClaimStatus.PUBLICITY}

    while approval_job(listed) and run_due_jobs():
        pass

    assert {again(entry.claim).status for entry in listed.entries.all()} == {ClaimStatus.APPROVED}
    job = Job.objects.get(kind=KIND)
    assert (job.state, job.progress_done, job.progress_total) == (JobState.DONE, 2, 2)
    assert "已批准 2 件，通知书" in Message.objects.get(user=office.decider, key__startswith=KIND).body
    assert "期满批准正在办理" not in client.get(reverse("review:publicity_work", args=[listed.key])).content.decode()


@pytest.mark.django_db
def test_job_that_was_killed_goes_on_with_the_rest_and_says_what_was_refused(office, listed, monkeypatch):
    first, second = (entry.claim for entry in listed.entries.order_by("claim_id"))
    approve = long_lists.approve_list

    def killed(publicity, *, act, progress):
        def stop(done, total):
            raise KeyboardInterrupt

        return approve(publicity, act=act, progress=stop)

    monkeypatch.setattr(long_lists, "approve_list", killed)
    with pytest.raises(KeyboardInterrupt):
        approve_in_background(listed.pk, office.decider.pk, "1")
    assert (again(first).status, again(second).status) == (ClaimStatus.APPROVED, ClaimStatus.PUBLICITY)
    monkeypatch.setattr(long_lists, "approve_list", approve)
    office.decider.appointments.update(revoked_at=on(date(2027, 6, 8)).at)
    approve_in_background(listed.pk, office.decider.pk, "1")
    assert again(second).status == ClaimStatus.PUBLICITY
    body = Message.objects.get(user=office.decider, key__startswith=KIND).body
    assert ("已批准 1 件，未批准 1 件" in body, second.number in body) == (True, True)


@pytest.mark.django_db
def test_only_the_own_regions_decision_maker_starts_one_and_only_after_the_period(office, listed):
    with pytest.raises(PermissionDenied):
        start_approval(listed, act=on(AFTER, office.city))
    with pytest.raises(RefusedError, match="2026-06-05"):
        start_approval(listed, act=on(date(2026, 6, 5), office.decider))
    objector = Objector("王某", "139")
    entry = listed.entries.first()
    day = date(2026, 6, 2)
    enter_objection(entry, objector=objector, text="重复", received_on=day, act=on(day, office.city))
    job = start_approval(listed, act=on(AFTER, office.decider))
    assert start_approval(listed, act=on(AFTER, office.decider)) == job
    Job.objects.update(state=JobState.DONE, finished_at=on(AFTER).at)
    assert start_approval(listed, act=on(AFTER, office.decider)) != job
