"""What an item asks after the approval, inspections by sample, and records of credit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from applications.claims.enums import Action
from applications.claims.models import Claim, ClaimEvent
from policies.engine.dates import add_months
from policies.published.models import SupportItem
from portal.accounts.areas import covers
from portal.accounts.enums import Role
from portal.accounts.models import Region
from portal.accounts.persons import same_person
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.regions import in_trees
from portal.recusal.permissions import refuse_recused
from review.followup.enums import PLANNED, Kind
from review.followup.models import CreditRecord, FollowUp, Plan
from review.followup.services.matters import GRANTED, Matter, write_matter
from review.spotchecks.models import DRAWERS, Sample
from review.spotchecks.services import SamplePlan, keep_sample

_MOST_FIELDS = 20
_LONGEST_YEARS = 5


def add_plan(
    item: SupportItem, *, kind: Kind, title: str, text: str, months: int, fields: Sequence[str], act: ActorContext
) -> Plan:
    """Ask something of whoever is granted the item from now on. Raises PermissionDenied outside one's regions."""
    if act.user is None or not covers(act.user, item.document.region_id or "", Role.POLICY_ADMIN):
        raise PermissionDenied("只有该文件所在地区的政策管理人员可以设置后续要求。")
    labels = list(dict.fromkeys(label.strip() for label in fields if label.strip()))
    if kind not in PLANNED:
        raise RefusedError("请选择阶段目标、绩效报告或到期续认。", field="kind")
    if len(labels) > _MOST_FIELDS or any(len(label) > 60 for label in labels):
        raise RefusedError(f"填报项目最多 {_MOST_FIELDS} 个，每个不超过 60 字。", field="fields")
    with transaction.atomic():
        made = Plan.objects.create(
            item=item,
            kind=kind,
            title=title.strip(),
            text=text.strip(),
            months=months,
            fields=labels,
            added_by=act.user,
            added_at=act.at,
        )
        after = {"item": item.code, "kind": kind.label, "title": made.title, "months": months}
        record_audit(
            act, action="followup.planned", target=made, region_code=item.document.region_id or "", after=after
        )
    return made


def retire_plan(plan: Plan, *, act: ActorContext) -> None:
    """Ask it of no further claim; done twice it changes nothing."""
    region = plan.item.document.region_id or ""
    if act.user is None or not covers(act.user, region, Role.POLICY_ADMIN):
        raise PermissionDenied("只有该文件所在地区的政策管理人员可以设置后续要求。")
    with transaction.atomic():
        found = Plan.objects.select_for_update().get(pk=plan.pk)
        if found.retired_at is None:
            found.retired_at = act.at
            found.save(update_fields=["retired_at"])
            record_audit(act, action="followup.retired", target=found, region_code=region)


def draw_inspections(
    region: Region, plan: SamplePlan, *, item: SupportItem | None, due_on: date, act: ActorContext
) -> Sample:
    """Draw granted claims of a region for a visit each, as `draw_sample` draws conclusions; each applicant is told.

    Raises PermissionDenied for whoever does not decide in the region; RefusedError where nothing was granted.
    """
    if act.user is None or not covers(act.user, region.pk, *DRAWERS):
        raise PermissionDenied("只有该地区的审定人员可以抽取检查对象。")
    if due_on < timezone.localdate(act.at):
        raise RefusedError("期限不能早于今天。", field="due_on")
    with transaction.atomic():
        granted = ClaimEvent.objects.filter(
            action__in=(Action.APPROVE, Action.RECOGNISE), at__date__gte=plan.since, at__date__lte=plan.until
        )
        claims = Claim.objects.filter(
            in_trees("region__code", [region.pk]), pk__in=granted.values("claim"), status__in=GRANTED
        )
        claims = claims.filter(item=item) if item else claims
        sample, keys = keep_sample(region, list(claims.values_list("pk", flat=True)), plan, act=act, inspects=True)
        title = f"{sample.drawn_at:%Y}年现场检查"
        for claim in claims.filter(pk__in=keys).select_related("item").order_by("pk"):
            text = "随机抽取的现场检查，请准备申报材料原件和资金使用凭证。"
            write_matter(
                claim, Matter(kind=Kind.INSPECTION, title=title, text=text, due_on=due_on), act=act, sample=sample
            )
        after = {"population": sample.population, "size": sample.size, "seed": sample.seed}
        record_audit(act, action="followup.drawn", target=sample, region_code=region.pk, after=after)
    return sample


def enter_credit_record(
    followup: FollowUp, *, reason: str, basis: str, from_on: date, until_on: date, act: ActorContext
) -> CreditRecord:
    """Enter a breach found in a matter, which counts until a day, five years at most."""
    if act.user is None or not covers(act.user, followup.region_id, Role.CITY_OFFICER, Role.DECISION_MAKER):
        raise PermissionDenied("只有市级审核或审定人员可以登记信用记录。")
    refuse_recused(act.user, followup.claim.applicant_id)
    if not (reason.strip() and basis.strip()):
        raise RefusedError("请写明失信事实和依据。", field="reason")
    if not from_on <= until_on <= add_months(from_on, 12 * _LONGEST_YEARS):
        raise RefusedError(f"截止日期应在起始日期之后，且不超过 {_LONGEST_YEARS} 年。", field="until_on")
    with transaction.atomic():
        made = CreditRecord.objects.create(
            applicant_id=followup.claim.applicant_id,
            followup=followup,
            region_id=followup.region_id,
            reason=reason.strip(),
            basis=basis.strip(),
            from_on=from_on,
            until_on=until_on,
            entered_by=act.user,
            entered_at=act.at,
        )
        after = {"number": followup.claim.number, "until_on": until_on, "reason": made.reason}
        record_audit(act, action="followup.credit_entered", target=made, region_code=made.region_id, after=after)
    return made


def repair_credit_record(record: CreditRecord, *, reason: str, act: ActorContext) -> CreditRecord:
    """End a record before its day, as another person than who entered it. Raises RefusedError without a reason."""
    if act.user is None or not covers(act.user, record.region_id, Role.CITY_OFFICER, Role.DECISION_MAKER):
        raise PermissionDenied("只有市级审核或审定人员可以修复信用记录。")
    refuse_recused(act.user, record.applicant_id)
    if not reason.strip():
        raise RefusedError("请写明修复的理由。", field="reason")
    with transaction.atomic():
        found = CreditRecord.objects.select_for_update().get(pk=record.pk)
        if same_person(act.user, found.entered_by_id):
            raise RefusedError("该记录由您登记，须由另一名人员修复。")
        if found.repaired_at is not None:
            raise RefusedError("该记录已经修复。")
        found.repaired_by, found.repaired_at, found.repair_reason = act.user, act.at, reason.strip()
        found.save(update_fields=["repaired_by", "repaired_at", "repair_reason"])
        after = {"reason": found.repair_reason}
        record_audit(act, action="followup.credit_repaired", target=found, region_code=found.region_id, after=after)
    return found
