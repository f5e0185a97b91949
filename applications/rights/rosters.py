"""Rosters: what an office says that organisations hold, read from a sheet, kept, and taken out of use with a reason."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from applications.rights.models import ROSTER_ROLES, Roster, RosterRow
from applications.rights.selectors import identity_key, right_kinds
from applications.rights.services import alternative_of, kept_facts
from policies.engine import Fact, Item
from policies.facts.identifiers import Format
from policies.finder.events import Event
from portal.accounts.areas import covers_now
from portal.accounts.models import Region, User
from portal.audit.services import insert_recorded, record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.regions import within

MAX_ROWS = 5000
# The column that says whose each row is.
WHOSE = Fact("uscc", "统一社会信用代码", "text", required=True, check=Format.USCC)


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """What a roster is to be: whose city's, of which kind (and which of its alternatives), by whom, as of when."""

    region: Region
    event: Event
    item_code: str
    title: str
    source: str
    as_of: date
    replaces_papers: bool


def roster_kinds() -> dict[str, Event]:
    """The kinds of which there can be rosters: those whose things are told apart by a number or name."""
    return {code: event for code, event in right_kinds().items() if event.identity}


def roster_item(event: Event) -> Item:
    """The kind's facts, led by whose they are, as an item: for the template and the reader of sheets."""
    return replace(event.items[0], title=f"{event.label}名册", facts=(WHOSE, *event.kept_facts))


def take_roster(plan: RosterPlan, *, lines: Sequence[Mapping[str, Any]], key: uuid.UUID, act: ActorContext) -> Roster:
    """Keep a roster; the same `key` again gives the one that is there.

    Raises PermissionDenied outside the person's regions, RefusedError for a day to come, a row twice, and where
    nothing tells which of several items it is about.
    """
    user = _official(plan.region.pk, act)
    if plan.as_of > timezone.localdate(act.at):
        raise RefusedError("截至日期不能晚于今天。", "as_of")
    if plan.event.alternatives and not alternative_of(plan.event, plan.item_code):
        raise RefusedError("请选择名册是政策中的哪一项。", "which")
    rows = _rows(plan.event, lines)
    with transaction.atomic():
        roster, is_new = Roster.objects.get_or_create(
            key=key,
            defaults={
                "region": plan.region,
                "kind": plan.event.code,
                "item_code": alternative_of(plan.event, plan.item_code),
                "title": plan.title,
                "source": plan.source,
                "as_of": plan.as_of,
                "replaces_papers": plan.replaces_papers,
                "count": len(rows),
                "uploaded_by": user,
                "uploaded_at": act.at,
            },
        )
        if is_new:
            for row in rows:
                row.roster = roster
            insert_recorded(rows)
            after = {"title": plan.title, "source": plan.source, "as_of": plan.as_of, "count": len(rows)}
            _audit(roster, "roster_taken", after | {"replaces_papers": plan.replaces_papers}, act)
        return roster


def withdraw_roster(roster: Roster, *, reason: str, act: ActorContext) -> Roster:
    """Take a roster out of use, with a reason; it stays on record. Twice is once."""
    if not reason.strip():
        raise RefusedError("请写明停用理由，例如“名册有误，已另行上传”。", "reason")
    with transaction.atomic():
        roster = Roster.objects.select_for_update(of=("self",)).get(pk=roster.pk)
        user = _official(roster.region_id, act)
        if roster.withdrawn_at is None:
            roster.withdrawn_at, roster.withdrawn_by, roster.reason = act.at, user, reason.strip()
            roster.save(update_fields=["withdrawn_at", "withdrawn_by", "reason"])
            _audit(roster, "roster_withdrawn", {"title": roster.title, "reason": roster.reason}, act)
        return roster


def rosters_for(user: User, *, region_code: str = "") -> list[Roster]:
    """The rosters that the person sees, the newest first. One query."""
    rosters = Roster.objects.visible_to(user).select_related("region", "uploaded_by")
    return [roster for roster in rosters[:200] if not region_code or within(region_code, [roster.region_id])]


def _rows(event: Event, lines: Sequence[Mapping[str, Any]]) -> list[RosterRow]:
    found: dict[tuple[str, str], RosterRow] = {}
    for number, line in enumerate(lines, start=1):
        uscc = str(line["uscc"])
        try:
            facts, subject_key = kept_facts(event, {name: value for name, value in line.items() if name != "uscc"})
        except RefusedError as error:
            raise RefusedError(f"第 {number} 行：{error}") from None
        if (uscc, subject_key) in found:
            raise RefusedError(
                f"第 {number} 行：同一单位的同一内容（{identity_key(event, facts)}）出现了两次，请删去一行。"
            )
        found[uscc, subject_key] = RosterRow(uscc=uscc, subject_key=subject_key, facts=facts)
    return list(found.values())


def _official(region_code: str, act: ActorContext) -> User:
    if act.user is None or not covers_now(act.user, region_code, *ROSTER_ROLES):
        raise PermissionDenied("只有本地区的市级经办或政策管理人员可以上传和停用名册。")
    return act.user


def _audit(roster: Roster, deed: str, after: Mapping[str, Any], act: ActorContext) -> None:
    record_audit(act, action=f"rights.{deed}", target=roster, region_code=roster.region_id, after=dict(after))
