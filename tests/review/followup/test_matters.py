"""What follows an award: asked and answered, inspected, renewed, disputed; its table, its people and its day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from portal.accounts.enums import Role
from portal.core.errors import RefusedError
from portal.notifications.models import Message
from portal.recusal.models import Recusal
from review.checks.enums import Step as CheckStep
from review.checks.inputs import Inputs
from review.checks.services.examine import run_checks
from review.followup.enums import DISPUTES, OPEN_STATES, Act, Effect, Kind
from review.followup.models import CreditRecord, FollowUp
from review.followup.services.matters import Matter, Step, advance, begin_matter
from review.followup.services.nightly import watch_followups
from review.followup.services.plans import (
    add_plan,
    draw_inspections,
    enter_credit_record,
    repair_credit_record,
    retire_plan,
)
from review.followup.workflow import APPLICANT, OFFICER, SYSTEM, TABLES
from review.funding.awards import record_award
from review.recoveries.enums import RecoveryGround
from review.recoveries.services.proceedings import Proposal
from review.spotchecks.enums import Confidence
from review.spotchecks.services import SamplePlan
from tests.applications.worlds import patent_facts
from tests.factories import act, make_member, make_official, suzhou, wuxi
from tests.files import make_pdf
from tests.review.decisions.pages import as_
from tests.review.worlds import approved, confirmed, on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


def paper(name="报告.pdf"):
    return SimpleUploadedFile(name, make_pdf(), "application/pdf")


def report(claim, officer, **given):
    due = timezone.localdate() + timedelta(days=60)
    matter = Matter(kind=Kind.REPORT, title="绩效报告", due_on=due, **{"fields": ("销售收入",), **given})
    return begin_matter(claim, matter, act=act(officer))


def dispute(claim, officer, kind=Kind.RECONSIDERATION):
    return begin_matter(
        claim, Matter(kind=kind, title="申请撤销资助决定", party="某公司", number="〔2026〕1号"), act=act(officer)
    )


def test_every_state_that_waits_has_an_exit_and_every_end_has_none_but_a_late_renewal():
    for kind, table in TABLES.items():
        reached = {"open" if kind in DISPUTES else "asked"} | {row.target for row in table}
        for state in reached:
            exits = [row for row in table if state in row.sources]
            waits = state in OPEN_STATES or (kind == Kind.RENEWAL and state == "expired")
            assert bool(exits) == waits, (kind, state)
            # Nobody's illness keeps it: of what waits for the applicant the office can end the wait, too.
            assert not waits or any(OFFICER in row.parties for row in exits)
        assert {party for row in table for party in row.parties} <= {APPLICANT, OFFICER, SYSTEM}


def test_report_is_asked_sent_returned_and_accepted_each_side_told(office):
    claim = approved(office)
    member = claim.created_by
    found = report(claim, office.first)
    assert Message.objects.filter(user=member, key=f"followup:{found.pk}:asked").exists()
    for step, problem in ((Step(words="见附件"), "销售收入"), (Step(answers={"销售收入": " "}), "销售收入")):
        with pytest.raises(RefusedError, match=problem):
            advance(found.pk, Act.SUBMIT, step, act=act(member))
    given = Step(answers={"销售收入": "1200 万元"}, files=[paper()])
    for user, action in ((office.first, Act.SUBMIT), (make_member(), Act.SUBMIT), (member, Act.CANCEL)):
        with pytest.raises(PermissionDenied):
            advance(found.pk, action, Step(words="不该", answers=given.answers), act=act(user))
    day_after = found.due_on + timedelta(days=1)
    assert [FollowUp.objects.late(day).count() for day in (found.due_on, day_after)] == [0, 1]
    advance(found.pk, Act.SUBMIT, given, act=act(member))
    assert not FollowUp.objects.late(day_after).exists()
    assert Message.objects.filter(user=office.first, kind="followup.submitted").count() == 1
    with pytest.raises(RefusedError, match="待审核"):
        advance(found.pk, Act.SUBMIT, given, act=act(member))
    with pytest.raises(RefusedError, match="理由"):
        advance(found.pk, Act.RETURN, Step(), act=act(office.first))
    advance(found.pk, Act.RETURN, Step(words="请附审计报告"), act=act(office.first))
    assert Message.objects.filter(user=member, kind="followup.returned").count() == 1
    advance(found.pk, Act.SUBMIT, Step(answers={"销售收入": "1300 万元"}), act=act(member))
    done = advance(found.pk, Act.ACCEPT, Step(), act=act(office.city))
    assert (done.state, done.answers, done.closed_at is not None) == ("accepted", {"销售收入": "1300 万元"}, True)
    assert list(done.events.values_list("action", flat=True)) == [
        "begin",
        "submit",
        "return",
        "submit",
        "accept",
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUp.objects.filter(pk=done.pk).update(closed_at=None)


def test_only_what_was_granted_is_followed_and_only_by_its_own_offices(office):
    claim = confirmed(office)
    with pytest.raises(RefusedError, match="没有获得支持"):
        report(claim, office.first)
    granted = approved(office, lines=[patent_facts(5)])
    with pytest.raises(PermissionDenied):
        report(granted, make_official(Role.CITY_OFFICER, suzhou()))
    with pytest.raises(RefusedError, match="期限"):
        begin_matter(granted, Matter(kind=Kind.REPORT, title="报告"), act=act(office.first))


def test_inspection_finds_faults_that_are_mended_and_checked(office):
    claim = approved(office)
    due = timezone.localdate() + timedelta(days=30)
    found = begin_matter(claim, Matter(kind=Kind.INSPECTION, title="现场检查", due_on=due), act=act(office.first))
    today = timezone.localdate()
    visit = {"visited_on": today, "inspectors": "甲、乙"}
    for given in (
        {**visit, "visited_on": None},
        {**visit, "inspectors": " "},
        {**visit, "visited_on": today + timedelta(1)},
    ):
        with pytest.raises(RefusedError, match="检查"):
            advance(found.pk, Act.FAULT, Step(words="设备不在", **given), act=act(office.first))
    advance(found.pk, Act.FAULT, Step(words="设备不在", files=[paper("现场照片.pdf")], **visit), act=act(office.first))
    advance(found.pk, Act.SUBMIT, Step(words="已整改"), act=act(claim.created_by))
    assert advance(found.pk, Act.ACCEPT, Step(words="已复查"), act=act(office.first)).state == "accepted"


def test_inspections_are_drawn_by_seed_and_told(office):
    claims = {approved(office, lines=[patent_facts(n)]).pk for n in (1, 2, 3)}
    today = timezone.localdate()
    plan = SamplePlan(date(2026, 6, 1), date(2026, 6, 30), Confidence.NINETY, 30, seed="7")
    due = today + timedelta(days=60)
    with pytest.raises(PermissionDenied):
        draw_inspections(wuxi(), plan, item=None, due_on=due, act=act(office.city))
    sample = draw_inspections(wuxi(), plan, item=None, due_on=due, act=act(office.decider))
    found = FollowUp.objects.filter(sample=sample)
    assert (sample.population, sample.size) == (3, found.count())
    assert set(found.values_list("claim_id", flat=True)) <= claims
    assert Message.objects.filter(kind="followup.asked").count() == found.count()


def test_plans_ask_once_remind_and_cancel_what_is_void(office):
    claim = approved(office)
    policy = make_official(Role.POLICY_ADMIN, wuxi())
    given = {"title": "绩效报告", "text": "", "months": 12, "fields": ["专利数", " ", "专利数"]}
    with pytest.raises(PermissionDenied):
        add_plan(claim.item, kind=Kind.REPORT, act=act(make_official(Role.POLICY_ADMIN, suzhou())), **given)
    # The claim was approved on 6 June: what is asked from the 7th on does not concern it.
    late = add_plan(claim.item, kind=Kind.REPORT, act=on(date(2026, 6, 7), policy), **given)
    today = date(2026, 6, 30)
    watch_followups(on=today)
    assert not FollowUp.objects.exists()
    retire_plan(late, act=act(policy))
    plan = add_plan(claim.item, kind=Kind.REPORT, act=on(date(2026, 6, 5), policy), **given)
    assert plan.fields == ["专利数"]
    for _ in range(2):
        watch_followups(on=today)
    found = FollowUp.objects.get()
    assert (found.claim_id, found.opened_by, found.fields) == (claim.pk, None, ["专利数"])
    due = date(2027, 6, 6)
    assert found.due_on == due
    told = []
    for left in (31, 30, 29, 7, 0, -1, -2):
        watch_followups(on=due - timedelta(days=left))
        told.append(
            Message.objects.filter(user=claim.created_by, kind__in=["followup.due", "followup.overdue"]).count()
        )
    assert told == [0, 1, 1, 2, 2, 3, 3]
    retire_plan(plan, act=act(policy))
    Claim.objects.filter(pk=claim.pk).update(status=ClaimStatus.TERMINATED)
    watch_followups(on=due)
    found.refresh_from_db()
    assert found.state == "cancelled"


def test_title_expires_after_its_day_and_a_new_recognition_renews_it(office):
    claim = approved(office)
    due = timezone.localdate() + timedelta(days=10)
    matter = Matter(kind=Kind.RENEWAL, title="认定有效期", due_on=due)
    found = begin_matter(claim, matter, act=act(office.first))
    watch_followups(on=due)
    assert FollowUp.objects.get().state == "asked"
    watch_followups(on=due + timedelta(days=1))
    assert FollowUp.objects.get().state == "expired"
    again = approved(office, lines=[patent_facts(6)], member=claim.created_by)
    title = {"approved_title": "示范企业", "approved_amount": None}
    Claim.objects.filter(pk=again.pk).update(status=ClaimStatus.RECOGNISED, status_since=timezone.now(), **title)
    watch_followups(on=due + timedelta(days=2))
    found.refresh_from_db()
    assert found.state == "accepted"


def test_dispute_is_heard_by_others_hidden_from_applicants_and_lowers_through_a_recovery(office, client):
    claim = approved(office)
    record_award(claim, act=act())
    found = dispute(claim, office.city)
    page = reverse("followup:matter", args=[found.key])
    assert as_(client, claim.created_by).get(page).status_code == 404
    step = Step(words="适用条款有误", effect=Effect.LOWER)
    with pytest.raises(RefusedError, match="市级复审"):
        advance(found.pk, Act.UPHOLD_PARTLY, step, act=act(office.city))
    with pytest.raises(RefusedError, match="调整后的资助"):
        advance(found.pk, Act.UPHOLD_PARTLY, step, act=act(office.hearer))
    proposal = Proposal(RecoveryGround.ERROR, "办法第三条", "适用条款有误", Decimal(3000))
    lowered = Step(words="适用条款有误", effect=Effect.LOWER, proposal=proposal)
    done = advance(found.pk, Act.UPHOLD_PARTLY, lowered, act=act(office.hearer))
    assert (done.state, done.recovery.new_yuan, done.recovery.state) == ("partly", Decimal(3000), "proposed")
    assert not Message.objects.filter(user=claim.created_by, kind__startswith="followup.").exists()
    other = dispute(claim, office.city, Kind.SUIT)
    assert advance(other.pk, Act.DISMISS, Step(words="判决驳回"), act=act(office.hearer)).state == "dismissed"


def test_credit_record_counts_from_day_to_day_and_is_repaired_by_another(office):
    claim = approved(office)
    found = report(claim, office.first)
    first, last = date(2026, 7, 1), date(2027, 6, 30)
    given = {"reason": "逾期不报绩效报告", "basis": "办法第二十条", "from_on": first}
    with pytest.raises(PermissionDenied):
        enter_credit_record(found, **given, until_on=last, act=act(office.first))
    for until in (date(2026, 6, 30), date(2031, 7, 2)):
        with pytest.raises(RefusedError, match="截止日期"):
            enter_credit_record(found, **given, until_on=until, act=act(office.city))
    record = enter_credit_record(found, **given, until_on=last, act=act(office.city))

    def counts(day):
        report_ = run_checks(Inputs(claim, on=day), step=CheckStep.FINAL)
        return any(code == "credit_record" for code, _ in report_.findings)

    days = (first - timedelta(1), first, last, last + timedelta(1))
    assert [counts(day) for day in days] == [False, True, True, False]
    with pytest.raises(RefusedError, match="另一名"):
        repair_credit_record(record, reason="已补报", act=act(office.city))
    relative = make_official(Role.CITY_OFFICER, wuxi())
    Recusal.objects.create(user=relative, applicant=record.applicant, ground="relative", reason="亲属")
    with pytest.raises(RefusedError, match="回避"):
        repair_credit_record(record, reason="已补报", act=act(relative))
    repair_credit_record(record, reason="已补报", act=act(office.hearer))
    assert not counts(first)
    with pytest.raises(IntegrityError), transaction.atomic():
        CreditRecord.objects.filter(pk=record.pk).update(repaired_by=office.city)


def test_pages_of_both_sides(office, client):
    claim = approved(office)
    as_(client, office.first)
    due = timezone.localdate() + timedelta(days=9)
    new = reverse("followup:new", args=[claim.key])
    assert client.get(new).status_code == 200
    refused = client.post(new, {"kind": "report", "title": "绩效报告"})
    assert (refused.status_code, "请填写期限" in refused.content.decode()) == (422, True)
    sent = {"kind": "report", "title": "绩效报告", "due_on": due, "fields_text": "专利数\n销售收入"}
    assert client.post(new, sent).status_code == 302
    found = FollowUp.objects.get()
    page = reverse("followup:matter", args=[found.key])
    panel = reverse("review:panel", args=[claim.key, "followup"])
    assert page in client.get(panel).content.decode()
    as_(client, claim.created_by)
    assert page in client.get(reverse("followup:matters"), {"late": "soon"}).content.decode()
    assert page not in client.get(reverse("followup:matters"), {"late": "yes"}).content.decode()
    assert "专利数" in client.get(page).content.decode()
    answers = {"action": "submit", "submit-answer_0": "3", "submit-answer_1": "", "files": paper()}
    assert client.post(page, answers).status_code == 422
    assert client.post(page, answers | {"submit-answer_1": "5 万元", "files": paper()}).status_code == 302
    kept = found.events.latest("pk").files.get()
    download = reverse("followup:file", args=[kept.key])
    assert client.get(download).getvalue().startswith(b"%PDF")
    assert as_(client, make_member()).get(download).status_code == 404
    as_(client, office.city)
    assert "5 万元" in client.get(page).content.decode()
    record = {"reason": "迟报", "basis": "办法", "from_on": "2026-07-01", "until_on": "2026-12-31"}
    assert client.post(reverse("followup:credit", args=[found.key]), record).status_code == 302
    assert "迟报" in client.get(page).content.decode()
    as_(client, office.hearer)
    repair = reverse("followup:repair", args=[CreditRecord.objects.get().key])
    assert client.post(repair, {"reason": "已说明"}).status_code == 302
    assert "已修复" in client.get(page).content.decode()
    assert client.post(page, {"action": "accept", "accept-words": ""}).status_code == 302


def test_pages_of_plans_and_inspections(office, client):
    claim = approved(office)
    as_(client, make_official(Role.POLICY_ADMIN, wuxi()))
    sent = {"item": claim.item_id, "kind": "renewal", "title": "认定有效期", "months": 36}
    assert client.post(reverse("followup:plans"), sent).status_code == 302
    page = client.get(reverse("followup:plans")).content.decode()
    assert "认定有效期" in page
    as_(client, office.decider)
    today = timezone.localdate()
    drawn = {"region": "320200", "since": "2026-06-01", "until": "2026-06-30", "confidence": 95, "margin": 5}
    answer = client.post(reverse("followup:inspections"), drawn | {"due_on": today + timedelta(9)})
    assert answer.status_code == 302
    assert claim.number in client.get(answer.url).content.decode()
