"""The list of one's claims, a claim's page, a new claim, and withdrawing one."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.claims.enums import NOTICED, Action, ClaimStatus
from applications.claims.forms.actions import ClaimFilterForm, NewClaimForm, WithdrawForm
from applications.claims.models import Claim
from applications.claims.permissions import mandate_of, open_actions, right_to_write
from applications.claims.selectors.calls import call_situation
from applications.claims.selectors.context import read_claim
from applications.claims.selectors.lists import drafts_of_item, list_claims, own_claims
from applications.claims.selectors.problems import MAX_LINES
from applications.claims.selectors.progress import progress_of, timeline_of
from applications.claims.services.copying import copy_claim, withdraw_to_edit
from applications.claims.services.drafts import move_to_call, start_filled_claim
from applications.claims.services.submission import hand_to_owner, withdraw_claim
from applications.claims.views.common import as_uuid, content_of, own_claim
from applications.mandates.enums import Right
from applications.mandates.selectors import clients_of
from policies.calls.models import Call
from policies.calls.selectors import offer_of, open_calls, papers_of, upcoming_calls
from policies.engine.terms import APPLICANT_KINDS
from policies.facts.forms import control_pairs, read_posted
from policies.facts.values import facts_of, read_facts
from policies.published.models import SupportItem
from policies.published.selectors import ItemCard, claimable_items
from portal.access import access, applicants, public
from portal.accounts.models import Applicant, User
from portal.audit.security import exported_workbook
from portal.core.errors import show_refusal
from portal.core.fields import filter_words
from portal.core.http import act_of, user_of
from portal.core.numbers import whole_number
from portal.core.spreadsheets import Column, Kind, build_sheet

MOST_IN_SHEET = 5000
_COLUMNS = [
    Column("申报编号", width=18),
    Column("事项", width=30),
    Column("申报单位", width=26),
    Column("申报通知", width=30),
    Column("进展", width=20),
    Column("提交日期", Kind.DATE, 12),
    Column("申报金额（元）", Kind.MONEY, 16),
    Column("批准金额（元）", Kind.MONEY, 16),
    Column("认定名称", width=24),
]


@access(applicants)
@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """List the claims of one's own organisations."""
    form = ClaimFilterForm(request.GET, user=user_of(request))
    given = form.asked()
    page = list_claims(
        user_of(request),
        state=given.get("state", ""),
        applicant_id=int(given["applicant"]) if given.get("applicant") else None,
        search=given.get("q", ""),
        after=request.GET.get("after", ""),
    )
    context = {
        "form": form,
        "page": page,
        "narrowed": any(given.values()),
    }
    return render(request, "applications/claims.html", context)


@access(applicants)
@require_safe
def claims_sheet(request: HttpRequest) -> HttpResponse:
    """The same claims as a workbook, at most MOST_IN_SHEET."""
    user = user_of(request)
    form = ClaimFilterForm(request.GET, user=user)
    given = form.asked()
    found = own_claims(
        user,
        state=given.get("state", ""),
        applicant_id=int(given["applicant"]) if given.get("applicant") else None,
        search=given.get("q", ""),
    ).order_by("-pk")[:MOST_IN_SHEET]
    rows = [
        (
            claim.number or "草稿",
            claim.item.title,
            claim.applicant.name,
            claim.call.title if claim.call else "",
            claim.applicant_label,
            timezone.localdate(claim.submitted_at) if claim.submitted_at else None,
            claim.claimed_amount,
            claim.approved_amount,
            claim.approved_title,
        )
        for claim in found
    ]
    content = build_sheet("我的申报", columns=_COLUMNS, rows=rows, note=f"金额单位：元；共 {len(rows)} 件")
    return exported_workbook(
        act_of(request),
        content,
        "我的申报.xlsx",
        rows=len(rows),
        filters=filter_words(form),
        applicants={claim.applicant_id for claim in found},
    )


@access(applicants, for_newcomers=True)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, code: str = "") -> HttpResponse:
    """Choose what to claim and for whom; posting begins the draft."""
    if not code:
        return _choose_item(request)
    user, now = user_of(request), timezone.now()
    item = get_object_or_404(SupportItem.objects.select_related("document", "document__region"), code=code)
    offer = offer_of(item, at=now)
    data = request.POST if request.method == "POST" else None
    who = _who(user, item, whole_number(request.GET.get("applicant")))
    form = NewClaimForm(data, who=who, calls=offer.calls, initial={"key": uuid.uuid4()})
    refusal = show_refusal()
    card = next((card for card in claimable_items(timezone.localdate(now)) if card.item.pk == item.pk), None)
    if form.is_valid():
        given = form.cleaned_data
        applicant = next(a for a in who if a.pk == given["applicant"])
        call = next((call for call in offer.calls if call.pk == given["call"]), None)
        with refusal:
            rows = _stated_lines(card, request.POST)
            claim = start_filled_claim(
                applicant, item=item, key=given["key"], act=act_of(request), call=call, rows=rows
            )
            return redirect("applications:edit", claim.key)
    wanted = as_uuid(request.GET.get("call", ""))
    open_call = next((call for call in offer.calls if call.key == wanted), offer.calls[0] if offer.calls else None)
    context = {
        "item": item,
        "papers": papers_of(card.rules, item, open_call) if card else [],
        "card": card,
        "form": form,
        "refusal": str(refusal),
        "stated": _stated_controls(_stated_lines(card, data or request.GET)),
        "choices": [_choice(applicant, card) for applicant in who],
        "key": form["key"].value(),
        "drafts": drafts_of_item(user, item),
        "calls": offer.calls,
        "chosen_call": open_call,
        "coming": offer.coming,
    }
    return render(request, "applications/new.html", context)


def _stated_lines(card: ItemCard | None, data: Mapping[str, str]) -> list[dict[str, Any]]:
    """What the finder or a calculator asked already, as the lines of a draft."""
    if card is None:
        return []
    facts, count = facts_of(card.rules), min(whole_number(data.get("lines")) or 0, MAX_LINES)
    lines = [read_posted(facts, data, prefix=f"line-{index}") for index in range(count)]
    return [line for line in lines if not read_facts(facts, line).is_blank]


def _stated_controls(lines: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The hidden controls that carry them on."""
    pairs = [pair for index, line in enumerate(lines) for pair in control_pairs(line, prefix=f"line-{index}")]
    return [("lines", str(len(lines))), *pairs] if lines else []


def _choose_item(request: HttpRequest) -> HttpResponse:
    """The items that one of the person's organisations may claim, by document; of a search, those with its words.

    Each with the call in which it is open, or the one that opens next.
    """
    search = request.GET.get("q", "").strip()[:60]
    now = timezone.now()
    found: dict[str, dict[str, Any]] = {}
    user = user_of(request)
    who, wanted = [*_own(user), *clients_of(user, right=Right.FILL)], whole_number(request.GET.get("applicant"))
    who = [applicant for applicant in who if applicant.pk == wanted] or who
    for region, its in groupby(sorted(who, key=_region), key=_region):
        kinds = {applicant.kind for applicant in its}
        calls, coming = open_calls(now, region_code=region), upcoming_calls(now, region_code=region)
        for card in claimable_items(timezone.localdate(now), region=region):
            code = card.item.code
            if kinds & set(card.rules.beneficiaries) and not found.get(code, {}).get("call"):
                found[code] = {"card": card, "call": calls.get(code), "coming": coming.get(code)}
    entries = [entry for entry in found.values() if _has_words(entry["card"], search)]
    # What is open comes first; then a city's documents before its districts': the region's code sorts them.
    entries.sort(key=lambda entry: (entry["card"].item.document.region_id or "", *_place(entry["card"], entry["call"])))
    groups = [
        {"document": document, "entries": list(group)}
        for document, group in groupby(entries, key=lambda entry: entry["card"].item.document)
    ]
    context = {
        "groups": groups,
        "search": search,
        "is_open": any(entry["call"] for entry in entries),
        "applicant": wanted,
    }
    return render(request, "applications/choose_item.html", context)


def _region(applicant: Applicant) -> str:
    return applicant.region_id


def _has_words(card: ItemCard, search: str) -> bool:
    return all(word in f"{card.item.title}{card.item.summary}{card.item.article}" for word in search.split())


def _place(card: ItemCard, call: Call | None) -> tuple[int, bool, int]:
    return (card.item.document_id, call is None, card.item.position)


def _own(user: User) -> list[Applicant]:
    return [membership.applicant for membership in user.active_memberships]


def _who(user: User, item: SupportItem, wanted: int | None) -> list[Applicant]:
    """For whom a person may claim an item: own organisations and principals, or the one that is wanted of them."""
    found = [*_own(user), *clients_of(user, right=Right.FILL, item_id=item.pk)]
    return [applicant for applicant in found if applicant.pk == wanted] or found


def _choice(applicant: Applicant, card: ItemCard | None) -> dict[str, object]:
    """One organisation as a choice, with what keeps it from claiming this item."""
    allowed = card is not None and applicant.kind in card.rules.beneficiaries
    return {
        "applicant": applicant,
        "is_allowed": allowed,
        "missing": applicant.missing_for_claim,
        "beneficiaries": "、".join(APPLICANT_KINDS[kind] for kind in card.rules.beneficiaries) if card else "",
    }


@access(applicants)
@require_safe
def claim(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show one claim: where it stands, what happened, what was filed."""
    found = own_claim(request, key)
    actions = open_actions(user_of(request), found)
    points = found.correction_points.filter(round=found.correction_round)
    mandate = mandate_of(user_of(request), found)
    context = content_of(read_claim(found)) | {
        "progress": progress_of(found),
        "situation": call_situation(found, at=timezone.now()),
        "entries": timeline_of(found),
        "points": points if found.status == ClaimStatus.CORRECTION else [],
        "can_withdraw": Action.WITHDRAW in actions,
        "can_change": Action.WITHDRAW in actions and found.status == ClaimStatus.SUBMITTED,
        "key": uuid.uuid4(),
        "has_notice": found.status in NOTICED and (mandate is None or mandate.may_read),
        "mandate": mandate,
        # What the person may do, right by right.
        "may": {right.value: mandate is None or getattr(mandate, right) for right in Right},
        "may_write": found.is_editable and (mandate is None or getattr(mandate, right_to_write(found))),
    }
    return render(request, "applications/claim.html", context)


@access(public)
@require_safe
def commitment(request: HttpRequest) -> HttpResponse:
    """Show what every claim promises, to read and to print."""
    return render(request, "applications/commitment.html")


@access(applicants)
@require_POST
def move(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Put a draft whose call is over into another open call."""
    found = own_claim(request, key)
    wanted = as_uuid(request.POST.get("call", ""))
    call = next((call for call in call_situation(found, at=timezone.now()).others if call.key == wanted), None)
    if call is None:
        messages.error(request, "该通知不能转入：它已截止，或没有开放这个事项。")
        return redirect("applications:claim", found.key)
    with show_refusal(request, success=f"已转入“{call.title}”，填写的内容都还在，请核对后提交。"):
        move_to_call(found, call=call, act=act_of(request))
        return redirect("applications:edit", found.key)
    return redirect("applications:claim", found.key)


@access(applicants)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Withdraw a claim with a reason, or discard a draft."""
    found = own_claim(request, key)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with show_refusal(request, success="申报已撤回。" if found.number else "草稿已作废。"):
            withdraw_claim(found, act=act_of(request), reason=form.cleaned_data["reason"])
        return redirect("applications:claim", found.key)
    if Action.WITHDRAW not in open_actions(user_of(request), found):
        messages.error(request, f"该申报现为“{found.applicant_label}”，不能撤回。")
        return redirect("applications:claim", found.key)
    return render(request, "applications/withdraw.html", {"claim": found, "form": form})


@access(applicants)
@require_POST
def copy(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Begin a new draft with what a claim says and its files."""
    return _begin_again(
        request, own_claim(request, key), copy_claim, "已复制为新的草稿，内容和材料都在，请核对后提交。"
    )


@access(applicants)
@require_POST
def change(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Withdraw a claim that nobody has taken up, to change it."""
    success = "原申报已撤回，内容和材料都在这份新的草稿中，改好后请重新提交。"
    return _begin_again(request, own_claim(request, key), withdraw_to_edit, success)


def _begin_again(request: HttpRequest, found: Claim, begin: Callable[..., Claim], success: str) -> HttpResponse:
    fresh_key = as_uuid(request.POST.get("key", ""))
    if fresh_key is None:
        return redirect("applications:claim", found.key)
    with show_refusal(request, success=success):
        draft = begin(found, act=act_of(request), key=fresh_key)
        return redirect("applications:edit", draft.key)
    return redirect("applications:claim", found.key)


@access(applicants)
@require_POST
def hand_over(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Ask the owner to submit, where the applicant has set that the owner does."""
    claim = own_claim(request, key)
    with show_refusal(request, success="已通知负责人核对并提交。您仍然可以修改。"):
        hand_to_owner(claim, act=act_of(request))
    return redirect("applications:claim", claim.key)
