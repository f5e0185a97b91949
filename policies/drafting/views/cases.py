"""A draft's worked cases: worked again, confirmed one by one, added."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from policies.drafting.cases import unread_text
from policies.drafting.forms import CaseForm, ReasonForm
from policies.drafting.models import WorkedCase
from policies.drafting.selectors.cases import CaseRun, items_without_case, run_cases, waivers
from policies.drafting.selectors.changes import draft_changes
from policies.drafting.selectors.reading import read_draft
from policies.drafting.services.borrowing import accept_answer, cases_out_of_force, move_cases
from policies.drafting.services.cases import add_case, confirm_case, drop_case, undo_case, waive_case
from policies.drafting.views.common import found_draft, frame, readers, writers
from policies.engine import OUTCOMES, Outcome
from policies.engine.model import Item
from policies.published.forms import read_calculator
from portal.access import access
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of
from portal.core.paging import paginate_fixed

# How many rows of a list the page shows at once: of those to be dealt with the rest follows when these are done.
SHOWN = 30


@access(readers)
@require_safe
def cases(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Work every case again, before and after; what waits for a sentence comes first."""
    draft = found_draft(request, key)
    context = frame(request, draft, tab="cases")
    if draft.published is not None:
        return render(request, "drafting/cases.html", context)
    runs = run_cases(draft)
    document = read_draft(draft).document
    unchanged = [run for run in runs if run.is_settled and run.change is None]
    waiting = [run for run in runs if not run.is_settled]
    settled = [run for run in runs if run.is_settled and run.change is not None]
    page, _ = paginate_fixed(settled, after=request.GET.get("after", ""), size=SHOWN)
    rules = {item.id: item for item in document.items} if document else {}

    def shown(run: CaseRun) -> dict[str, object]:
        expected, before, after = (
            _words(one, rules.get(run.item_code)) for one in (run.expected, run.before, run.after)
        )
        answers = [("应有的结果", expected), ("现行规则", before), ("按本拟订", after)]
        return {"run": run, "after": after, "expected": expected, "answers": answers}

    context |= {
        "waiting": [shown(run) for run in waiting[:SHOWN]],
        "waiting_count": len(waiting),
        "settled": page.map(shown),
        "settled_count": len(settled),
        "unchanged": [shown(run) for run in unchanged[:SHOWN]],
        "unchanged_count": len(unchanged),
        "total": len(runs),
        "items": [(item.id, f"{item.title}（{item.id}）") for item in document.items] if document else [],
        "has_problems": document is None,
        "is_before": bool(cases_out_of_force(draft, [run.change for run in runs if run.is_new and run.change])),
    }
    if document is not None:
        bare, waived = items_without_case(draft, draft_changes(draft), runs), list(waivers(draft))
        context |= {"bare": bare[:SHOWN], "bare_count": len(bare)}
        context |= {"waivers": waived[:SHOWN], "waiver_count": len(waived)}
    return render(request, "drafting/cases.html", context)


@access(writers)
@require_POST
def settle(request: HttpRequest, key: uuid.UUID, pk: int) -> HttpResponse:
    """Confirm a case's new answer, or drop the case, with a sentence."""
    draft = found_draft(request, key)
    case = get_object_or_404(
        WorkedCase.objects.visible_to(user_of(request)).current(), pk=pk, document_code=draft.document_code
    )
    deed = drop_case if request.POST.get("action") == "drop" else confirm_case
    form = ReasonForm(request.POST)
    if form.is_valid():
        with show_refusal(request, success="已记下。"):
            deed(draft, case, reason=form.cleaned_data["reason"], act=act_of(request))
    else:
        messages.error(request, "请用一句话（不超过 200 字）写明理由。")
    return redirect("drafting:cases", draft.key)


@access(writers)
@require_POST
def waive(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Say why an item has no worked case."""
    draft = found_draft(request, key)
    form = ReasonForm(request.POST)
    if form.is_valid():
        with show_refusal(request, success="已记下。"):
            code = request.POST.get("item", "")
            waive_case(draft, code, reason=form.cleaned_data["reason"], act=act_of(request))
    else:
        messages.error(request, "请用一句话（不超过 200 字）写明理由。")
    return redirect("drafting:cases", draft.key)


@access(writers)
@require_POST
def undo(request: HttpRequest, key: uuid.UUID, pk: int) -> HttpResponse:
    """Take back what was said of a case, or a case that was added."""
    draft = found_draft(request, key)
    with show_refusal(request, success="已取消。"):
        undo_case(draft, pk, act=act_of(request))
    return redirect("drafting:cases", draft.key)


@access(writers)
@require_POST
def accept(request: HttpRequest, key: uuid.UUID, pk: int) -> HttpResponse:
    """Take the draft's own answer for what an added case expects."""
    draft = found_draft(request, key)
    with show_refusal(request, success="已按算得的结果更新。"):
        accept_answer(draft, pk, act=act_of(request))
    return redirect("drafting:cases", draft.key)


@access(writers)
@require_POST
def move(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Bring the days of added cases into the time in which the draft holds."""
    draft = found_draft(request, key)
    with show_refusal(request, success="已移到施行期内。"):
        move_cases(draft, act=act_of(request))
    return redirect("drafting:cases", draft.key)


@access(writers)
def new_case(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Add a worked case of one of the draft's items: the facts, and the answer that the document gives."""
    draft = found_draft(request, key)
    document = read_draft(draft).document
    code = request.GET.get("item", "")
    rules = next((item for item in document.items if item.id == code), None) if document else None
    if rules is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    today = timezone.localdate()
    filled = read_calculator(rules, data, today=today)
    form = CaseForm(data)
    if data is not None and "add" not in data and "drop" not in data and form.is_valid() and not filled.faults:
        question = filled.question(today=today)
        with show_refusal(form):
            add_case(
                draft,
                sentence=form.cleaned_data["sentence"],
                question=question,
                expected=form.expected,
                act=act_of(request),
            )
            return redirect("drafting:cases", draft.key)
    context = frame(request, draft, tab="cases") | {"rules": rules, "calculator": filled, "form": form}
    return render(request, "drafting/case_new.html", context)


def _words(answer: dict[str, Any], rules: Item | None) -> dict[str, object]:
    """An answer's outcome in words, its sums, and why; `rules` are those of the draft, whose labels its facts have."""
    if not answer or answer.get("field") == "item":
        return {"outcome": "没有这样的事项"}
    if "error" in answer:
        return {"outcome": f"不能测算：{unread_text(answer, rules)}"}
    reasons = answer.get("reasons")
    return {
        "outcome": OUTCOMES[Outcome(str(answer["outcome"]))],
        "amount": answer.get("amount"),
        "reasons": reasons[:2] if isinstance(reasons, list) else [],
    }
