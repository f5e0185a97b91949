"""Sheets of outside registers, and the settings of the checks by item."""

import uuid
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from policies.published.models import SupportItem
from portal.access import access, officials
from portal.accounts.areas import in_area
from portal.accounts.enums import RegionLevel, Role
from portal.audit.security import record_export
from portal.core.errors import show_refusal
from portal.core.files import file_response, kept_name
from portal.core.http import act_of, takes_files, user_of
from portal.core.numbers import whole_number
from review.checks.enums import SettingState, Severity
from review.checks.forms import SheetForm
from review.checks.inputs import settings_of
from review.checks.kinds.credit import DAYS
from review.checks.models import REGISTER_ROLES, CheckSetting, RegisterSheet
from review.checks.registry import CHECKS
from review.checks.services.by_rule import RULE_NAMES
from review.checks.services.settings import decide_setting, propose_setting
from review.checks.services.sheets import decide_sheet, take_sheet

registrars = officials(*REGISTER_ROLES)
register_readers = officials(*REGISTER_ROLES, Role.AUDITOR)
administrators = officials(Role.POLICY_ADMIN)
_MOST = 200


@takes_files
@access(register_readers)
@require_http_methods(["GET", "HEAD", "POST"])
def registers(request: HttpRequest) -> HttpResponse:
    """The sheets that were sent in, the newest first, and the form for another one."""
    user = user_of(request)
    held = [a.region for a in user.active_appointments if a.role in REGISTER_ROLES]
    regions = [region.pk for region in held if region.level != RegionLevel.DISTRICT]
    form = SheetForm(request.POST or None, request.FILES or None, regions=regions)
    if regions and form.is_valid():
        given = form.cleaned_data
        with show_refusal(form, denials=True):
            take_sheet(
                given["region"],
                kind=given["kind"],
                as_of=given["as_of"],
                source=given["source"],
                upload=given["file"],
                act=act_of(request),
            )
            messages.success(
                request,
                "名单已收下，正在读取；集团成员名单和不予支持清单由另一人复核后生效，其他名单读取后用于今后的核查。",
            )
            return redirect("checks:registers")
    sheets = RegisterSheet.objects.visible_to(user).select_related("region", "uploaded_by", "confirmed_by")[:_MOST]
    context = {"form": form if regions else None, "sheets": sheets, "mine": user.account_ids}
    return render(request, "checks/registers.html", context, status=422 if form.errors else 200)


@access(register_readers)
@require_GET
def register_file(request: HttpRequest, key: uuid.UUID) -> FileResponse:
    """A sheet as it was sent in."""
    sheet = get_object_or_404(RegisterSheet.objects.visible_to(user_of(request)), key=key)
    record_export(act_of(request), filename=sheet.filename, sha256=sheet.sha256, rows=sheet.rows, filters="")
    return file_response(
        kept_name(RegisterSheet.FOLDER, sheet.sha256),
        sha256=sheet.sha256,
        filename=sheet.filename,
        media_type="application/octet-stream",
    )


@access(registrars)
@require_POST
def decide_register(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Let a sheet count that another person sent in, or not."""
    sheet = get_object_or_404(RegisterSheet.objects.visible_to(user_of(request)), key=key)
    with show_refusal(request, success="已办理。", denials=True):
        decide_sheet(sheet.pk, is_confirmed=request.POST.get("decision") == "confirm", act=act_of(request))
    return redirect("checks:registers")


def _items(request: HttpRequest) -> list[SupportItem]:
    items = SupportItem.objects.filter(in_area(user_of(request), "document__region__code", Role.POLICY_ADMIN))
    return list(items.filter(claimable=True).select_related("document").order_by("document", "position"))


@access(administrators)
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """How grave each check's findings are for an item, what waits for a second person, and a proposal."""
    items = _items(request)
    asked = whole_number(request.POST.get("item") or request.GET.get("item"))
    item = next((each for each in items if each.pk == asked), items[0] if items else None)
    if request.method == "POST" and item is not None:
        most = {"name": 40, "value": 20, "basis": 200}
        given = {name: request.POST.get(name, "")[:length] for name, length in most.items()}
        with show_refusal(request, success="已提出，由另一位政策管理人员确认后生效。", denials=True):
            propose_setting(item, act=act_of(request), **given)
        return redirect(f"{reverse('checks:settings')}?item={item.pk}")
    context: dict[str, Any] = {"items": [(each.pk, each.title) for each in items], "item": item}
    if item is not None:
        chosen = settings_of([item.pk])[item.pk]
        waiting = CheckSetting.objects.filter(item=item, state=SettingState.PROPOSED).select_related("proposed_by")
        context |= {
            "rows": [
                (code, check, Severity(chosen.get(code, check.severity)), code in chosen)
                for code, check in CHECKS.items()
                if not check.is_fixed
            ],
            "severities": list(Severity),
            "days": chosen.get(DAYS, ""),
            "waiting": [(row, _name_words(row.name), _value_words(row)) for row in waiting],
            "rules": [(name, title, chosen.get(name, "0")) for name, title in RULE_NAMES.items()],
            "mine": user_of(request).account_ids,
        }
    return render(request, "checks/settings.html", context)


def _name_words(name: str) -> str:
    return CHECKS[name].title if name in CHECKS else RULE_NAMES.get(name, "信用查询有效天数")


def _value_words(row: CheckSetting) -> str:
    if row.name in RULE_NAMES:
        return f"{row.value} 元，依据{row.basis}" if Decimal(row.value) else "不按规则办理"
    return str(Severity(row.value).label) if row.value in Severity.values else f"{row.value} 天"


@access(administrators)
@require_POST
def decide(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Confirm a proposed setting as a second person, or do not take it."""
    found = get_object_or_404(CheckSetting.objects.visible_to(user_of(request)), key=key)
    with show_refusal(request, success="已办理。", denials=True):
        decide_setting(found.pk, is_confirmed=request.POST.get("decision") == "confirm", act=act_of(request))
    return redirect(f"{reverse('checks:settings')}?item={found.item_id}")
