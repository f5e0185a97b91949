"""Objections filed online: signed, confidential, held back from the approval; and lists that end by a rule."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from portal.accounts.enums import Role
from portal.audit.models import AuditRecord
from portal.core import clock
from portal.core.errors import RefusedError
from portal.jobs.models import Job
from portal.jobs.services import run_job
from portal.notifications.models import Message
from review.decisions.services.long_lists import APPROVE_KIND
from review.decisions.services.objections import dismiss_objection
from review.decisions.services.publicity import approve_list
from review.objections.jobs import end_lists
from review.objections.models import EndRule, Filing
from review.objections.services import FilingDraft, accept_filing, decline_filing, file_objection, set_rule
from tests.applications.worlds import patent_facts
from tests.chain import altered_at_commit
from tests.factories import act, make_official, suzhou, wuxi
from tests.files import make_pdf
from tests.review.decisions.pages import as_
from tests.review.worlds import Office, again, decided, on, publish

pytestmark = pytest.mark.django_db
NAME = "赵实名举报人"


@pytest.fixture(autouse=True)
def settings_of_tests(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    cache.clear()


@pytest.fixture(scope="module")
def made(module_transaction):
    """An office, and two claims on a list that began on a Monday."""
    office = Office()
    first, second = (decided(office, lines=[patent_facts(number)]) for number in (1, 2))
    return office, (first, second, publish(office, first, second))


@pytest.fixture
def office(own, made):
    return own(made[0])


@pytest.fixture
def two(own, made):
    return own(made[1])


def filed(listed, claim, *, days=1, **given):
    """An objection of somebody unknown, so many days after the list's first."""
    draft = FilingDraft(**({"name": NAME, "contact": "13700000000", "text": "权利人不符"} | given))
    return file_objection(listed.entries.get(claim=claim), draft=draft, act=on(listed.starts_on + timedelta(days=days)))


@pytest.mark.parametrize(("field", "words"), [("name", "姓名"), ("contact", "联系方式"), ("text", "异议内容")])
def test_an_objection_is_signed(two, field, words):
    first, _, listed = two
    with pytest.raises(RefusedError, match=words):
        filed(listed, first, **{field: "  "})
    assert not Filing.objects.exists()


def test_an_objection_comes_within_the_days_and_not_too_often_from_one_address(two, settings):
    settings.OBJECTIONS_PER_DAY = 2
    first, second, listed = two
    length = (listed.ends_on - listed.starts_on).days
    for days in (-1, length + 1):
        with pytest.raises(RefusedError, match="不在公示期内"):
            filed(listed, first, days=days)
    filed(listed, first, days=0)
    filed(listed, second, days=length)
    with pytest.raises(RefusedError, match="已达上限"):
        filed(listed, second)
    assert Filing.objects.count() == 2


def test_who_objects_is_read_by_the_lists_officers_alone_and_is_in_no_record(client, office, two):
    first, _, listed = two
    officers = {office.city, office.hearer, office.decider}
    others = {
        office.second,
        office.finance,
        make_official(Role.AUDITOR, wuxi()),
        make_official(Role.CITY_OFFICER, suzhou()),
    }
    filing = filed(listed, first, file=SimpleUploadedFile("证据.pdf", make_pdf(), content_type="application/pdf"))
    for user in officers | others:
        assert Filing.objects.visible_to(user).exists() == (user in officers)
    assert set(Message.objects.filter(kind="objections.filed").values_list("user_id", flat=True)) == {
        office.city.pk,
        office.hearer.pk,
    }
    told = [str(one.__dict__) for one in (*AuditRecord.objects.all(), *Message.objects.all())]
    assert not any(NAME in words or "13700000000" in words for words in told)
    assert NAME in as_(client, office.city).get(reverse("objections:filing", args=[filing.key])).content.decode()
    paper = client.get(reverse("objections:file", args=[filing.key]))
    assert b"".join(paper.streaming_content).startswith(b"%PDF-")
    assert altered_at_commit() == []


def test_what_waits_holds_the_approval_back_and_the_other_claim_goes_on(office, two):
    first, second, listed = two
    filing = filed(listed, first)
    after = on(listed.ends_on + timedelta(days=1), office.decider)
    outcomes = {outcome.claim.pk: outcome.problem for outcome in approve_list(listed, act=after)}
    assert "尚未受理" in outcomes[first.pk]
    assert not outcomes[second.pk]
    assert again(first).status == ClaimStatus.PUBLICITY
    with pytest.raises(PermissionDenied):
        accept_filing(filing, act=act(office.decider))
    with pytest.raises(RefusedError, match="理由"):
        decline_filing(filing, reason=" ", act=act(office.city))
    decline_filing(filing, reason="联系不上，也没有事实", act=act(office.city))
    (outcome,) = approve_list(listed, act=after)
    assert not outcome.problem
    with pytest.raises(RefusedError, match="不予受理"):
        accept_filing(filing, act=act(office.city))


def test_a_filing_that_is_taken_up_freezes_the_claim_and_its_author_follows_it(client, office, two):
    first, _, listed = two
    address = reverse("objections:new", args=[listed.entries.get(claim=first).pk])
    with clock.set_to(timezone.now()):
        refused = client.post(address, {"name": NAME, "contact": "13700000000", "text": "权利人不符"})
    assert "不在公示期内" in refused.content.decode()
    filing = filed(listed, first)
    accept_filing(filing, act=act(office.city))
    assert again(first).status == ClaimStatus.OBJECTION
    filing.refresh_from_db()
    objection = filing.objection
    assert (objection.objector, objection.received_on) == (NAME, listed.starts_on + timedelta(days=1))

    def told():
        code = f" {filing.code[:6].lower()} {filing.code[6:]} "
        return client.post(reverse("objections:follow"), {"code": code}).content.decode()

    assert "正在核实" in told()
    dismiss_objection(objection.pk, conclusion="经核实，权利人更名在前。", act=act(office.hearer))
    assert "权利人更名在前" in told()
    assert NAME not in told()
    assert "没有这个查询码" in client.post(reverse("objections:follow"), {"code": "X"}, follow=True).content.decode()


def ended_lists(listed):
    with clock.set_to(on(listed.ends_on + timedelta(days=1)).at):
        end_lists()
        for job in Job.objects.filter(kind=APPROVE_KIND):
            run_job(job.pk)


def test_a_standing_rule_approves_what_nobody_objected_to_after_the_last_day_and_no_earlier(office, two):
    first, second, listed = two
    filed(listed, first)
    for user in (office.city, make_official(Role.DECISION_MAKER, suzhou())):
        with pytest.raises(PermissionDenied):
            set_rule(wuxi(), call=None, approves=True, act=act(user))
    ended_lists(listed)
    assert again(second).status == ClaimStatus.PUBLICITY, "without a rule a person approves"
    set_rule(wuxi(), call=None, approves=True, act=act(office.decider))
    with clock.set_to(on(listed.ends_on).at):
        end_lists()
    assert not Job.objects.filter(kind=APPROVE_KIND).exists()
    ended_lists(listed)
    assert again(second).status == ClaimStatus.APPROVED
    assert again(second).events.get(to_status=ClaimStatus.APPROVED).actor_id == office.decider.pk
    assert again(first).status == ClaimStatus.PUBLICITY
    ended_lists(listed)
    assert again(first).status == ClaimStatus.PUBLICITY


def test_a_calls_own_rule_goes_before_the_offices_and_ends_with_the_office_of_who_set_it(office, two):
    first, _, listed = two
    set_rule(wuxi(), call=None, approves=True, act=act(office.decider))
    set_rule(wuxi(), call=first.call, approves=False, act=act(office.decider))
    ended_lists(listed)
    assert again(first).status == ClaimStatus.PUBLICITY
    set_rule(wuxi(), call=first.call, approves=True, act=act(office.decider))
    office.decider.appointments.update(revoked_at=timezone.now())
    ended_lists(listed)
    assert again(first).status == ClaimStatus.PUBLICITY
    assert EndRule.objects.count() == 3
