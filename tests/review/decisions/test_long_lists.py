"""A long publicity list is published, approved and taken down by jobs: once, in small transactions, with progress."""

from datetime import date
from threading import Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from portal.audit.services import record_audit
from portal.core.errors import RefusedError
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.services import run_due_jobs
from portal.notifications.models import Message
from review.decisions.models import PublicityList
from review.decisions.services import long_lists, publicity
from review.decisions.services.long_lists import (
    APPROVE_KIND,
    approve_in_background,
    running_job,
    start_approval,
    start_publication,
    start_withdrawal,
)
from review.decisions.services.objections import Objector, enter_objection
from review.decisions.services.publicity import PublicityPlan
from tests.applications.worlds import patent_facts
from tests.depth import by_depth
from tests.factories import UserFactory, act, wuxi
from tests.review.decisions.pages import as_
from tests.review.worlds import again, decided, on, publish

MONDAY, AFTER = date(2026, 6, 1), date(2026, 6, 8)
PLAN = PublicityPlan("长名单", MONDAY, 5, "电话")


def work_off(listed):
    while running_job(listed) and run_due_jobs():
        pass


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
    assert Job.objects.filter(kind=APPROVE_KIND).count() == 1
    page = client.get(reverse("review:publicity_work", args=[listed.key])).content.decode()
    assert ("期满批准正在办理" in page, "data-confirm" in page) == (True, False)
    assert {again(entry.claim).status for entry in listed.entries.all()} == {ClaimStatus.PUBLICITY}

    work_off(listed)

    assert {again(entry.claim).status for entry in listed.entries.all()} == {ClaimStatus.APPROVED}
    job = Job.objects.get(kind=APPROVE_KIND)
    assert (job.state, job.progress_done, job.progress_total) == (JobState.DONE, 2, 2)
    assert "已批准 2 件，通知书" in Message.objects.get(user=office.decider, key__startswith=APPROVE_KIND).body
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
    body = Message.objects.get(user=office.decider, key__startswith=APPROVE_KIND).body
    assert ("已批准 1 件，未办理 1 件" in body, second.number in body) == (True, True)


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


@pytest.fixture
def three(settings, office, time_machine, monkeypatch):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    monkeypatch.setattr(long_lists, "SLICE", 2)
    monkeypatch.setattr("review.decisions.views.publicity.MOST_AT_ONCE", 1)
    claims = [decided(office, lines=[patent_facts(number)]) for number in (1, 2, 3)]
    time_machine.move_to(on(MONDAY).at)
    return claims


@pytest.mark.django_db(transaction=True)
def test_long_list_is_filled_and_taken_down_by_jobs_and_the_public_sees_only_the_full_one(client, office, three):
    as_(client, office.city)
    sent = {"title": "长名单", "starts_on": "2026-06-01", "workdays": "5", "contact": "电话", "intent": "publish"}
    answer = client.post(reverse("review:publicity_new"), sent | {"claim": [claim.pk for claim in three]})
    listed = PublicityList.objects.get()
    work, public = (reverse(f"review:{name}", args=[listed.key]) for name in ("publicity_work", "publicity_detail"))
    assert answer.url == work
    assert "公示名单生成正在办理" in client.get(work).content.decode()
    for page in (public, reverse("review:publicity_public"), reverse("home")):
        assert "长名单" not in client.get(page).content.decode()
    assert client.post(reverse("review:publicity_withdraw", args=[listed.key]), {"reason": "早了"}).status_code == 422
    # What another officer did meanwhile stays; the others of its slice are entered.
    three[0].applicant.claims.filter(pk=three[0].pk).update(status=ClaimStatus.FINAL_DECISION)

    work_off(listed)

    assert [again(claim).status for claim in three] == [ClaimStatus.FINAL_DECISION, *[ClaimStatus.PUBLICITY] * 2]
    body = Message.objects.get(user=office.city, title="公示名单已发布").body
    assert ("列入 2 件" in body, f"未办理 1 件：\n{three[0].number}" in body) == (True, True)
    assert "长名单" in client.get(public).content.decode()
    assert client.post(reverse("review:publicity_withdraw", args=[listed.key]), {"reason": "有误"}).status_code == 302
    assert "已撤下" in client.get(public).content.decode()
    work_off(listed)
    assert [again(claim).status for claim in three[1:]] == [ClaimStatus.AWAITING_PUBLICITY] * 2
    jobs = Job.objects.filter(kind__startswith="review.").order_by("pk")
    assert [(job.state, job.progress_done, job.progress_total) for job in jobs] == [
        (JobState.DONE, 3, 3),
        (JobState.DONE, 2, 2),
    ]


@pytest.mark.django_db
def test_killed_publication_goes_on_and_enters_nobody_twice(office, three, monkeypatch):
    listed = start_publication(wuxi(), claim_ids=[claim.pk for claim in three], plan=PLAN, act=on(MONDAY, office.city))
    job = Job.objects.get(kind="review.publish_list")

    def killed(done, total):
        raise KeyboardInterrupt

    monkeypatch.setattr(long_lists, "report_progress", killed)
    with pytest.raises(KeyboardInterrupt):
        long_lists.publish_in_background(**job.payload)
    assert listed.entries.count() == 2
    monkeypatch.undo()
    long_lists.publish_in_background(**job.payload)
    assert {entry.claim_id for entry in listed.entries.all()} == {claim.pk for claim in three}
    with pytest.raises(RefusedError, match="不在等待"):
        start_publication(wuxi(), claim_ids=[three[0].pk], plan=PLAN, act=on(MONDAY, office.city))


def write_beside(person):
    """Append to the audit chain on a connection of one's own, and wait 200 ms for its head at most."""
    problems = []

    def write():
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '200ms'")
                record_audit(act(person), action="accounts.profile_changed", target=person)
        except Exception as error:  # noqa: BLE001 - raised in the test's own thread
            problems.append(error)
        finally:
            connection.close()

    writer = Thread(target=write)
    writer.start()
    writer.join()
    assert not problems, problems


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_others_write_while_a_long_list_is_published_and_taken_down(office, time_machine, monkeypatch):
    step, person, written = publicity.notify_of_step, UserFactory(), []
    monkeypatch.setattr(long_lists, "SLICE", by_depth(2, nightly=long_lists.SLICE))
    claims = [decided(office, lines=[patent_facts(number)]) for number in range(1, by_depth(3, nightly=1600) + 1)]
    time_machine.move_to(on(MONDAY).at)

    def in_the_middle(claim, event):
        # Within a slice: after the claim's transition, before the slice ends.
        write_beside(person)
        written.append(claim.pk)
        step(claim, event)

    monkeypatch.setattr(publicity, "notify_of_step", in_the_middle)
    listed = start_publication(wuxi(), claim_ids=[claim.pk for claim in claims], plan=PLAN, act=on(MONDAY, office.city))
    work_off(listed)
    start_withdrawal(listed, reason="有误", redecide=True, act=on(MONDAY, office.city))
    work_off(listed)
    assert written == [claim.pk for claim in claims] * 2
    assert {again(claim).status for claim in claims} == {ClaimStatus.FINAL_DECISION}
