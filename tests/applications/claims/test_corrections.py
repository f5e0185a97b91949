"""Corrections: asked for place by place, only there changed, due by working days, a second round by a supervisor."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim, Evidence
from applications.claims.selectors.context import read_claim
from applications.claims.selectors.corrections import correction_rounds
from applications.claims.selectors.problems import find_problems
from applications.claims.selectors.progress import progress_of
from applications.claims.selectors.scope import correction_targets, editable_scope
from applications.claims.services import corrections
from applications.claims.services.corrections import PointAsked, answer_points, request_correction, resubmit_claim
from applications.claims.services.drafts import Typed, add_lines, save_draft
from applications.claims.services.evidence import add_evidence, remove_evidence
from applications.claims.services.submission import AlreadySubmittedError, ClaimIncompleteError, submit_claim
from applications.claims.services.transitions import lock_claim, perform_transition
from portal.accounts.enums import Role
from portal.audit.models import AuditRecord
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.workdays.selectors import CalendarUnknownError
from tests.applications.worlds import PNG, at_once, file_of, patent_facts, ready_claim
from tests.factories import act, binhu, make_member, make_official, make_patent_no, wuxi, xishan

pytestmark = pytest.mark.django_db
FEES = PointAsked(1, "fees", "与发票合计不符，请核对")


@pytest.fixture
def member():
    return make_member()


@pytest.fixture
def claim(member):
    claim = ready_claim(member, lines=[patent_facts(1), patent_facts(2)])
    return submit_claim(claim, act=act(member), revision=claim.revision, commitment=True).claim


@pytest.fixture
def officer(claim):
    return make_official(Role.ACCEPTANCE, binhu())


def ask(claim, officer, *points, **given):
    return request_correction(claim, act=act(officer), points=points or (FEES,), **given)


def save(claim, member, facts, position=1):
    claim.refresh_from_db()
    line = claim.lines.get(position=position)
    return save_draft(claim, act=act(member), revision=claim.revision, typed=Typed({}, {line.pk: facts}))


def resubmit(claim, member):
    claim.refresh_from_db()
    return resubmit_claim(claim, act=act(member), revision=claim.revision, commitment=True)


def move(claim, user, action):
    with transaction.atomic():
        perform_transition(lock_claim(claim.pk), action=action, act=act(user))


def test_a_correction_lists_its_points_sets_the_day_and_tells_the_members(claim, officer, member):
    monday = timezone.make_aware(timezone.datetime(2026, 11, 23, 10, 0))
    request_correction(claim, act=ActorContext(user=officer, at=monday), points=[FEES])
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.CORRECTION
    assert claim.correction_due_on == date(2026, 12, 7)
    assert [(p.field_label, p.remark) for p in claim.correction_points.all()] == [
        ("第 1 项 费用合计", "与发票合计不符，请核对")
    ]
    message = member.portal_messages.get(title__contains="请补正")
    assert "2026-12-07" in message.body
    assert "与发票合计不符" in message.body


@pytest.mark.parametrize(
    ("points", "says"),
    [
        ((), "至少列出一处"),
        ((PointAsked(1, "nonsense", "x"),), "没有对应的字段"),
        ((PointAsked(9, "fees", "x"),), "没有对应的字段"),
        ((PointAsked(1, "fees", " "),), "请写明“第 1 项 费用合计”"),
        ((PointAsked(1, "fees", "长" * 301),), "超过 300 字"),
    ],
)
def test_a_correction_without_clear_points_is_refused_and_changes_nothing(claim, officer, points, says):
    with pytest.raises(RefusedError, match=says):
        request_correction(claim, act=act(officer), points=points)
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.SUBMITTED
    assert not claim.correction_points.exists()


@pytest.mark.parametrize("days", [2, 11])
def test_the_term_stays_within_what_the_site_allows(claim, officer, days):
    with pytest.raises(RefusedError, match="3 至 10 个工作日"):
        ask(claim, officer, workdays=days)


def test_only_who_has_the_claim_on_the_desk_asks(claim):
    for stranger in (
        make_official(Role.ACCEPTANCE, xishan()),
        make_official(Role.DISTRICT_FIRST, binhu()),
        make_official(Role.CITY_OFFICER, wuxi()),
    ):
        with pytest.raises(PermissionDenied):
            ask(claim, stranger)
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.SUBMITTED


def test_only_the_places_asked_about_can_be_changed(claim, officer, member):
    ask(claim, officer)
    save(claim, member, {"fees": "7000", "holders": "别人", "patent_no": make_patent_no(77)})
    save(claim, member, {"fees": "1"}, position=2)
    first, second = claim.lines.order_by("position")
    assert first.facts["fees"] == "7000.00"
    assert first.facts["holders"] == first.claim.applicant.name
    assert first.facts["patent_no"] == make_patent_no(1)
    assert second.facts["fees"] == "8000.00"
    with pytest.raises(RefusedError, match="补正时不能增加或删除"):
        add_lines(claim, act=act(member), rows=[{}])


def test_evidence_is_added_anywhere_and_removed_only_where_it_was_asked_about(claim, officer, member):
    ask(claim, officer, PointAsked(2, "evidence:certificate", "看不清"))
    first, second = claim.lines.order_by("position")
    with pytest.raises(RefusedError, match="没有涉及"):
        remove_evidence(first.evidence.get(requirement="certificate"), act=act(member))
    remove_evidence(second.evidence.get(requirement="certificate"), act=act(member))
    new = add_evidence(
        claim, act=act(member), requirement="fee_receipts", line_id=first.pk, upload=file_of(PNG, "补.png")
    )
    remove_evidence(new, act=act(member))
    assert first.evidence.filter(requirement="certificate", removed_at=None).count() == 1


def test_a_remark_on_a_line_or_on_the_whole_opens_that(claim, officer):
    ask(claim, officer, PointAsked(2, "", "整项请核对"))
    claim.refresh_from_db()
    scope = editable_scope(claim)
    assert scope.facts_at(2) is None
    assert scope.facts_at(1) == frozenset()
    assert ("第 2 项 整项内容", "2|") in [(t.label, t.value) for t in correction_targets(claim, claim.lines.all())]


def test_resubmitting_goes_back_to_the_desk_that_asked_with_a_new_answer(claim, officer, member):
    ask(claim, officer)
    save(claim, member, {"fees": "3000"})
    resubmit(claim, member)
    claim.refresh_from_db()
    assert (claim.status, claim.round, claim.correction_round) == (ClaimStatus.SUBMITTED, 2, 1)
    assert claim.correction_due_on is None
    assert str(claim.claimed_amount) == "8000.00"
    assert [a.stage for a in claim.assessments.order_by("pk")] == [Action.SUBMIT, Action.RESUBMIT]
    assert officer.portal_messages.filter(title__contains="申报已补正").exists()
    with pytest.raises(AlreadySubmittedError):
        resubmit(claim, member)


def test_a_corrected_right_moves_its_hold(claim, officer, member):
    ask(claim, officer, PointAsked(1, "patent_no", "号码有误"))
    save(claim, member, {"patent_no": make_patent_no(50)})
    resubmit(claim, member)
    keys = set(claim.lines.values_list("exclusive_key", flat=True))
    assert keys == {f"wx2020-01-inv|{make_patent_no(n).replace('.', '')}" for n in (50, 2)}


def test_a_correction_that_leaves_a_fault_is_not_resubmitted(claim, officer, member):
    ask(claim, officer)
    save(claim, member, {"fees": "不知道"})
    with pytest.raises(ClaimIncompleteError, match="不是金额"):
        resubmit(claim, member)
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.CORRECTION


def test_each_stage_asks_once_and_the_second_round_is_the_supervisors(claim, officer, member):
    ask(claim, officer)
    save(claim, member, {"fees": "3000"})
    resubmit(claim, member)
    with pytest.raises(RefusedError, match="本环节已退回补正过一次"):
        ask(claim, officer)
    claim.refresh_from_db()
    move(claim, officer, Action.ACCEPT)
    first = make_official(Role.DISTRICT_FIRST, binhu())
    ask(claim, first)
    resubmit(claim, member)
    with pytest.raises(RefusedError, match="本环节已退回补正过一次"):
        ask(claim, first)
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.DISTRICT_REVIEW
    move(claim, first, Action.DISTRICT_PASS)
    ask(claim, make_official(Role.DISTRICT_SECOND, binhu()))
    claim.refresh_from_db()
    assert (claim.status, claim.correction_round) == (ClaimStatus.CORRECTION, 3)
    resubmit(claim, member)
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.DISTRICT_CONFIRMATION


def test_a_correction_past_its_day_is_shown_and_still_taken(claim, officer, member):
    ask(claim, officer)
    Claim.objects.filter(pk=claim.pk).update(correction_due_on=date(2026, 1, 5))
    claim = Claim.objects.get(pk=claim.pk)
    assert progress_of(claim).is_overdue
    save(claim, member, {"fees": "3000"})
    assert resubmit(claim, member).claim.status == ClaimStatus.SUBMITTED


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_resubmits_at_once_make_one():
    member = make_member()
    draft = ready_claim(member)
    claim = submit_claim(draft, act=act(member), revision=draft.revision, commitment=True).claim
    ask(claim, make_official(Role.ACCEPTANCE, binhu()))
    save(claim, member, {"fees": "3000"})
    claim.refresh_from_db()
    outcomes = at_once(20, lambda: resubmit_claim(claim, act=act(member), revision=claim.revision, commitment=True))
    names = [type(outcome).__name__ for outcome in outcomes]
    assert (names.count("Submitted"), names.count("AlreadySubmittedError")) == (1, 19)
    assert claim.events.filter(action=Action.RESUBMIT).count() == 1


def test_the_audit_tells_what_a_correction_changed(claim, officer, member):
    ask(claim, officer)
    save(claim, member, {"fees": "3000"})
    resubmit(claim, member)
    record = AuditRecord.objects.get(action="claim.corrected", target_id=str(claim.pk))
    assert record.before["lines"][0]["fees"] == "8000.00"
    assert record.after["lines"][0]["fees"] == "3000.00"


def test_without_a_calendar_the_correction_is_refused_in_words(claim, officer, monkeypatch):
    def unknown(first, *, days):
        raise CalendarUnknownError(first)

    monkeypatch.setattr(corrections, "add_workdays", unknown)
    with pytest.raises(RefusedError, match="节假日安排尚未载入"):
        ask(claim, officer)
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.SUBMITTED


def test_a_paper_added_in_a_correction_is_a_change(claim, member, officer):
    ask(claim, officer, PointAsked(1, "evidence:certificate", "看不清"))
    add_evidence(
        claim,
        act=act(member),
        requirement="certificate",
        line_id=claim.lines.get(position=1).pk,
        upload=file_of(PNG, "清楚.png"),
    )
    claim.refresh_from_db()
    found = find_problems(read_claim(claim), at=timezone.now())
    assert not any("没有任何修改" in problem.message for problem in found)


def test_the_officer_sees_of_each_point_what_was_asked_and_what_became_of_it(claim, officer, member):
    old = claim.evidence.get(requirement="certificate", line__position=1)
    other = claim.evidence.get(requirement="certificate", line__position=2)
    ask(claim, officer, FEES, PointAsked(2, "", "请整项核对"), PointAsked(1, "evidence:certificate", "看不清"))
    point = claim.correction_points.first()
    claim.correction_points.update(due_on=timezone.localdate() - timedelta(days=2))
    save(claim, member, {"fees": "7000"})
    save(claim, member, {"holders": "乙"}, position=2)
    claim.refresh_from_db()
    remove_evidence(old, act=act(member))
    new = add_evidence(
        claim, act=act(member), requirement="certificate", line_id=old.line_id, upload=file_of(PNG, "新.png")
    )
    answer_points(claim, act=act(member), answers={point.pk: " 已按发票改正 ", 10**9: "x"})
    resubmit(claim, member)
    (found,) = correction_rounds(read_claim(claim), events=claim.events.all())
    fees, line, paper = found.points
    assert [(c.label, c.before, c.after) for c in fees.changes] == [("费用合计", "8,000.00 元", "7,000.00 元")]
    assert fees.point.answer == "已按发票改正"
    assert [(c.after) for c in line.changes] == ["乙"]
    assert (paper.removed, paper.added, paper.changes) == ([old], [new], [])
    assert found.days_late == 2
    assert found.returned_at
    assert old in Evidence.objects.visible_to(officer)
    assert other.removed_at is None


def test_a_later_round_does_not_change_what_an_earlier_one_shows(claim, officer, member):
    second = make_official(Role.DISTRICT_SECOND, binhu())
    ask(claim, officer)
    save(claim, member, {"fees": "7000"})
    resubmit(claim, member)
    for user, action in ((officer, Action.ACCEPT), (make_official(Role.DISTRICT_FIRST, binhu()), Action.DISTRICT_PASS)):
        move(claim, user, action)
    ask(claim, second)
    save(claim, member, {"fees": "6000"})
    last, first = correction_rounds(read_claim(claim), events=claim.events.all())
    assert [c.after for c in first.points[0].changes] == ["7,000.00 元"]
    assert [(c.before, c.after) for c in last.points[0].changes] == [("7,000.00 元", "6,000.00 元")]
    assert last.returned_at is None


def test_only_members_answer_only_while_it_is_asked_and_not_at_any_length(claim, officer, member):
    ask(claim, officer)
    point = claim.correction_points.get()
    for user, text in ((make_member(), "不是本单位"), (member, "长" * 501)):
        with pytest.raises(RefusedError):
            answer_points(claim, act=act(user), answers={point.pk: text})
    resubmit(claim, member)
    with pytest.raises(RefusedError):
        answer_points(claim, act=act(member), answers={point.pk: "太晚"})
    point.refresh_from_db()
    assert point.answer == ""


def test_each_point_without_a_change_or_a_word_is_named_before_it_is_handed_back(claim, officer, member):
    points = [PointAsked(1, "fees", "金额不符"), PointAsked(2, "fees", "金额不符"), PointAsked(None, "", "盖章不清")]
    ask(claim, officer, *points)
    claim.refresh_from_db()
    last = claim.correction_points.latest("pk")

    def unanswered():
        found = find_problems(read_claim(claim), at=timezone.now())
        return [problem.place for problem in found if problem.place.startswith("补正")]

    labels = list(claim.correction_points.order_by("pk").values_list("field_label", flat=True))
    assert unanswered() == [f"补正：{label}" for label in labels]
    answer_points(claim, act=act(member), answers={last.pk: "已重新盖章"})
    assert unanswered() == [f"补正：{label}" for label in labels[:2]]
    save(claim, member, {"fees": "3000"})
    claim.refresh_from_db()
    assert len(unanswered()) == 1
