"""Writing a claim: the form, autosave, the conflict screen, the review page and submitting."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.claims.enums import ClaimStatus
from applications.claims.forms.actions import bulk_entry
from applications.claims.forms.entry import Block, Control, claim_form, line_block, page_of, read_typed
from applications.claims.models import Claim
from applications.claims.permissions import mandate_of, why_fixed, why_not_submit
from applications.claims.selectors.calls import call_situation
from applications.claims.selectors.conflicts import Conflict, Typed, find_conflict, name_page, shown_now
from applications.claims.selectors.context import read_claim
from applications.claims.selectors.problems import LINES_PER_PAGE, Problem, group_problems
from applications.claims.selectors.registered import as_seen_by, problems_and_differences
from applications.claims.selectors.scope import concerns_patents, item_of
from applications.claims.services.assessment import preview_claim
from applications.claims.services.corrections import answer_points, resubmit_claim
from applications.claims.services.drafts import add_lines, remove_line, save_draft
from applications.claims.services.evidence import Upload, add_evidence, remove_evidence
from applications.claims.services.photos import as_one_paper
from applications.claims.services.prefill import prefill_lines
from applications.claims.services.submission import AlreadySubmittedError, ClaimIncompleteError, submit_claim
from applications.claims.views.common import as_uuid, content_of, own_claim
from policies.facts.forms import MORE_ROWS, SPARE_ROWS
from portal.access import access, applicants
from portal.accounts.models import User
from portal.core.actor import ActorContext
from portal.core.errors import StaleStateError, show_refusal
from portal.core.http import act_of, arrived_at, takes_files, user_of
from portal.core.numbers import whole_number


@takes_files
@access(applicants)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show the form, or save it and do what the pressed button asks for; nothing here needs a script."""
    claim = own_claim(request, key)
    if why := why_fixed(user_of(request), claim):
        messages.info(request, why)
        return redirect("applications:claim", claim.key)
    if request.method == "POST":
        return _save_and_act(request, claim)
    form = claim_form(
        claim,
        user=user_of(request),
        page=_number(request.GET.get("page"), 1),
        complete="check" in request.GET,
        rows=request.GET.get("rows", ""),
    )
    now = timezone.now()
    found = problems_and_differences(form.context, at=now, user=user_of(request))
    is_correction = claim.status == ClaimStatus.CORRECTION
    context = _what_is_left(found, page=form.page) | {
        "claim": claim,
        "situation": call_situation(claim, at=now),
        "form": form,
        "page_name": name_page(claim),
        "rules": form.item,
        "answer": preview_claim(form.context, on=timezone.localdate(now)),
        "problems": group_problems(found) if "check" in request.GET else [],
        "is_correction": is_correction,
        "bulk": None if is_correction else bulk_entry(form.item),
        "max_bytes": settings.EVIDENCE_MAX_BYTES,
        "points": form.scope.points or (),
        "concerns_patents": concerns_patents(form.item),
    }
    return render(request, "applications/edit.html", context)


def _what_is_left(found: Sequence[Problem], *, page: int) -> dict[str, Any]:
    """What the form says beside it on this page: what to look at before uploading, and what is left to do."""
    return {
        "early": [problem for problem in found if problem.is_early],
        "left": group_problems(problem for problem in found if not problem.is_warning),
        "page": page,
    }


@dataclass(frozen=True, slots=True)
class _Press:
    """A pressed button: what it names behind the colon, and whether a file that came along was refused."""

    request: HttpRequest
    claim: Claim
    act: ActorContext
    target: str
    file_refused: bool


def _save_and_act(request: HttpRequest, claim: Claim) -> HttpResponse:
    act = act_of(request)
    if failed := _save(request, claim, typed=_typed(claim, request), act=act):
        return failed
    with show_refusal(request):
        _answer(request, claim, act)
    refused = _take_files(request, claim, act)
    action, _, target = request.POST.get("action", "save").partition(":")
    with show_refusal(request):
        return _ACTIONS.get(action, _stay)(_Press(request, claim, act, target, refused))
    return _to_form(request, claim)


def _save(request: HttpRequest, claim: Claim, *, typed: Typed, act: ActorContext) -> HttpResponse | None:
    """Save what was typed; where that is refused, the answer: the conflict screen, or the claim's page with why."""
    with show_refusal() as refusal:
        save_draft(claim, act=act, revision=_number(request.POST.get("revision"), -1), typed=typed)
        return None
    if isinstance(refusal.error, StaleStateError):
        return _conflict(request, refusal.error.current, refusal.error.attempted)
    messages.error(request, str(refusal))
    return redirect("applications:claim", claim.key)


def _answer(request: HttpRequest, claim: Claim, act: ActorContext) -> None:
    """Keep what was typed as answers to the points of a correction."""
    answers = {
        _number(name.removeprefix("answer-"), 0): text
        for name, text in request.POST.items()
        if name.startswith("answer-")
    }
    if answers and claim.status == ClaimStatus.CORRECTION:
        answer_points(claim, act=act, answers={pk: str(text) for pk, text in answers.items()})


def _take_files(request: HttpRequest, claim: Claim, act: ActorContext) -> bool:
    """Attach every file that came with the form; whether one was refused (and the person told why)."""
    refused = False
    for name, files in request.FILES.lists():
        place, _, requirement = name.removeprefix("file-").partition("-")
        line_id = None if place == "claim" else _number(place.removeprefix("l"), 0)
        uploads: list[Upload] = []
        with show_refusal(request) as refusal:
            uploads = as_one_paper([Upload(file.name or "未命名", file) for file in files])
        refused = refused or bool(refusal)
        for upload in uploads:
            with show_refusal(request) as refusal:
                add_evidence(claim, act=act, requirement=requirement, line_id=line_id, upload=upload)
            refused = refused or bool(refusal)
    return refused


def _stay(press: _Press) -> HttpResponse:
    if not press.file_refused:
        messages.success(press.request, "已保存。")
    return _to_form(press.request, press.claim)


def _add(press: _Press) -> HttpResponse:
    line = add_lines(press.claim, act=press.act, rows=[{}])[0]
    return _to_form(press.request, press.claim, line_id=line.pk)


def _remove(press: _Press) -> HttpResponse:
    remove_line(press.claim, act=press.act, line_id=_number(press.target, 0))
    messages.success(press.request, "已删除该项。")
    return _to_form(press.request, press.claim, anchor="lines")


def _rows(press: _Press) -> HttpResponse:
    line_id = _number(press.target.partition("-")[0].removeprefix("l"), 0)
    shown = _number(press.request.POST.get(f"{press.target}-rows"), SPARE_ROWS) + MORE_ROWS
    rows = f"{press.target}:{shown}"
    return _to_form(press.request, press.claim, line_id=line_id, anchor=f"id_{press.target}", rows=rows)


def _remove_file(press: _Press) -> HttpResponse:
    key = as_uuid(press.target)
    evidence = press.claim.evidence.select_related("claim", "line").filter(key=key).first() if key else None
    if evidence is None:
        return _to_form(press.request, press.claim)
    remove_evidence(evidence, act=press.act)
    place = f"l{evidence.line_id}" if evidence.line_id else "claim"
    anchor = f"evidence-{place}-{evidence.requirement}"
    return _to_form(press.request, press.claim, anchor=anchor, line_id=evidence.line_id)


def _review(press: _Press) -> HttpResponse:
    return redirect("applications:review", press.claim.key)


def _take_from_register(press: _Press) -> HttpResponse:
    """Fill in what is empty from the registers, or take one fact over that they state otherwise."""
    count = prefill_lines(press.claim, act=press.act, only=press.target)
    messages.success(
        press.request, f"已按登记信息填写 {count} 处，请核对。" if count else "登记信息中没有可以填写的内容。"
    )
    return _to_form(press.request, press.claim)


_ACTIONS: dict[str, Callable[[_Press], HttpResponse]] = {
    "save": _stay,
    "add": _add,
    "remove": _remove,
    "rows": _rows,
    "paste": _rows,
    "remove-file": _remove_file,
    "review": _review,
    "register": _take_from_register,
}


@access(applicants)
@require_POST
def autosave(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Keep one line as it is typed; answers with the amount, the time of saving and the line's faults."""
    claim = own_claim(request, key)
    now = timezone.localtime()
    context: dict[str, Any] = {"claim": claim, "now": now, "line_id": _number(request.POST.get("line"), 0)}
    revision = _number(request.POST.get("revision"), -1)
    typed = _typed_so_far(claim, request)
    context["is_merged"] = revision != claim.revision
    with show_refusal() as refusal:
        claim = save_draft(claim, act=act_of(request), revision=revision, typed=typed)
        _answer(request, claim, act_of(request))
    if isinstance(refusal.error, StaleStateError):
        return render(request, "applications/_autosave_stale.html", context)
    if refusal:
        return render(request, "applications/_autosave_refused.html", context | {"message": str(refusal)})
    read = read_claim(claim)
    block = line_block(read, context["line_id"])
    page = (block.number - 1) // LINES_PER_PAGE + 1 if block else 1
    context |= _what_is_left(problems_and_differences(read, at=now, user=user_of(request)), page=page) | {
        "claim": claim,
        "answer": preview_claim(read, on=timezone.localdate()),
        "block": block,
        "filled": _filled(block, typed),
        "loaded": shown_now(typed.loaded, typed).as_text() if typed.loaded else "",
    }
    return render(request, "applications/_autosaved.html", context)


def _filled(block: Block | None, typed: Typed) -> list[Control]:
    """The controls that the page sent empty and the save filled in from what the rest of the line tells."""
    sent = typed.lines.get(block.line_id or 0, {}) if block else {}
    return [one for one in block.controls if one.is_filled and sent.get(one.name) == ""] if block else []


@access(applicants)
@require_POST
def merge(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Save what was chosen, field by field, on the conflict screen."""
    claim = own_claim(request, key)
    mine = Typed.from_text(request.POST.get("mine", "")) or Typed({}, {})
    loaded = Typed.from_text(request.POST.get("loaded", ""))
    typed = replace(mine, loaded=loaded)
    asked = [name for name in request.POST.getlist("asked") if request.POST.get(name) not in ("mine", "theirs")]
    if asked:
        messages.error(request, "请逐项选择要保留哪一个，再保存。")
        return _conflict(request, claim, typed)
    chosen = replace(
        typed,
        facts={name: value for name, value in mine.facts.items() if _keeps_mine(request, "claim", name)},
        lines={
            pk: {name: value for name, value in values.items() if _keeps_mine(request, pk, name)}
            for pk, values in mine.lines.items()
            # What was typed into a line that is gone was shown, and cannot be saved.
            if claim.lines.filter(pk=pk).exists()
        },
    )
    if failed := _save(request, claim, typed=chosen, act=act_of(request)):
        return failed
    messages.success(request, "已按您的选择合并保存。")
    return redirect("applications:edit", claim.key)


@access(applicants)
@require_safe
def review(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show everything once more, what still has to be mended, and the button that submits."""
    claim = own_claim(request, key)
    if not claim.is_editable:
        return redirect("applications:claim", claim.key)
    return render(request, "applications/review.html", _review_context(claim, user_of(request)))


@access(applicants)
@require_POST
def submit(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Submit, or hand back a corrected claim. Pressed twice, the second press lands on the same claim."""
    claim = own_claim(request, key)
    act = replace(act_of(request), at=arrived_at(request))
    revision = _number(request.POST.get("revision"), -1)
    commitment = request.POST.get("commitment") == "on"
    do = resubmit_claim if claim.status == ClaimStatus.CORRECTION else submit_claim
    try:
        with show_refusal(request):
            done = do(claim, act=act, revision=revision, commitment=commitment)
            messages.success(request, f"申报已提交，编号 {done.claim.number}，由{done.claim.holder}办理。")
    except AlreadySubmittedError as error:
        messages.info(request, str(error))
    except ClaimIncompleteError as error:
        context = _review_context(own_claim(request, key), user_of(request))
        problems = as_seen_by(user_of(request), claim, error.problems)
        found = [*group_problems(problems), *(group for group in context["problems"] if group.is_warning)]
        return render(request, "applications/review.html", context | {"problems": found, "refused": True}, status=422)
    return redirect("applications:claim", claim.key)


def _review_context(claim: Claim, user: User) -> dict[str, Any]:
    context = read_claim(claim)
    now = timezone.now()
    problems = group_problems(problems_and_differences(context, at=now, user=user))
    is_correction = claim.status == ClaimStatus.CORRECTION
    return content_of(context) | {
        "points": claim.correction_points.filter(round=claim.correction_round) if is_correction else [],
        "problems": problems,
        "why_not_submit": why_not_submit(user, claim),
        "mandate": mandate_of(user, claim),
        "is_ready": all(group.is_warning for group in problems),
        "answer": preview_claim(context, on=timezone.localdate(now)),
        "situation": call_situation(claim, at=now),
        "is_correction": is_correction,
    }


def _conflict(request: HttpRequest, claim: Claim, typed: Typed) -> HttpResponse:
    """Ask about what both changed; the rest of what this page changed comes along and is saved with the answer."""
    conflict = find_conflict(claim, claim.lines.order_by("position"), typed)
    context = {"claim": claim, "conflict": conflict, "mine": typed.as_text(), "loaded": _as_asked(typed, conflict)}
    return render(request, "applications/conflict.html", context, status=409)


def _as_asked(typed: Typed, conflict: Conflict) -> str:
    """What the conflict's page is loaded with: where both changed something, what is stored while it asks."""
    was = typed.loaded or Typed({}, {})
    facts, lines = dict(was.facts), {pk: dict(was.lines.get(pk, {})) for pk in typed.lines}
    for difference in conflict.differences:
        place = facts if difference.line_id is None else lines.setdefault(difference.line_id, {})
        place[difference.name] = difference.stored
    return Typed(facts, lines, typed.defence).as_text()


def _keeps_mine(request: HttpRequest, place: int | str, name: str) -> bool:
    """Whether the page's own value is to be saved: it was chosen, or nobody else changed it."""
    return request.POST.get(f"use-{place}-{name}", "mine") == "mine"


def _typed(claim: Claim, request: HttpRequest) -> Typed:
    facts, lines = read_typed(claim, request.POST)
    defence = None
    if "defence-asked" in request.POST and concerns_patents(item_of(claim)):
        asked = {_number(pk, 0) for pk in request.POST.getlist("defence-asked")}
        ticked = {_number(pk, 0) for pk in request.POST.getlist("defence")}
        stays = set(claim.lines.filter(is_defence=True).values_list("pk", flat=True)) - asked
        defence = ticked | stays
    return Typed(facts, lines, defence, **_page(request))


def _typed_so_far(claim: Claim, request: HttpRequest) -> Typed:
    """What autosave keeps: nothing of a line just ticked as a defence patent, and no tick before it is sent."""
    facts, lines = read_typed(claim, request.POST)
    ticked = {_number(pk, 0) for pk in request.POST.getlist("defence")}
    kept = {pk: values for pk, values in lines.items() if pk not in ticked}
    return Typed(facts, kept, **_page(request))


def _page(request: HttpRequest) -> dict[str, Any]:
    """Which opened page sends, and what it was loaded with."""
    return {"loaded": Typed.from_text(request.POST.get("loaded", "")), "page": request.POST.get("page_name", "")[:50]}


def _to_form(
    request: HttpRequest, claim: Claim, *, line_id: int | None = None, anchor: str = "", rows: str = ""
) -> HttpResponse:
    """Back to the form, at the page and place where the person was."""
    page = _number(request.GET.get("page"), 1)
    if line_id:
        page = page_of(claim, line_id)
        anchor = anchor or f"line-{line_id}"
    query = {name: value for name, value in (("page", page if page > 1 else ""), ("rows", rows)) if value}
    url = reverse("applications:edit", args=[claim.key])
    return HttpResponseRedirect(f"{url}{'?' if query else ''}{urlencode(query)}{f'#{anchor}' if anchor else ''}")


def _number(text: str | None, otherwise: int) -> int:
    number = whole_number(text)
    return otherwise if number is None else number
