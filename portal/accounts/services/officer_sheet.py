"""Appoint officials from a sheet: every row as a single appointment, looked at first, done row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from portal.accounts.enums import Role
from portal.accounts.models import Appointment, Region, User
from portal.accounts.selectors import managed_regions
from portal.accounts.services.officials import appoint_official, read_identity_number
from portal.audit.services import record_audit, rehearsal
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.identifiers import IdentifierError, read_phone
from portal.core.sheet_reading import Sheet
from portal.core.sheet_rows import Columns, SheetRow, read_email, read_row_day, rows_below_head
from portal.core.text import compact, single_line
from portal.notifications.services import SITE_NAME, compose_text, send_later

MOST_ROWS = 500
# The columns by the name of what they give, and whether a row must give it.
COLUMNS: Columns = {
    "name": ("姓名", True),
    "email": ("邮箱", True),
    "phone": ("手机", False),
    "number": ("证件号码", True),
    "role": ("职责", True),
    "region": ("地区", True),
    "starts_on": ("任职自", False),
    "ends_on": ("任职至", False),
}


def read_officers(sheets: Sequence[Sheet]) -> list[SheetRow]:
    """The rows of people; raises RefusedError as `rows_below_head` does."""
    return rows_below_head(sheets, COLUMNS, most=MOST_ROWS)


def rehearse_officers(rows: Sequence[SheetRow], *, act: ActorContext) -> None:
    """Say of every row what appointing would do, by doing it and taking it back: `faults` or `outcome` is filled."""
    with rehearsal():
        appoint_officers(rows, act=act)


def appoint_officers(rows: Sequence[SheetRow], *, act: ActorContext) -> None:
    """Appoint the people of the rows, each in a transaction of its own; whoever has no account gets one, with a mail.

    What a row cannot do stands in its `faults`, and what it did in its `outcome`. The appointments wait for the
    security administrator as single ones do. The same rows again change nothing. Raises PermissionDenied for anybody
    but a system administrator.
    """
    if act.user is None or Role.SYSTEM_ADMIN not in act.user.roles:
        raise PermissionDenied("只有系统管理员可以任职。")
    regions = _regions(act.user)
    for row in rows:
        row.faults, row.outcome = list(row.unread), ""
        plan = _read(row, regions, act)
        if plan is None:
            continue
        try:
            with transaction.atomic():
                row.outcome = _appoint(plan, act=act)
        except RefusedError as error:
            row.add(_FIELD_OF.get(error.field, ""), str(error))
        except PermissionDenied as error:
            row.add("region", str(error))


# The column that a refusal of `appoint_official` is about.
_FIELD_OF = {"number": "number", "role": "role", "starts_on": "starts_on", "ends_on": "ends_on"}


@dataclass(frozen=True, slots=True)
class _Plan:
    name: str
    email: str
    phone: str
    number: str
    role: Role
    region: Region
    starts_on: date | None
    ends_on: date | None


def _regions(user: User) -> dict[str, Region]:
    """The administrator's regions by code, name and full name; a name of two regions is none."""
    found: dict[str, list[Region]] = {}
    for region in managed_regions(user):
        for word in {region.code, region.name, region.full_name}:
            found.setdefault(word, []).append(region)
    return {word: regions[0] for word, regions in found.items() if len(regions) == 1}


def _read(row: SheetRow, regions: Mapping[str, Region], act: ActorContext) -> _Plan | None:
    """What a row asks for; None where something cannot be read, which stands in its faults."""
    texts = row.texts
    row.need(COLUMNS)
    if row.faults:
        return None
    name, email = single_line(texts["name"]), read_email(row)
    if len(name) > 40:
        row.add("name", "姓名最多 40 个字。")
    roles = {role.label: role for role in Role}
    role = roles.get(compact(texts["role"]))
    if role is None:
        row.add("role", f"没有这一职责，请填写其中之一：{'、'.join(roles)}。")
    region = regions.get(compact(texts["region"]))
    if region is None:
        row.add("region", "不是您管理的地区，或有重名，请填写全称（例如 无锡市滨湖区）或六位代码。")
    phone = number = ""
    try:
        phone = read_phone(texts["phone"]) if texts.get("phone") else ""
    except IdentifierError as error:
        row.add("phone", str(error))
    try:
        number = read_identity_number(texts["number"], act=act)
    except RefusedError as error:
        row.add("number", str(error))
    starts_on, ends_on = read_row_day(row, "starts_on"), read_row_day(row, "ends_on")
    if row.faults or role is None or region is None:
        return None
    return _Plan(name, email, phone, number, role, region, starts_on, ends_on)


def _appoint(plan: _Plan, *, act: ActorContext) -> str:
    """Appoint one person; what was done, in words."""
    user = User.objects.filter(email__iexact=plan.email).first()
    if user is not None and user.name != plan.name:
        raise RefusedError(f"该邮箱已登记在“{user.name}”名下，与表中姓名不一致，请核对。")
    if user is not None:
        standing = Appointment.objects.filter(user=user, role=plan.role, region=plan.region, revoked_at=None).first()
        if standing is not None and not standing.is_over:
            return "已任该职，不变"
    is_new = user is None
    if user is None:
        user = User.objects.create_user(plan.email, name=plan.name, phone=plan.phone)
    made = appoint_official(
        user,
        role=plan.role,
        region=plan.region,
        number=plan.number,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        act=act,
    )
    if not is_new:
        return "任职，待安全管理员确认"
    _invite(user, made)
    record_audit(
        act, action="accounts.official_invited", target=user, region_code=plan.region.code, after={"email": user.email}
    )
    return "建立账号并邀请，任职待安全管理员确认"


def _invite(user: User, made: Appointment) -> None:
    """Mail to somebody whose account was made for them: how to set a password and sign in."""
    path = reverse("account_reset_password")
    body = (
        f"您拟任{made}，系统管理员已为您建立账号，登录邮箱为 {user.email}。\n"
        f"请打开下面的网址，填写该邮箱，按随后收到的邮件设置密码并登录：\n{settings.PUBLIC_URL}{path}\n"
        "任职经安全管理员核对证件确认后生效。"
    )
    send_later(user.email, subject=f"{SITE_NAME}：为您建立了账号", body=compose_text(user.name, body=body))
