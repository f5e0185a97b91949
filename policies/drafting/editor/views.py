"""Pages on which a policy administrator writes one section of a draft, without YAML."""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget

from policies.drafting import yaml_codec
from policies.drafting.editor.actions import CHOOSING, act_on_all
from policies.drafting.editor.citing import citing, keep_citations, unit_to_show
from policies.drafting.editor.conflicts import differences, merged, place_of, with_stored
from policies.drafting.editor.group_codecs import REST
from policies.drafting.editor.names import WITH_FACTS, section_names
from policies.drafting.editor.new_section import BorrowFilterForm, NewSectionForm, copy_of
from policies.drafting.editor.page import SectionPage
from policies.drafting.editor.preview import Preview, read_preview
from policies.drafting.editor.sections import ROOT, in_order_of, kind_of, read_section
from policies.drafting.models import PolicyDraft
from policies.drafting.permissions import may_change
from policies.drafting.selectors.sources import source_pane
from policies.drafting.services.borrowing import borrow_item
from policies.drafting.services.drafts import add_section, save_section, stale_draft
from policies.engine import QuestionError, assess, catalogue_of
from policies.engine.model import content_hash
from policies.published.forms import read_calculator
from policies.published.selectors import condition_texts
from policies.published.wording import as_shown
from portal.access import access, officials
from portal.accounts.enums import Role
from portal.core.errors import StaleStateError, show_refusal
from portal.core.http import act_of, user_of
from portal.core.numbers import whole_number

MAX_TRIES = 3
readers = officials(Role.POLICY_ADMIN, Role.AUDITOR)
writers = officials(Role.POLICY_ADMIN)


@access(readers)
def section(request: HttpRequest, key: uuid.UUID, index: int) -> HttpResponse:
    """Show a section's form; keep what it sends, right or wrong, and do what its button says."""
    draft = _draft(request, key, index)
    if request.method == "POST":
        return _keep(request, draft, index)
    stored = draft.sections[index]
    preview = read_preview(draft, index, stored, whole=True)
    return _show(request, draft, index, stored, preview=preview, opened=request.GET.getlist("open"))


@access(writers)
@require_POST
def preview(request: HttpRequest, key: uuid.UUID, index: int) -> HttpResponse:
    """Say what the section would come to as typed; nothing is stored."""
    draft = _draft(request, key, index)
    typed = read_section(dict(request.POST.lists()))
    read = read_preview(draft, index, typed, whole=False)
    return render(
        request, "drafting/editor/previewed.html", {"draft": draft, "preview": read, "page": _page(draft, typed, read)}
    )


@access(readers)
def tryout(request: HttpRequest, key: uuid.UUID, index: int) -> HttpResponse:
    """Compute an amount by the stored section: the whole page, or for htmx what changed in it."""
    draft = _draft(request, key, index)
    read = read_preview(draft, index, draft.sections[index], whole=False)
    if read.item is None:
        messages.warning(request, "这一段还有要改正的地方，改好并保存后才能试算。")
        return redirect("drafting:section", key, index)
    context = _tryout(draft, index, read, request)
    template = "drafting/editor/tryout.html"
    if request.headers.get("HX-Request"):
        typing = request.headers.get("HX-Target") == "answer"
        template = "policies/_calculator_typed.html" if typing else "policies/_calculator_sent.html"
    return render(request, template, context)


@access(writers)
def new_section(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Begin an item from the library or another document, a rule of the register, or the document's own readings."""
    draft = get_object_or_404(PolicyDraft.objects.visible_to(user_of(request)), key=key)
    form = NewSectionForm(request.POST or None, sections=draft.sections)
    if request.method == "POST" and form.is_valid():
        with show_refusal(request):
            act, revision = act_of(request), draft.revision
            if form.borrowed:
                changed = borrow_item(draft, form.borrowed, revision=revision, act=act)
            else:
                changed = add_section(draft, form.section, revision=revision, at=form.place, act=act)
            return redirect("drafting:section", key, changed.sections.index(form.section))
    filters = BorrowFilterForm(request.GET)
    context = {
        "draft": draft,
        "form": form,
        "filters": filters,
        "offers": filters.found(),
        "can_change": _may(request, draft),
    }
    return render(request, "drafting/editor/new.html", context)


@access(writers)
@require_POST
def copy_section(request: HttpRequest, key: uuid.UUID, index: int) -> HttpResponse:
    """Add a copy of an item or rule right after it, under an id of its own."""
    draft = _draft(request, key, index)
    copied = copy_of(draft.sections[index], draft.sections)
    if copied is None:
        messages.error(request, "只有事项和条款可以复制。")
        return redirect("drafting:section", key, index)
    with show_refusal(request, success="已复制，请改编号和名称。"):
        add_section(draft, copied, revision=draft.revision, at=index + 1, act=act_of(request))
        index += 1
    return redirect("drafting:section", key, index)


def _draft(request: HttpRequest, key: uuid.UUID, index: int) -> PolicyDraft:
    draft = get_object_or_404(PolicyDraft.objects.visible_to(user_of(request)), key=key)
    if not 0 <= index < len(draft.sections):
        raise Http404
    return draft


def _may(request: HttpRequest, draft: PolicyDraft) -> bool:
    return may_change(user_of(request), draft)


def _keep(request: HttpRequest, draft: PolicyDraft, index: int) -> HttpResponse:
    """Store what was sent after what its button does; typed words survive every refusal."""
    typed = in_order_of(read_section(_posted(request, draft.sections[index])), draft.sections[index])
    action = request.POST.get("action", "save")
    typed = citing(draft, typed, request.POST)
    if action == "preview":
        read = read_preview(draft, index, typed, whole=False)
        return _show(request, draft, index, typed, preview=read)
    wanted, opened = act_on_all(typed, _chosen(request), action)
    with show_refusal() as refusal:
        place = _store(request, draft, index, wanted)
        keep_citations(draft, wanted, request.POST, act=act_of(request))
    if isinstance(refusal.error, StaleStateError):
        return _conflict(request, refusal.error.current, index, typed)
    if refusal:
        messages.error(request, str(refusal))
        return _show(request, draft, index, typed, preview=read_preview(draft, index, typed, whole=False))
    if action == "done":
        messages.success(request, "已保存。")
        return redirect("drafting:draft", draft.key)
    if action == "next" and place + 1 < len(draft.sections):
        return redirect("drafting:section", draft.key, place + 1)
    if opened and place == index and request.headers.get("HX-Request"):
        return _show_kept(request, draft, index, opened)
    address = reverse("drafting:section", args=[draft.key, place])
    if not opened:
        unit = unit_to_show(request.POST)
        words = "已保存。要添加的还没有选，请先选择。" if action.startswith("add:") else "已保存。"
        messages.success(request, words)
        return _to(request, address if unit is None else f"{address}?source={unit}#source-title")
    return _to(request, f"{address}?{urlencode({'open': opened}, doseq=True)}#{opened[0]}")


def _to(request: HttpRequest, address: str) -> HttpResponse:
    """On to another page, of which htmx would put the answer into this one."""
    return HttpResponseClientRedirect(address) if request.headers.get("HX-Request") else redirect(address)


def _show_kept(request: HttpRequest, draft: PolicyDraft, index: int, opened: Sequence[str]) -> HttpResponse:
    """What changed on the page: the part of the first row to open, and those that offer other facts than before."""
    before, draft = draft, _draft(request, draft.key, index)
    stored = draft.sections[index]
    context = _context(request, draft, index, stored, read_preview(draft, index, stored, whole=True), opened=opened)
    page: SectionPage = context["page"]
    is_same = page.words.asked == section_names(before.sections, before.sections[index]).asked
    first = [part for part in page.parts if f"{opened[0]}-".startswith(f"{ROOT}-{part.place}-")]
    beside = [
        part
        for part in page.parts
        if part not in first
        and ((not is_same and part.place in WITH_FACTS) or any(row.name in opened for row in part.rows))
    ]
    return render(request, "drafting/editor/kept.html", {**context, "parts": [*first, *beside]})


def _store(request: HttpRequest, draft: PolicyDraft, index: int, wanted: Mapping[str, Any]) -> int:
    """Put the section where the one now stands that the page was made from, and say where that is.

    A colleague may save another section in the same moment: then it is tried once more. StaleStateError where this
    section is no longer what the page was made from.
    """
    base = request.POST.get("base", "")
    for _ in range(MAX_TRIES):
        place = place_of(draft.sections, index=index, base=base)
        if place is None:
            break
        try:
            save_section(draft, place, wanted, revision=draft.revision, act=act_of(request))
        except StaleStateError as stale:
            draft = stale.current
        else:
            return place
    at, loaded = _place_by_name(draft, wanted), _loaded(request)
    if at is not None and loaded is not None:
        both, clashes = merged(loaded, wanted, draft.sections[at])
        if not clashes:
            save_section(draft, at, both, revision=draft.revision, act=act_of(request))
            messages.info(request, "这一段在您打开以后被别人改过：两边改的地方不同，都已保留。")
            return at
    raise stale_draft(draft, wanted)


def _loaded(request: HttpRequest) -> dict[str, Any] | None:
    """The section that the page was made from, which it carries; None where it is not the one that it names."""
    try:
        found = json.loads(request.POST.get("loaded", ""))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and content_hash(found) == request.POST.get("base") else None


def _place_by_name(draft: PolicyDraft, section: Mapping[str, Any]) -> int | None:
    return next((at for at, one in enumerate(draft.sections) if _same(one, section)), None)


def _posted(request: HttpRequest, stored: Mapping[str, Any]) -> dict[str, list[str]]:
    """What was sent; without what the form does not know if it is to go, with what is stored where that is to stay."""
    sent = {name: [str(text) for text in texts] for name, texts in request.POST.lists()}
    if "forget" in sent:
        sent = {name: texts for name, texts in sent.items() if not name.endswith(f"-{REST}")}
    return with_stored(sent, sent["theirs"], stored) if "theirs" in sent else sent


def _chosen(request: HttpRequest) -> dict[str, list[str]]:
    """What was chosen beside each button that adds, by part: no choice is lost because another button was pressed."""
    return {part: [word for word in request.POST.getlist(f"add-{part}") if word] for part in CHOOSING}


def _conflict(request: HttpRequest, draft: PolicyDraft, index: int, typed: Mapping[str, Any]) -> HttpResponse:
    """The typed section, beside what is stored now; it is stored only when its person sends it once more.

    What only the other changed is taken over; what both changed is listed.
    """
    at = _place_by_name(draft, typed)
    if at is None:
        messages.error(request, "这一段已被别人删除或改了编号，您填的内容还在本页；需要时请另加一段。")
        return _show(request, draft, min(index, len(draft.sections) - 1), typed, base="gone", status=409)
    stored = draft.sections[at]
    loaded = _loaded(request)
    both = merged(loaded, typed, stored)[0] if loaded is not None else typed
    mine, theirs, before = (
        _page(draft, one, read_preview(draft, at, one, whole=False)) for one in (both, stored, loaded or {})
    )
    found = differences(theirs, mine)
    if loaded is not None:
        changed_there = {difference.name for difference in differences(before, theirs)}
        found = [difference for difference in found if difference.name in changed_there]
    return _show(request, draft, at, both, status=409, conflict=found)


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return kind_of(one) == kind_of(other) and yaml_codec.name_of(one) == yaml_codec.name_of(other)


def _page(draft: PolicyDraft, shown: Mapping[str, Any], read: Preview, *, opened: Sequence[str] = ()) -> SectionPage:
    head = draft.sections[0].get("document") if draft.sections else None
    return SectionPage(shown, read.words, read.problems, head if isinstance(head, dict) else {}, opened)


def _show(
    request: HttpRequest,
    draft: PolicyDraft,
    index: int,
    shown: Mapping[str, Any],
    *,
    preview: Preview | None = None,
    opened: Sequence[str] = (),
    status: int = 200,
    base: str = "",
    conflict: Any = None,
) -> HttpResponse:
    read = preview or read_preview(draft, index, shown, whole=False)
    context = _context(request, draft, index, shown, read, opened=opened) | {"conflict": conflict}
    if base:
        context["base"] = base
    if request.headers.get("HX-Request"):
        # A part was asked for, and the whole page has to be read; htmx shows no answer of another status than 200.
        return retarget(reswap(render(request, "drafting/editor/section.html", context), "innerHTML"), "body")
    return render(request, "drafting/editor/section.html", context, status=status)


def _context(
    request: HttpRequest,
    draft: PolicyDraft,
    index: int,
    shown: Mapping[str, Any],
    read: Preview,
    *,
    opened: Sequence[str] = (),
) -> dict[str, Any]:
    stored = draft.sections[index]
    context = {
        "draft": draft,
        "index": index,
        "page": _page(draft, shown, read, opened=opened),
        "preview": read,
        "base": content_hash(stored),
        "loaded": json.dumps(stored, ensure_ascii=False),
        "can_change": _may(request, draft),
        "is_unsaved": shown != stored,
        "root": ROOT,
        "previous": index - 1 if index else None,
        "next": index + 1 if index + 1 < len(draft.sections) else None,
        "name": yaml_codec.name_of(shown),
        "source": source_pane(draft, yaml_codec.name_of(stored), whole_number(request.GET.get("source", ""))),
    }
    if read.item is not None:
        context |= _tryout(draft, index, read, None)
    return context


def _tryout(draft: PolicyDraft, index: int, read: Preview, request: HttpRequest | None) -> dict[str, Any]:
    """The calculator of the section's item and, of what was sent, the engine's answer."""
    today = timezone.localdate()
    data = request.POST if request is not None and request.method == "POST" else None
    rules = read.item
    if rules is None:
        return {}
    filled = read_calculator(rules, data, today=today)
    context: dict[str, Any] = {
        "draft": draft,
        "index": index,
        "rules": rules,
        "calculator": filled,
        "calculator_url": reverse("drafting:tryout", args=[draft.key, index]),
    }
    if data is None or filled.is_blank or filled.issued_error:
        return context
    try:
        answer = assess(catalogue_of([], [rules]), filled.question(today=today))
    except QuestionError as error:
        return context | {"question_error": str(error)}
    return context | {"answer": as_shown(answer.as_dict(), rules), "assumed": condition_texts(rules, answer.assumed)}
