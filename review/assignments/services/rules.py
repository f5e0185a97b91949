"""Write the rules by which claims are assigned: an administrator of the region does."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from policies.published.models import SupportItem
from portal.accounts.areas import covers_now
from portal.accounts.enums import Role
from portal.accounts.models import Appointment, Region, User
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from review.assignments.enums import Way
from review.assignments.models import Rule, RuleMember
from review.assignments.selectors.load import STAGE_OF_ROLE


def officers_at(region: Region, status: str) -> list[User]:
    """Who holds the duty of a stage in a region."""
    roles = [role for role, stage in STAGE_OF_ROLE.items() if stage == status]
    held = Appointment.objects.in_force().filter(Q(role__in=roles), region=region, user__is_active=True)
    return list(User.objects.filter(pk__in=held.values("user_id")).order_by("name", "pk"))


def write_rule(
    region: Region,
    *,
    status: str,
    item: SupportItem | None,
    way: str,
    weights: Mapping[int, int],
    is_active: bool,
    act: ActorContext,
) -> Rule:
    """Write the rule of a stage for an item, or for all without one; `weights` are the officers' by key, in order.

    No officers means all of the stage. Raises PermissionDenied for anybody but a system administrator of the region,
    RefusedError for an officer without the duty, a weight outside 1 to 10, and a fixed way without officers.
    """
    if act.user is None or not covers_now(act.user, region.pk, Role.SYSTEM_ADMIN):
        raise PermissionDenied("分派规则由本地区的系统管理员修改。")
    allowed = {user.pk: user for user in officers_at(region, status)}
    if strange := [pk for pk in weights if pk not in allowed]:
        raise RefusedError(f"所选人员（{len(strange)} 人）没有该地区该环节的职责，请重新选择。", field="officers")
    if any(not 1 <= weight <= 10 for weight in weights.values()):
        raise RefusedError("权重应为 1 至 10 的整数。", field="officers")
    if way == Way.FIXED and not weights:
        raise RefusedError("固定人员方式请至少选择一人。", field="officers")
    with transaction.atomic():
        rule, _ = Rule.objects.select_for_update().get_or_create(
            region=region, status=status, item=item, defaults={"way": way, "edited_by": act.user}
        )
        before = {"way": rule.way, "is_active": rule.is_active, "officers": list(_pairs(rule))}
        rule.way, rule.is_active, rule.edited_by, rule.edited_at = way, is_active, act.user, act.at
        rule.save()
        rule.members.all().delete()
        RuleMember.objects.bulk_create(
            RuleMember(rule=rule, officer_id=pk, position=position, weight=weight)
            for position, (pk, weight) in enumerate(weights.items(), start=1)
        )
        record_audit(
            act,
            action="assignments.rule",
            target=rule,
            region_code=region.pk,
            before=before,
            after={"way": way, "is_active": is_active, "officers": [list(pair) for pair in weights.items()]},
        )
    return rule


def _pairs(rule: Rule) -> list[list[int]]:
    return [[one.officer_id, one.weight] for one in rule.members.all()]
