"""The page of a claim's files: drop many at once, confirm where each belongs, and see what is still missing."""

import uuid
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from applications.claims.models import Claim, Evidence
from applications.claims.permissions import why_fixed
from applications.claims.selectors.duplicates import reusable_evidence
from applications.claims.selectors.scope import evidence_requirement
from applications.claims.services.evidence import remove_evidence
from applications.claims.services.placing import take_out, use_again
from applications.claims.views.common import as_uuid, own_claim
from applications.intake.selectors.waiting import files_page
from applications.intake.services.placing import ALL_LINES, Placing, join_files, place_files
from applications.intake.services.receiving import ARCHIVE_MAX_BYTES, CHUNK_BYTES, receive_whole
from portal.access import access, applicants
from portal.core.actor import ActorContext
from portal.core.errors import show_refusal
from portal.core.http import act_of, takes_files, user_of

# A request without script brings whole files; what takes longer than this is sent in several requests.
_MOST_FILES = 60


@takes_files
@access(applicants)
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show the claim's files, or do what the pressed button asks for; as a part, for the page of the claim."""
    claim = own_claim(request, key)
    if why := why_fixed(user_of(request), claim):
        messages.info(request, why)
        return redirect("applications:claim", claim.key)
    here, is_part = reverse("intake:files", args=[claim.key]), "HX-Request" in request.headers
    if request.method == "POST":
        action, _, target = request.POST.get("action", "").partition(":")
        with show_refusal(request):
            _ACTIONS.get(action, take_sent)(request, claim, act_of(request), target)
        if not is_part:
            return HttpResponseRedirect(here)
    context = {
        "claim": claim,
        "page": files_page(claim, user_of(request)),
        "max_bytes": settings.EVIDENCE_MAX_BYTES,
        "max_archive": ARCHIVE_MAX_BYTES,
        "chunk_bytes": CHUNK_BYTES,
        "all_lines": ALL_LINES,
        "files_url": here,
    }
    response = render(request, "intake/_part.html" if is_part else "intake/files.html", context)
    if request.method == "POST":
        response["HX-Trigger"] = "claim-files-changed"
    return response


def take_sent(request: HttpRequest, claim: Claim | None, act: ActorContext, _target: str = "") -> None:
    """Take the files that came with the request, as without script they do."""
    sent = request.FILES.getlist("files")
    if not sent:
        messages.error(request, "请先选择文件，再按“上传”。")
    for file in sent[:_MOST_FILES]:
        with show_refusal(request):
            taken = receive_whole(claim, act=act, filename=file.name or "", file=file)
            messages.success(request, taken.told)
    if len(sent) > _MOST_FILES:
        messages.error(request, f"一次最多上传 {_MOST_FILES} 个文件，后面的 {len(sent) - _MOST_FILES} 个请再选一次。")


def _place(request: HttpRequest, claim: Claim, act: ActorContext, target: str) -> None:
    """Put every file with a place into it; pressed for one file, that one alone."""
    chosen = {}
    for evidence in _waiting(claim):
        placing = Placing(
            request.POST.get(f"requirement-{evidence.pk}", ""), request.POST.get(f"lines-{evidence.pk}", "")
        )
        # What nobody has given a place stays without a word.
        if placing.requirement and (target or placing.lines.strip() or not _is_per_line(claim, placing.requirement)):
            chosen[evidence] = placing
    _tell_placed(request, claim, act, chosen)


def _place_picked(request: HttpRequest, claim: Claim, act: ActorContext, _target: str) -> None:
    """Give all ticked files the same place."""
    placing = Placing(request.POST.get("picked-requirement", ""), request.POST.get("picked-lines", ""))
    picked = _picked(request, claim)
    if not picked:
        messages.error(request, "请先勾选文件。")
        return
    _tell_placed(request, claim, act, dict.fromkeys(picked, placing))


def _tell_placed(request: HttpRequest, claim: Claim, act: ActorContext, chosen: dict[Evidence, Placing]) -> None:
    placed = place_files(claim, act=act, chosen=chosen)
    if placed.count:
        messages.success(request, f"{placed.count} 个文件已归位。")
    elif not placed.refusals:
        messages.error(request, "没有可以归位的文件：请为文件选择材料，并填写明细的序号。")
    for refusal in placed.refusals:
        messages.error(request, refusal)


def _join(request: HttpRequest, claim: Claim, act: ActorContext, _target: str) -> None:
    """Make one PDF of the ticked photos, in the order in which they stand."""
    picked = _picked(request, claim)
    joined = join_files(claim, act=act, photos=picked)
    messages.success(request, f"{len(picked)} 张照片已按次序合成“{joined.filename}”。")


def _remove(_request: HttpRequest, claim: Claim, act: ActorContext, target: str) -> None:
    if evidence := _named(claim, target):
        remove_evidence(evidence, act=act)


def _take_out(_request: HttpRequest, claim: Claim, act: ActorContext, target: str) -> None:
    if evidence := _named(claim, target):
        take_out(evidence, act=act)


def _use_again(request: HttpRequest, claim: Claim, act: ActorContext, _target: str) -> None:
    """Take ticked files of earlier claims into this one."""
    wanted = {as_uuid(text) for text in request.POST.getlist("source")}
    sources = [source for source in reusable_evidence(claim, user_of(request)) if source.key in wanted]
    if not sources:
        messages.error(request, "请先勾选要选用的文件。")
        return
    added = use_again(claim, act=act, sources=sources)
    messages.success(request, f"已选用 {added} 个文件，请确认归位。")


def _named(claim: Claim, target: str) -> Evidence | None:
    key = as_uuid(target)
    return claim.evidence.select_related("claim", "line").filter(key=key).first() if key else None


def _waiting(claim: Claim) -> list[Evidence]:
    waiting = claim.evidence.filter(requirement="", removed_at=None)
    return list(waiting.select_related("file", "claim").order_by("pk"))


def _picked(request: HttpRequest, claim: Claim) -> list[Evidence]:
    keys = set(request.POST.getlist("pick"))
    return [evidence for evidence in _waiting(claim) if str(evidence.key) in keys]


def _is_per_line(claim: Claim, requirement: str) -> bool:
    wanted = evidence_requirement(claim, requirement)
    return wanted is not None and wanted.per == "line"


_ACTIONS: dict[str, Callable[[HttpRequest, Claim, ActorContext, str], None]] = {
    "send": take_sent,
    "place": _place,
    "place-picked": _place_picked,
    "join": _join,
    "remove": _remove,
    "take-out": _take_out,
    "use-again": _use_again,
}
