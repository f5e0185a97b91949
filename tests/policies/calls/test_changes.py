"""Drafting, publishing and changing calls: what each does, and what each is refused."""

import uuid
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from policies.calls.enums import CallState, ChangeKind, Phase
from policies.calls.models import Call, CallChange, CallItem
from policies.calls.selectors import callable_items, procedure_for
from policies.calls.services.changes import (
    Amendment,
    amend_call,
    close_call,
    extend_call,
    publish_call,
    withdraw_call,
)
from policies.calls.services.drafts import discard_call, draft_call, save_call
from policies.calls.services.plans import ItemPlan
from policies.published.enums import DocumentStatus
from policies.published.models import PolicyDocument
from policies.published.selectors import compiled_item
from portal.accounts.enums import Role
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError, StaleStateError
from portal.jobs.models import Job
from tests.factories import CallFactory, make_official, suzhou, wuxi
from tests.policies.calls.worlds import DAY, MORNING, at, drafted, plan_of, published

pytestmark = pytest.mark.django_db
OPEN = MORNING + DAY


def reloaded(call):
    return Call.objects.get(pk=call.pk)


def amendment_of(call, **changes):
    """The call as it is, with these changes."""
    said = {name: getattr(call, name) for name in Amendment.__dataclass_fields__ if name != "items"}
    rows = tuple(ItemPlan(row.item_id, row.budget, row.quota) for row in call.items.all())
    return replace(Amendment(**said, items=rows), **changes)


# ---- drafts ---------------------------------------------------------------------------------------
def test_draft_keeps_all_that_was_planned_to_the_minute(admin, items):
    rows = (ItemPlan(items[0].pk, Decimal("100.00"), 3),)
    call = drafted(
        admin, items, opens_at=MORNING + timedelta(seconds=59), budget=Decimal("500.00"), quota=9, items=rows
    )
    call = reloaded(call)
    assert (call.state, call.opens_at, call.budget, call.quota) == (CallState.DRAFTED, MORNING, Decimal("500.00"), 9)
    assert list(call.items.values_list("item", "budget", "quota")) == [(items[0].pk, Decimal("100.00"), 3)]
    assert call.phase_at(OPEN) == Phase.DRAFTED


def test_same_key_again_is_the_same_call(admin, items):
    key = uuid.uuid4()
    first = draft_call(wuxi(), plan=plan_of(items), key=key, act=at(MORNING, admin))
    assert draft_call(wuxi(), plan=plan_of(items), key=key, act=at(MORNING, admin)) == first
    assert Call.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"closes_at": MORNING}, "closes_at"),
        ({"facts_to": date(2025, 1, 1)}, "facts_last"),
        ({"budget": Decimal("99.99")}, "budget"),
        ({"quota": 2}, "quota"),
    ],
)
def test_windows_and_limits_that_cannot_be_are_refused(admin, items, said, field):
    said = {"items": (ItemPlan(items[0].pk, Decimal("100.00"), 3),)} | said
    with pytest.raises(RefusedError) as refused:
        drafted(admin, items, **said)
    assert refused.value.field == field
    assert not Call.objects.exists()


def test_saving_writes_anew_and_counts_up(admin, items):
    call = drafted(admin, items)
    saved = save_call(call, plan=plan_of(items[:1], title="另一份"), seen=0, act=at(MORNING, admin))
    assert (saved.title, saved.revision, saved.items.count()) == ("另一份", 1, 1)


def test_stale_page_overwrites_nothing(admin, items):
    call = drafted(admin, items)
    save_call(call, plan=plan_of(items, title="甲"), seen=0, act=at(MORNING, admin))
    with pytest.raises(StaleStateError):
        save_call(call, plan=plan_of(items, title="乙"), seen=0, act=at(MORNING, admin))
    assert reloaded(call).title == "甲"


def test_draft_is_discarded_and_what_is_published_is_not(admin, items):
    discard_call(drafted(admin, items), act=at(MORNING, admin))
    assert not Call.objects.exists()
    assert not CallItem.objects.exists()
    call = published(admin, items)
    with pytest.raises(RefusedError, match="已经发布"):
        discard_call(call, act=at(MORNING, admin))
    with pytest.raises(RefusedError, match="已经发布"):
        save_call(call, plan=plan_of(items), seen=1, act=at(MORNING, admin))


def test_nobody_makes_calls_of_another_city(admin, items):
    call = drafted(admin, items)
    for person in (make_official(Role.POLICY_ADMIN, suzhou()), make_official(Role.CITY_OFFICER, wuxi()), None):
        with pytest.raises(PermissionDenied):
            draft_call(wuxi(), plan=plan_of(items), key=uuid.uuid4(), act=at(MORNING, person))
        with pytest.raises(PermissionDenied):
            publish_call(call, seen=0, act=at(MORNING, person))
    assert reloaded(call).state == CallState.DRAFTED


def test_only_claimable_items_of_documents_in_force_in_the_city_can_be_in_a_call(admin, items):
    assert set(callable_items(wuxi())) == set(items)
    assert not callable_items(suzhou()).exists()
    PolicyDocument.objects.update(status=DocumentStatus.ENDED)
    with pytest.raises(RefusedError, match="不能申报") as refused:
        drafted(admin, items)
    assert refused.value.field == "items"


# ---- publishing -----------------------------------------------------------------------------------
def test_publishing_is_recorded_and_told_by_a_job(admin, items, django_capture_on_commit_callbacks):
    call = published(admin, items)
    assert (call.state, call.published_at, call.revision) == (CallState.PUBLISHED, MORNING - 5 * DAY, 1)
    change = call.changes.get()
    assert (change.kind, change.differences, change.reason) == (ChangeKind.PUBLISHED, [], "")
    assert Job.objects.get(kind="calls.announce").payload == {"change_id": change.pk}
    assert AuditRecord.objects.filter(action="calls.published", target_id=str(call.pk)).exists()


@pytest.mark.parametrize(
    ("said", "moment", "field"),
    [
        ({"number": ""}, MORNING, "number"),
        ({"items": ()}, MORNING, "items"),
        ({}, MORNING + 30 * DAY, "closes_at"),
        ({"facts_from": date(2019, 1, 1), "facts_to": date(2020, 3, 10)}, MORNING, "facts_from"),
    ],
)
def test_unfinished_draft_is_not_published(admin, items, said, moment, field):
    call = drafted(admin, items, **said)
    with pytest.raises(RefusedError) as refused:
        publish_call(call, seen=0, act=at(moment, admin))
    assert refused.value.field == field
    assert reloaded(call).state == CallState.DRAFTED
    assert not CallChange.objects.exists()


def test_facts_of_the_first_day_of_the_rules_are_enough(admin, items):
    assert published(admin, items, facts_from=date(2019, 1, 1), facts_to=date(2020, 3, 11)).state == CallState.PUBLISHED


def test_draft_changed_meanwhile_is_not_published(admin, items):
    call = drafted(admin, items)
    save_call(call, plan=plan_of(items, title="改过"), seen=0, act=at(MORNING, admin))
    with pytest.raises(StaleStateError):
        publish_call(call, seen=0, act=at(MORNING, admin))


def test_number_of_a_published_call_is_taken(admin, items):
    published(admin, items)
    other = drafted(admin, items[:1], facts_from=date(2024, 1, 1), facts_to=date(2025, 1, 1))
    with pytest.raises(RefusedError, match="已用于另一份"):
        publish_call(other, seen=0, act=at(MORNING, admin))


OVERLAPS = {"facts_from": date(2025, 12, 31), "facts_to": date(2026, 3, 1)}
APART = {
    "the facts begin when the other's end": {"facts_from": date(2026, 1, 1), "facts_to": date(2026, 3, 1)},
    "the facts end when the other's begin": {"facts_from": date(2024, 1, 1), "facts_to": date(2025, 1, 1)},
    "it opens when the other closes": {"opens_at": MORNING + 30 * DAY, "closes_at": MORNING + 60 * DAY},
    "it closes when the other opens": {"opens_at": MORNING - 2 * DAY, "closes_at": MORNING},
}


def test_two_calls_never_take_the_same_facts_of_an_item_at_the_same_time(admin, items):
    published(admin, items)
    call = drafted(admin, items[:1], number="另一号", **OVERLAPS)
    with pytest.raises(RefusedError, match=r"“发明专利授权奖补”已由“2026 年第一批申报通知”（锡知发〔2026〕8号）开放"):
        publish_call(call, seen=0, act=at(MORNING, admin))
    assert reloaded(call).state == CallState.DRAFTED


@pytest.mark.parametrize("said", APART.values(), ids=APART)
def test_calls_that_do_not_meet_stand_beside_each_other(admin, items, said):
    published(admin, items)
    assert published(admin, items, number="另一号", **said).state == CallState.PUBLISHED


def test_call_that_was_withdrawn_is_no_rival(admin, items):
    first = published(admin, items)
    withdraw_call(first, reason="内容有误", seen=1, act=at(MORNING, admin))
    assert published(admin, items).state == CallState.PUBLISHED


# ---- afterwards -----------------------------------------------------------------------------------
def test_extension_is_later_and_told_with_its_reason(admin, items):
    call = published(admin, items)
    call = extend_call(call, closes_at=MORNING + 40 * DAY, reason=" 凭证未到 ", seen=1, act=at(OPEN, admin))
    assert reloaded(call).closes_at == MORNING + 40 * DAY
    change = call.changes.last()
    assert (change.kind, change.reason) == (ChangeKind.EXTENDED, "凭证未到")
    assert change.differences == [["截止时间", "2026年4月1日 09:00", "2026年4月11日 09:00"]]


@pytest.mark.parametrize("days", [29, 30])
def test_extension_that_is_not_later_is_refused(admin, items, days):
    call = published(admin, items)
    with pytest.raises(RefusedError, match="应晚于"):
        extend_call(call, closes_at=MORNING + days * DAY, reason="x", seen=1, act=at(OPEN, admin))
    assert reloaded(call).closes_at == MORNING + 30 * DAY


def test_closed_call_opens_again_by_an_extension_to_come(admin, items):
    call = published(admin, items)
    late = MORNING + 35 * DAY
    with pytest.raises(RefusedError, match="已过"):
        extend_call(call, closes_at=late, reason="x", seen=1, act=at(late, admin))
    extended = extend_call(call, closes_at=late + DAY, reason="系统故障", seen=1, act=at(late, admin))
    assert extended.phase_at(late) == Phase.OPEN


def test_extension_into_another_call_is_refused(admin, items):
    call = published(admin, items)
    published(admin, items, number="另一号", opens_at=MORNING + 30 * DAY, closes_at=MORNING + 60 * DAY)
    with pytest.raises(RefusedError, match="不能同时由两份通知受理"):
        extend_call(call, closes_at=MORNING + 31 * DAY, reason="x", seen=1, act=at(OPEN, admin))


def test_early_close_at_once_takes_the_next_full_minute(admin, items):
    call = published(admin, items)
    moment = OPEN + timedelta(seconds=20)
    close_call(call, closes_at=None, reason="预算用完", seen=1, act=at(moment, admin))
    assert reloaded(call).closes_at == OPEN + timedelta(minutes=1)
    assert reloaded(call).phase_at(moment) == Phase.OPEN


@pytest.mark.parametrize("closes_at", [OPEN, MORNING + 30 * DAY, MORNING + 31 * DAY])
def test_early_close_is_neither_past_nor_later_than_announced(admin, items, closes_at):
    call = published(admin, items)
    with pytest.raises(RefusedError) as refused:
        close_call(call, closes_at=closes_at, reason="x", seen=1, act=at(OPEN, admin))
    assert refused.value.field == "closes_at"


@pytest.mark.parametrize("moment", [MORNING - timedelta(seconds=1), MORNING + 30 * DAY])
def test_only_an_open_call_is_closed_early(admin, items, moment):
    call = published(admin, items)
    with pytest.raises(RefusedError, match="只有正在申报"):
        close_call(call, closes_at=None, reason="x", seen=1, act=at(moment, admin))


def test_withdrawn_call_takes_no_further_change(admin, items):
    call = withdraw_call(published(admin, items), reason="文件有误", seen=1, act=at(OPEN, admin))
    assert reloaded(call).phase_at(OPEN) == Phase.WITHDRAWN
    with pytest.raises(RefusedError, match="不能再变更"):
        extend_call(call, closes_at=MORNING + 90 * DAY, reason="x", seen=2, act=at(OPEN, admin))


@pytest.mark.parametrize("deed", [extend_call, close_call])
def test_change_without_a_reason_is_refused(admin, items, deed):
    call = published(admin, items)
    with pytest.raises(RefusedError, match="理由") as refused:
        deed(call, closes_at=MORNING + 10 * DAY, reason="  ", seen=1, act=at(OPEN, admin))
    assert refused.value.field == "reason"
    with pytest.raises(RefusedError, match="理由"):
        withdraw_call(call, reason="", seen=1, act=at(OPEN, admin))
    assert call.changes.count() == 1


def test_amendment_widens_and_says_what_changed(admin, items):
    call = published(admin, items[:1], budget=Decimal("100.00"), quota=5)
    wider = amendment_of(
        call,
        facts_from=date(2024, 12, 1),
        budget=Decimal("200.00"),
        quota=None,
        contact_phone="0510-1",
        items=(ItemPlan(items[0].pk), ItemPlan(items[1].pk, Decimal("50.00"))),
    )
    amend_call(call, amendment=wider, reason="追加预算", seen=1, act=at(OPEN, admin))
    call = reloaded(call)
    assert (call.facts_from, call.budget, call.quota, call.items.count()) == (
        date(2024, 12, 1),
        Decimal("200.00"),
        None,
        2,
    )
    assert call.changes.last().differences == [
        ["事实期间", "2025年1月1日至2025年12月31日", "2024年12月1日至2025年12月31日"],
        ["预算", " 100.00 元", " 200.00 元"],
        ["名额", " 5 件", "不限"],
        ["联系电话", "0510-81820000", "0510-1"],
        ["增加事项", "", "知识产权质押贷款贴息（预算 50.00 元，名额不限）"],
    ]


def test_limit_of_an_item_may_be_raised(admin, items):
    call = published(admin, items, items=(ItemPlan(items[0].pk, Decimal("10.00"), 2),))
    wider = amendment_of(call, items=(ItemPlan(items[0].pk, Decimal("10.01"), 3),))
    amend_call(call, amendment=wider, reason="追加", seen=1, act=at(OPEN, admin))
    assert call.items.get().budget == Decimal("10.01")
    assert call.changes.last().differences == [
        ["发明专利授权奖补", "预算 10.00 元，名额 2 件", "预算 10.01 元，名额 3 件"]
    ]


NARROWER = {
    "later first day": ({"facts_from": date(2025, 1, 2)}, "facts_from"),
    "earlier last day": ({"facts_to": date(2025, 12, 31)}, "facts_last"),
    "lower budget": ({"budget": Decimal("99.99")}, "budget"),
    "lower quota": ({"quota": 4}, "quota"),
    "no item": ({"items": ()}, "items"),
}


@pytest.mark.parametrize(("changes", "field"), NARROWER.values(), ids=NARROWER)
def test_amendment_takes_nothing_back(admin, items, changes, field):
    call = published(admin, items[:1], budget=Decimal("100.00"), quota=5)
    with pytest.raises(RefusedError) as refused:
        amend_call(call, amendment=amendment_of(call, **changes), reason="x", seen=1, act=at(OPEN, admin))
    assert refused.value.field == field
    assert call.changes.count() == 1


def test_limit_is_never_set_where_there_was_none(admin, items):
    call = published(admin, items[:1])
    for changes in ({"budget": Decimal("1000.00")}, {"quota": 5}, {"items": (ItemPlan(items[0].pk, None, 5),)}):
        with pytest.raises(RefusedError):
            amend_call(call, amendment=amendment_of(call, **changes), reason="x", seen=1, act=at(OPEN, admin))


def test_amendment_without_a_change_is_refused(admin, items):
    call = published(admin, items)
    with pytest.raises(RefusedError, match="没有改动"):
        amend_call(call, amendment=amendment_of(call), reason="x", seen=1, act=at(OPEN, admin))


def test_amendment_into_another_calls_facts_is_refused_and_changes_nothing(admin, items):
    call = published(admin, items[:1])
    published(admin, items, number="另一号", facts_from=date(2026, 1, 1), facts_to=date(2026, 3, 1))
    with pytest.raises(RefusedError, match="不能同时由两份通知受理"):
        amend_call(
            call, amendment=amendment_of(call, facts_to=date(2026, 1, 2)), reason="x", seen=1, act=at(OPEN, admin)
        )
    assert reloaded(call).facts_to == date(2026, 1, 1)


# ---- what the database holds ----------------------------------------------------------------------
@pytest.mark.parametrize(
    "wrong",
    [
        {"closes_at": MORNING, "opens_at": MORNING},
        {"facts_to": date(1990, 1, 1)},
        {"budget": Decimal("0.00")},
        {"quota": 0},
        {"number": ""},
        {"published_at": None},
    ],
)
def test_database_refuses_a_call_that_cannot_be(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        CallFactory(**wrong)


def test_change_of_a_call_is_never_rewritten(admin, items):
    change = published(admin, items).changes.get()
    for deed in (lambda: CallChange.objects.update(reason="别的"), change.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            deed()


PANEL = {"route": "city", "procedure": ["panel"], "periods": {"whole": 40, "basis": "第八条"}}


def test_a_procedure_of_its_own_is_published_by_somebody_else_than_set_it(admin, items):
    call = drafted(admin, items, procedure=PANEL)
    with pytest.raises(RefusedError, match="另一名政策管理人员"):
        publish_call(call, seen=call.revision, act=at(MORNING - DAY, admin))
    other = make_official(Role.POLICY_ADMIN, wuxi())
    longer = PANEL | {"periods": {"whole": 50, "basis": "第八条"}}
    call = save_call(call, plan=plan_of(items, procedure=longer), seen=call.revision, act=at(MORNING - DAY, other))
    with pytest.raises(RefusedError, match="另一名政策管理人员"):
        publish_call(call, seen=call.revision, act=at(MORNING - DAY, other))
    # Who only corrects the title is not who set the procedure.
    plan = plan_of(items, procedure=longer, title="更正的标题")
    call = save_call(call, plan=plan, seen=call.revision, act=at(MORNING - DAY, admin))
    assert publish_call(call, seen=call.revision, act=at(MORNING - DAY, admin)).state == CallState.PUBLISHED
    assert reloaded(call).procedure == longer
    item = compiled_item(items[0].versions.first())
    assert (procedure_for(call, item).words[-4:], procedure_for(None, item)) == ("专家评审", item.procedure)
