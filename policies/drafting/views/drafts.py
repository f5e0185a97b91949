"""The list of drafts, one draft, its difference, and its text."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST, require_safe

from policies.drafting import yaml_codec
from policies.drafting.editor.section_list import section_rows
from policies.drafting.forms import DescribeForm, ReasonForm, StartForm, YamlForm
from policies.drafting.models import PolicyDraft
from policies.drafting.selectors.changes import draft_changes
from policies.drafting.selectors.lists import page_of_drafts
from policies.drafting.selectors.problems import draft_problems
from policies.drafting.selectors.reading import draft_yaml
from policies.drafting.services.decisions import newest_text, proposal_obstacle
from policies.drafting.services.drafts import describe_draft, import_yaml, start_draft
from policies.drafting.views.common import (
    found_draft,
    frame,
    readers,
    revision_of,
    to_draft,
    writers,
)
from policies.engine import CatalogueError
from portal.access import access
from portal.core.errors import show_refusal
from portal.core.http import act_of, takes_files, user_of
from portal.core.paging import paginate_fixed

CHANGES_A_PAGE = 20


@access(readers)
@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    """List drafts under way, or with `?over=1` those that are over."""
    over = request.GET.get("over") == "1"
    page = page_of_drafts(user_of(request), over=over, after=request.GET.get("after", ""))
    context = {
        "page": page,
        "over": over,
        "may_draft": writers.allows(request.user),
    }
    return render(request, "drafting/drafts.html", context)


@access(writers)
def new(request: HttpRequest) -> HttpResponse:
    """Begin a draft; a text that cannot be read stays in its box, with its lines at fault."""
    data = request.POST if request.method == "POST" else None
    form = StartForm(data, user=user_of(request), document=request.GET.get("document", ""))
    faults: CatalogueError | None = None
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            with show_refusal(form):
                draft = start_draft(
                    form.chosen,
                    key=_key(request.POST.get("key", "")),
                    title=cleaned["title"],
                    code=cleaned["code"],
                    text="" if form.chosen else cleaned["text"],
                    act=act_of(request),
                )
                return to_draft(draft)
        except CatalogueError as error:
            faults = error
    key = request.POST.get("key") or uuid.uuid4()
    return render(request, "drafting/new.html", {"form": form, "key": key, "faults": faults})


@access(readers)
@require_safe
def draft(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show where a draft stands, what stands against it, and its sections."""
    found = found_draft(request, key)
    problems = draft_problems(found)
    base = yaml_codec.read_sections(found.base.text, name="") if found.base else []
    newest = newest_text(found)
    rows = section_rows(found, problems, base=base)
    context = frame(request, found, tab="draft") | {
        "rows": rows,
        "changed": [row for row in rows if row.is_changed or row.problems],
        "unchanged": [row for row in rows if not (row.is_changed or row.problems)],
        "problems": problems,
        "unplaced": [problem for problem in problems if problem.section is None],
        "obstacle": proposal_obstacle(found) if found.is_editable else "",
        "is_outdated": not found.is_over and newest != found.base,
        "published_words": _published_words(found),
        "is_draft_document": _status(found) == "draft",
        "describe_form": DescribeForm(initial={"title": found.title, "note": found.note}),
        "reason_form": ReasonForm(auto_id="id_reason_%s"),
        "effect_url": _effect_url(found),
    }
    return render(request, "drafting/draft.html", context)


def _effect_url(found: PolicyDraft) -> str:
    """Where the budget effect of a draft is worked out, "" where the portal has no simulations."""
    try:
        return reverse("whatif:draft_effect", args=[found.key])
    except NoReverseMatch:
        return ""


@access(readers)
@require_safe
def changes(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show what a draft changes against what is in force, word by word."""
    found = found_draft(request, key)
    context = frame(request, found, tab="changes")
    if found.published is None:
        try:
            changes = draft_changes(found)
            page, start = paginate_fixed(changes.items, after=request.GET.get("after", ""), size=CHANGES_A_PAGE)
            context |= {"changes": changes, "page": page, "start": start}
        except CatalogueError as error:
            context["problem_count"] = len(error.problems)
    return render(request, "drafting/changes.html", context)


@access(writers)
@require_POST
def describe(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Keep a draft's title and note."""
    found = found_draft(request, key)
    form = DescribeForm(request.POST)
    if not form.is_valid():
        messages.error(request, "事由不能为空，说明不超过 2,000 字。")
        return to_draft(found)
    with show_refusal(request, success="已保存。"):
        describe_draft(found, revision=revision_of(request), act=act_of(request), **form.cleaned_data)
    return to_draft(found)


@takes_files
@access(writers)
def text(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show a draft as YAML, or take another text in its place; one that cannot be read stays in its box."""
    found = found_draft(request, key)
    context = frame(request, found, tab="text")
    form = YamlForm(initial={"text": draft_yaml(found)})
    if request.method == "POST":
        form = YamlForm(request.POST, request.FILES)
        if form.is_valid():
            wanted = form.cleaned_data["text"]
            try:
                with show_refusal(request, success="已导入，各段以这份文本为准。注释不会保留。"):
                    import_yaml(found, wanted, revision=revision_of(request), act=act_of(request))
                    return to_draft(found)
            except CatalogueError as error:
                context["faults"] = error
            # An uploaded text stands in the box now, where it can be mended.
            form = YamlForm(initial={"text": wanted})
    return render(request, "drafting/text.html", context | {"form": form})


@access(readers)
@require_safe
def export(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Hand out a draft's text as a file."""
    found = found_draft(request, key)
    response = HttpResponse(draft_yaml(found), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.document_code}-{found.revision}.yaml"'
    return response


def _published_words(found: PolicyDraft) -> str:
    if found.published is None:
        return ""
    return f"由{found.decided_by}核对发布，为该文件的第 {found.published.number} 次发布；这里的内容不再改变。"


def _status(found: PolicyDraft) -> str:
    head = found.sections[0].get("document")
    return str(head.get("status", "")) if isinstance(head, dict) else ""


def _key(sent: str) -> uuid.UUID:
    try:
        return uuid.UUID(sent)
    except ValueError:
        return uuid.uuid4()
