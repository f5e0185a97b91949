"""The life of a panel: formed, drawn, declared, scored, confirmed; and what its result is to a claim."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.services.submission import withdraw_claim
from portal.accounts.enums import Role
from portal.accounts.models import Membership, User
from portal.core import clock
from portal.core.errors import RefusedError, StaleStateError
from portal.core.files import open_file
from portal.notifications.models import Message
from review.decisions.enums import Stage
from review.decisions.services.decisions import refuse_claim, support_claim
from review.panels.drawing import Candidate, draw
from review.panels.enums import PanelState, SeatState
from review.panels.jobs import watch_panels
from review.panels.models import Entry, Panel, Scheme, ScoreSheet, Seat
from review.panels.scoring import Criterion
from review.panels.services.confirming import confirm
from review.panels.services.forming import (
    PanelPlan,
    cancel_panel,
    draw_members,
    fill_seats,
    form_panel,
    replace_member,
)
from review.panels.services.judging import (
    close_scoring,
    declare,
    hand_in,
    open_scoring,
    prolong,
    reopen,
    save_sheet,
    withdraw_from,
)
from tests.chain import altered_at_commit
from tests.factories import act, make_official, wuxi
from tests.review.panels.worlds import (
    DAYS,
    by,
    drawn,
    fill,
    formed,
    make_expert,
    make_pool,
    organiser,
    scheme,
    scored,
    scoring,
)
from tests.review.worlds import again, expected, on

pytestmark = pytest.mark.django_db


def state_of(row):
    return type(row).objects.get(pk=row.pk).state


def test_weights_add_up_to_one_and_enough_scores_remain(db):
    wrong = (Criterion("甲", Decimal(100), Decimal("0.6")), Criterion("乙", Decimal(100), Decimal("0.5")))
    with pytest.raises(RefusedError, match=r"权重之和应为 1，现为 1\.1"):
        scheme(criteria=wrong)
    with pytest.raises(RefusedError, match="没有得分可用"):
        scheme(trimmed=1, minimum=2)
    assert not Scheme.objects.exists()


def test_a_panel_takes_claims_that_wait_for_one_and_no_claim_twice(office):
    make_pool(3)
    user = organiser()
    panel = formed(office, user)
    claim = panel.entries.first().claim
    plan = PanelPlan("另一评审", panel.scheme, 3, panel.score_until)
    with pytest.raises(RefusedError, match="已在另一次评审中"):
        form_panel(wuxi(), claim_ids=[claim.pk], plan=plan, act=act(user))
    with pytest.raises(PermissionDenied):
        form_panel(wuxi(), claim_ids=[claim.pk], plan=plan, act=act(office.decider))
    cancel_panel(panel, reason="资料不全", act=act(user))
    assert form_panel(wuxi(), claim_ids=[claim.pk], plan=plan, act=act(user)).entries.count() == 1


def test_the_draw_bars_who_is_tied_to_an_applicant_and_is_the_same_again(office):
    user = organiser()
    panel = formed(office, user, claims=1)
    applicant = panel.entries.get().claim.applicant
    barred = {
        "在申报单位": make_expert(10, employer=applicant.name),
        "有过往来": make_expert(11, dealings=[applicant.name]),
        "应当回避": make_expert(12),
        "不在聘期内": make_expert(13, serves_until=date(2026, 2, 1)),
        "担任公职": make_expert(14, user=make_official(Role.FINANCE, wuxi())),
    }
    Membership.objects.create(user=barred["应当回避"].user, applicant=applicant, is_owner=False)
    make_pool(4)
    panel = draw_members(panel, act=act(user))
    seats = panel.seats.all()
    (kept,) = panel.draws.all()
    pool = [Candidate.read(one) for one in kept.pool]
    found = {one.key: one.barred for one in pool if one.barred}
    assert len(found) == len(barred)
    for words, expert in barred.items():
        assert words in found[str(expert.key)]
    same = draw(pool, seed=kept.seed, size=panel.size, needs=panel.needs)
    assert [one.key for one in same or []] == kept.drawn == [str(seat.expert.key) for seat in seats]
    assert [seat.is_chair for seat in seats] == [True, False, False]
    assert Message.objects.filter(kind="panels.invited").count() == 3
    with pytest.raises(RefusedError, match="不能再“抽取专家”"):
        draw_members(panel, act=act(user))
    assert altered_at_commit() == []


def test_too_small_a_pool_is_said_and_nothing_is_drawn(office):
    make_pool(2)
    user = organiser()
    panel = formed(office, user, claims=1)
    with pytest.raises(RefusedError, match="可抽取的专家 2 人"):
        draw_members(panel, act=act(user))
    assert state_of(panel) == PanelState.FORMING
    assert not Seat.objects.exists()


def test_who_declares_a_conflict_scores_the_other_claims_and_who_leaves_is_replaced_by_the_next(office):
    make_pool(5)
    user = organiser()
    panel, (chair, second, third) = drawn(office, user)
    first = panel.entries.first()
    with pytest.raises(RefusedError, match="尚未申报回避"):
        open_scoring(panel, act=act(user))
    with pytest.raises(RefusedError, match="请写明每件"):
        declare(second, conflicts={first.pk: " "}, act=by(second))
    with pytest.raises(PermissionDenied):
        declare(second, conflicts={}, act=by(third))
    declare(second, conflicts={first.pk: "同事"}, act=by(second))
    declare(third, conflicts={}, act=by(third))
    withdraw_from(chair, reason="出差", act=by(chair))
    assert Seat.objects.get(panel=panel, is_chair=True) == second
    with pytest.raises(RefusedError, match="先补抽"):
        open_scoring(panel, act=act(user))
    (fresh,) = fill_seats(panel, act=act(user))
    assert fresh.expert_id not in {chair.expert_id, second.expert_id, third.expert_id}
    other = replace_member(fresh, reason="联系不上", act=act(user))
    declare(other, conflicts={}, act=by(other))
    panel = open_scoring(panel, act=act(user))
    with pytest.raises(PermissionDenied, match="应当回避"):
        save_sheet(second, first, points=[Decimal(1), None], comment="可", revision=0, act=by(second))
    assert panel.draws.count() == 3
    assert {one.reason for one in panel.draws.all()} == {"", "专家退出，补抽", "联系不上"}


def test_too_many_conflicts_keep_the_papers_closed(office):
    make_pool(3)
    user = organiser()
    panel, (chair, second, third) = drawn(office, user)
    entry = panel.entries.first()
    declare(chair, conflicts={}, act=by(chair))
    for seat in (second, third):
        declare(seat, conflicts={entry.pk: "合作"}, act=by(seat))
    with pytest.raises(RefusedError, match=f"第 {entry.position} 件可评分的专家不足 2 人"):
        open_scoring(panel, act=act(user))


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ((101, 50), "应为 0 至 100 分"),
        (("1.005", 50), "最多两位小数"),
        ((-1, 50), "应为 0 至 100 分"),
        ((None, 50), "必须评分"),
        ((50,), "刷新"),
    ],
)
def test_points_out_of_range_are_named(office, points, words):
    make_pool(3)
    panel, (seat, *_) = scoring(office, organiser(), claims=1)
    values = [None if point is None else Decimal(point) for point in points]
    with pytest.raises(RefusedError, match=words):
        save_sheet(seat, panel.entries.get(), points=values, comment="可", revision=0, act=by(seat))
    assert not ScoreSheet.objects.exists()


def test_scores_change_until_handed_in_and_a_stale_page_overwrites_nothing(office):
    make_pool(3)
    panel, (seat, *_) = scoring(office, organiser(), claims=1)
    entry = panel.entries.get()
    with pytest.raises(RefusedError, match="尚未评分"):
        hand_in(seat, act=by(seat))
    given = {"comment": "可", "act": by(seat)}
    save_sheet(seat, entry, points=[Decimal(80), None], revision=0, **given)
    with pytest.raises(StaleStateError):
        save_sheet(seat, entry, points=[Decimal(10), None], revision=0, **given)
    sheet = save_sheet(seat, entry, points=[Decimal(80), Decimal(25)], revision=1, **given)
    assert sheet.total == Decimal("68.00")
    hand_in(seat, act=by(seat))
    with pytest.raises(RefusedError, match="已提交"):
        save_sheet(seat, entry, points=[Decimal(90), None], revision=2, **given)
    assert altered_at_commit() == []


def test_the_last_to_hand_in_ends_the_scoring_and_the_chair_confirms_what_comes_out(office):
    make_pool(3)
    user = organiser()
    panel, (chair, second, _) = scored(office, user, places=1, trimmed=1, minimum=3)
    low, high = panel.entries.all()
    assert panel.state == PanelState.SCORED
    # The highest and the lowest are left out: 80 of 40, 80 and 84; what does not apply counts for nothing.
    assert (low.score, low.rank, low.is_passed) == (Decimal("80.00"), 2, False)
    assert (high.score, high.rank, high.is_passed) == (Decimal("90.00"), 1, True)
    with pytest.raises(PermissionDenied, match="组长"):
        confirm(second, opinion="同意", act=by(second))
    with pytest.raises(RefusedError, match="评审组意见"):
        confirm(chair, opinion=" ", act=by(chair))
    panel = confirm(chair, opinion="推荐支持排名靠前的项目。", act=by(chair))
    with open_file(panel.path, sha256=panel.report_sha256) as file:
        assert file.read(5) == b"%PDF-"
    assert high.claim.scores.get().score == high.score
    assert Message.objects.filter(kind="panels.confirmed", user=user).exists()
    assert altered_at_commit() == []
    with pytest.raises(RefusedError):
        confirm(chair, opinion="再次", act=by(chair))


def test_a_conclusion_waits_for_the_panel_keeps_its_report_and_supports_only_who_passed(office):
    make_pool(3)
    user = organiser()
    panel, (chair, *_) = scored(office, user, places=1)
    low, high = panel.entries.all()
    claims = {entry.pk: again(entry.claim) for entry in (low, high)}
    with pytest.raises(RefusedError, match="尚未完成"):
        support_claim(claims[high.pk].pk, expected=expected(claims[high.pk]), act=act(user))
    confirm(chair, opinion="同意", act=by(chair))
    with pytest.raises(RefusedError, match="未入选（得分"):
        support_claim(claims[low.pk].pk, expected=expected(claims[low.pk]), act=act(user))
    given = {"expected": expected(claims[low.pk]), "reason": "专家评审未入选", "act": act(user)}
    decision = refuse_claim(claims[low.pk].pk, **given)
    assert "第 2 名，未入选" in decision.report.result
    decision = support_claim(claims[high.pk].pk, expected=expected(claims[high.pk]), act=act(user))
    assert decision.stage == Stage.PANEL
    assert decision.report.sha256 == Panel.objects.get(pk=panel.pk).report_sha256
    # The engine was asked with the rank of the panel.
    assert decision.assessment.question["rank"] == 1
    assert again(claims[high.pk]).status == ClaimStatus.FINAL_DECISION
    assert altered_at_commit() == []


def test_the_chair_gives_scores_back_and_the_result_is_undone(office):
    make_pool(3)
    panel, (chair, second, _) = scored(office, organiser())
    later = panel.score_until + timedelta(days=5)
    with pytest.raises(RefusedError, match="必须说明理由"):
        reopen(chair, reason=" ", until=later, act=by(chair))
    panel = reopen(chair, reason="一件得分相差过大，请复核", until=later, act=by(chair))
    assert (panel.state, panel.score_until) == (PanelState.SCORING, later)
    assert not panel.entries.exclude(score=None, rank=None, is_passed=None).exists()
    sheet = second.sheets.first()
    save_sheet(second, sheet.entry, points=[Decimal(82), None], comment="改", revision=1, act=by(second))
    for seat in panel.seats.all():
        hand_in(seat, act=by(seat))
    assert state_of(panel) == PanelState.SCORED


def test_after_the_last_day_the_late_are_left_out_where_enough_scores_remain(office):
    make_pool(3)
    user = organiser()
    panel, (chair, second, third) = scoring(office, user, claims=1)
    fill(panel, third, (70, 40))
    hand_in(third, act=by(third))
    after = panel.score_until + timedelta(days=1)
    with pytest.raises(RefusedError, match="截止后的次日"):
        close_scoring(panel, act=on(panel.score_until, user))
    with pytest.raises(RefusedError, match="不足 2 人"):
        close_scoring(panel, act=on(after, user))
    assert state_of(second) == SeatState.READY
    with pytest.raises(RefusedError, match="应晚于原截止日期"):
        prolong(panel, until=panel.score_until, act=act(user))
    prolong(panel, until=after, act=act(user))
    fill(panel, second, (60, 40))
    hand_in(second, act=by(second))
    close_scoring(panel, act=on(after + timedelta(days=1), user))
    assert state_of(panel) == PanelState.SCORED
    assert state_of(chair) == SeatState.LEFT
    assert Seat.objects.get(panel=panel, is_chair=True) == second


def test_members_are_reminded_once_before_the_last_day_and_the_organiser_told_after_it(office):
    make_pool(3)
    user = organiser()
    panel, (chair, *_) = scoring(office, user, claims=1)
    fill(panel, chair, (70, 40))
    hand_in(chair, act=by(chair))
    kinds = Message.objects.filter(kind__in=["panels.due", "panels.late"])
    for days, count in ((DAYS - 3, 0), (DAYS - 2, 2), (DAYS, 2), (DAYS + 1, 3), (DAYS + 2, 3)):
        with clock.set_to(timezone.now() + timedelta(days=days)):
            watch_panels()
        assert kinds.count() == count
    assert not kinds.filter(user=chair.expert.user).exists()


def test_an_expert_whose_term_has_ended_does_nothing_more(office):
    make_pool(3)
    _, (seat, *_) = drawn(office, organiser())
    type(seat.expert).objects.filter(pk=seat.expert_id).update(serves_until=timezone.localdate() - timedelta(days=1))
    user = User.objects.get(pk=seat.expert.user_id)
    assert not user.is_expert
    with pytest.raises(PermissionDenied):
        declare(seat, conflicts={}, act=act(user))
    assert not Seat.objects.visible_to(user).exists()


def test_the_database_keeps_a_claim_before_one_panel_and_a_result_whole(office):
    make_pool(3)
    panel = formed(office, organiser(), claims=1)
    entry = panel.entries.get()
    for change in ({"score": 5}, {"rank": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.filter(pk=entry.pk).update(**change)


def test_a_claim_that_is_withdrawn_meanwhile_is_neither_scored_nor_ranked(office):
    make_pool(3)
    panel, seats = scoring(office, organiser(), places=1)
    gone, stays = panel.entries.select_related("claim")
    withdraw_claim(gone.claim, act=act(gone.claim.created_by), reason="不再实施")
    for seat in seats:
        with pytest.raises(PermissionDenied, match="已退出评审"):
            save_sheet(seat, gone, points=[Decimal(99), None], comment="可", revision=0, act=by(seat))
        fill(panel, seat, (50, None))
        hand_in(seat, act=by(seat))
    gone.refresh_from_db()
    stays.refresh_from_db()
    assert (gone.is_open, gone.rank) == (False, None)
    assert (stays.rank, stays.is_passed) == (1, True)
