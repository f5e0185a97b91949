"""Take experts into a city's pool from a sheet, keep what is known of them, and end their service."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from portal.accounts.areas import covers_now
from portal.accounts.models import Appointment, Region, User
from portal.audit.services import record_audit, rehearsal
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.identifiers import IdentifierError, read_phone, read_uscc
from portal.core.sheet_reading import Sheet
from portal.core.sheet_rows import Columns, SheetRow, read_email, read_row_day, rows_below_head
from portal.core.text import single_line
from portal.experts.models import KEEPER, Expert
from portal.notifications.services import SITE_NAME, compose_text, send_later

MOST_ROWS = 1000
COLUMNS: Columns = {
    "name": ("姓名", True),
    "email": ("邮箱", True),
    "employer": ("工作单位", True),
    "fields": ("领域", True),
    "phone": ("手机", False),
    "uscc": ("统一社会信用代码", False),
    "title": ("职称", False),
    "dealings": ("曾任职或服务单位", False),
    "serves_from": ("聘期自", False),
    "serves_until": ("聘期至", False),
}
# What separates several fields or organisations in one cell.
_BETWEEN = re.compile(r"[、,，;；\n]+")
_LONGEST = {"name": 40, "employer": 120, "title": 40}


def read_experts(sheets: Sequence[Sheet]) -> list[SheetRow]:
    """The rows of experts; raises RefusedError as `rows_below_head` does."""
    return rows_below_head(sheets, COLUMNS, most=MOST_ROWS)


def rehearse_experts(rows: Sequence[SheetRow], *, region: Region, act: ActorContext) -> None:
    """Say of every row what taking it in would do, by doing it and taking it back."""
    with rehearsal():
        take_in_experts(rows, region=region, act=act)


def take_in_experts(rows: Sequence[SheetRow], *, region: Region, act: ActorContext) -> None:
    """Take the people of the rows into a city's pool, each in a transaction of its own, or bring them up to date.

    Whoever has no account gets one, with a mail. What a row cannot do stands in its `faults`, what it did in its
    `outcome`; the same rows again change nothing. Raises PermissionDenied for anybody but who keeps the pool.
    """
    keeper = act.user
    if keeper is None or not covers_now(keeper, region.pk, KEEPER):
        raise PermissionDenied("专家库由本市的政策管理人员维护。")
    for row in rows:
        row.faults, row.outcome = list(row.unread), ""
        plan = _read(row, act)
        if plan is None:
            continue
        try:
            with transaction.atomic():
                row.outcome = _take_in(plan, region, keeper, act)
        except RefusedError as error:
            row.add(error.field, str(error))


def end_service(expert: Expert, *, reason: str, act: ActorContext) -> None:
    """Take an expert out of the pool at once; done twice it changes nothing. Raises RefusedError without a reason."""
    if not covers_now(act.user, expert.region_id, KEEPER):
        raise PermissionDenied("专家库由本市的政策管理人员维护。")
    if not reason.strip():
        raise RefusedError("请写明出库原因。", field="reason")
    with transaction.atomic():
        locked = Expert.objects.select_for_update(of=("self",)).get(pk=expert.pk)
        if locked.ended_at is not None:
            return
        locked.ended_at, locked.end_reason = act.at, reason.strip()
        locked.save(update_fields=["ended_at", "end_reason"])
        record_audit(
            act,
            action="experts.ended",
            target=locked,
            region_code=locked.region_id,
            after={"end_reason": locked.end_reason},
        )


@dataclass(frozen=True, slots=True)
class _Plan:
    name: str
    email: str
    phone: str
    known: dict[str, Any]
    serves_from: date | None


def _read(row: SheetRow, act: ActorContext) -> _Plan | None:
    """What a row asks for; None where something cannot be read, which stands in its faults."""
    row.need(COLUMNS)
    if row.faults:
        return None
    texts = {name: single_line(row.texts.get(name, "")) for name in ("name", "employer", "title")}
    for name, longest in _LONGEST.items():
        if len(texts[name]) > longest:
            row.add(name, f"{COLUMNS[name][0]}最多 {longest} 个字。")
    email, phone, uscc = read_email(row), "", ""
    try:
        phone = read_phone(row.texts["phone"]) if row.texts.get("phone") else ""
    except IdentifierError as error:
        row.add("phone", str(error))
    try:
        uscc = str(read_uscc(row.texts["uscc"])) if row.texts.get("uscc") else ""
    except IdentifierError as error:
        row.add("uscc", str(error))
    begins, ends = read_row_day(row, "serves_from"), read_row_day(row, "serves_until")
    if ends and ends < (begins or timezone.localdate(act.at)):
        row.add("serves_until", "聘期至不能早于聘期自（未填写的为今天）。")
    if row.faults:
        return None
    known = {
        "employer": texts["employer"],
        "employer_uscc": uscc,
        "title": texts["title"],
        "fields": _several(row.texts["fields"]),
        "dealings": _several(row.texts.get("dealings", "")),
        "serves_until": ends,
    }
    return _Plan(texts["name"], email, phone, known, begins)


def _several(text: str) -> list[str]:
    return list(dict.fromkeys(part for each in _BETWEEN.split(text) if (part := single_line(each)[:60])))


def _take_in(plan: _Plan, region: Region, keeper: User, act: ActorContext) -> str:
    """Take one person in, or bring what is known of them up to date; what was done, in words."""
    user = User.objects.filter(email__iexact=plan.email).first()
    if user is not None and user.name != plan.name:
        raise RefusedError(f"该邮箱已登记在“{user.name}”名下，与表中姓名不一致，请核对。", field="email")
    if user is not None and Appointment.objects.in_force().filter(user=user).exists():
        raise RefusedError("该账号担任公职，不能同时作为评审专家，请使用其他人选。", field="email")
    is_new = user is None
    if user is None:
        user = User.objects.create_user(plan.email, name=plan.name, phone=plan.phone)
    expert = Expert.objects.select_for_update(of=("self",)).filter(user=user).first()
    if expert is not None and expert.region_id != region.pk:
        raise RefusedError("该专家已在其他城市的专家库中，不能重复入库。", field="email")
    serves_from = plan.serves_from or (expert.serves_from if expert else timezone.localdate(act.at))
    known = plan.known | {"serves_from": serves_from, "ended_at": None, "end_reason": ""}
    if expert is not None and all(getattr(expert, name) == value for name, value in known.items()):
        return "已在库，不变"
    if expert is None:
        expert = Expert.objects.create(user=user, region=region, added_by=keeper, added_at=act.at, **known)
        outcome = "入库"
    else:
        for name, value in known.items():
            setattr(expert, name, value)
        expert.save()
        outcome = "更新资料"
    if is_new:
        _invite(user, region)
        outcome = "建立账号并邀请，入库"
    shown = {name: known[name] for name in ("employer", "fields", "dealings", "serves_from", "serves_until")}
    record_audit(act, action="experts.taken_in", target=expert, region_code=region.pk, after=shown)
    return outcome


def _invite(user: User, region: Region) -> None:
    """Mail to somebody whose account was made for them: how to set a password and sign in."""
    path = reverse("account_reset_password")
    body = (
        f"您已受聘为{region.name}知识产权项目评审专家，系统已为您建立账号，登录邮箱为 {user.email}。\n"
        f"请打开下面的网址，填写该邮箱，按随后收到的邮件设置密码并登录：\n{settings.PUBLIC_URL}{path}\n"
        "抽取到评审任务时将另行通知。"
    )
    send_later(user.email, subject=f"{SITE_NAME}：为您建立了账号", body=compose_text(user.name, body=body))
