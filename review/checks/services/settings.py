"""What holds of the checks for one item: proposed by one person, confirmed by another."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction

from policies.published.models import SupportItem
from portal.accounts.areas import covers_now
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.accounts.persons import same_person
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.money import MoneyError, read_yuan
from portal.core.numbers import whole_number
from review.checks.enums import SettingState, Severity
from review.checks.kinds.credit import DAYS
from review.checks.models import CheckSetting
from review.checks.registry import CHECKS
from review.checks.services.by_rule import RULE_NAMES
from review.checks.workflow import SETTINGS

_MOST_DAYS = 365


def propose_setting(item: SupportItem, *, name: str, value: str, act: ActorContext, basis: str = "") -> CheckSetting:
    """Propose what holds of a check for an item, or up to which sum a stage is passed by rule on what `basis`.

    Raises PermissionDenied outside the person's regions; RefusedError for a name or value that does not fit, and while
    another proposal for the same waits.
    """
    user = _duty(act, item)
    value = _fitting(name, value, basis)
    with transaction.atomic():
        SupportItem.objects.select_for_update(no_key=True).get(pk=item.pk)
        if CheckSetting.objects.filter(item=item, name=name, state=SettingState.PROPOSED).exists():
            raise RefusedError("这一项已有待确认的设置，请先由另一人确认或不采纳。")
        made = CheckSetting.objects.create(
            item=item, name=name, value=value, basis=basis.strip(), proposed_by=user, proposed_at=act.at
        )
        _record(made, "setting_proposed", act)
    return made


def decide_setting(setting_id: int, *, is_confirmed: bool, act: ActorContext) -> CheckSetting:
    """Confirm a proposed setting as a second person, or do not take it.

    Raises PermissionDenied outside the person's regions, RefusedError for one's own proposal and for one that is
    decided already.
    """
    with transaction.atomic():
        rows = CheckSetting.objects.select_for_update(of=("self",)).select_related("item__document")
        found = rows.get(pk=setting_id)
        user = _duty(act, found.item)
        if same_person(user, found.proposed_by_id):
            raise RefusedError("提出人不能确认自己提出的设置，请由另一位政策管理人员办理。")
        state = SettingState.CONFIRMED if is_confirmed else SettingState.REFUSED
        SETTINGS.move(found, state, changes={"decided_by": user, "decided_at": act.at})
        _record(found, "setting_confirmed" if is_confirmed else "setting_refused", act)
    return found


def _fitting(name: str, value: str, basis: str) -> str:
    """The value as it is kept. Raises RefusedError for one that does not fit."""
    if name in RULE_NAMES:
        try:
            ceiling = read_yuan(value)
        except MoneyError as error:
            raise RefusedError(f"金额上限：{error}", "value") from error
        if ceiling and not basis.strip():
            raise RefusedError("请填写允许按规则办理的依据：文件、文号和条款。", "basis")
        return str(ceiling)
    if name == DAYS:
        days = whole_number(value)
        if days is None or days > _MOST_DAYS:
            raise RefusedError(f"信用查询有效天数应为 0 至 {_MOST_DAYS} 的整数，0 表示不要求。", "value")
    elif name not in CHECKS or CHECKS[name].is_fixed:
        raise RefusedError("没有这一核查项，或其程度不能更改。", "name")
    elif value not in Severity.values:
        raise RefusedError("请选择程度。", "value")
    return value


def _duty(act: ActorContext, item: SupportItem) -> User:
    if act.user is None or not covers_now(act.user, item.document.region_id or "", Role.POLICY_ADMIN):
        raise PermissionDenied("只有该文件所在地区的政策管理人员可以更改核查设置。")
    return act.user


def _record(setting: CheckSetting, deed: str, act: ActorContext) -> None:
    record_audit(
        act,
        action=f"checks.{deed}",
        target=setting,
        region_code=setting.item.document.region_id or "",
        after={"item": setting.item.code, "name": setting.name, "value": setting.value, "basis": setting.basis},
    )
