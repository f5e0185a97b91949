"""The questionnaire: who, what happened, a few facts; then everything one may get. Open to all, nothing is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from policies.calls.models import Call
from policies.calls.selectors import NO_CALLS, CallBook, call_rows, calls_ahead
from policies.facts.forms import MAX_QUERY
from policies.finder.forms import ELSEWHERE, Answers, WhoForm
from policies.finder.matching import Match, find_matches
from policies.finder.selectors import PUBLISHED_ROWS, published_items, rates_for
from policies.rates.models import DistrictRate
from portal.access import access, public
from portal.briefly_kept import briefly_kept
from portal.core.row_versions import Rows, kept, rows_version
from portal.core.steps import steps
from portal.kept_pages import render_kept

# What is in force, in the order in which it can be had.
_GROUPS = {
    "open": "现在可以申报",
    "coming": "即将开放申报",
    "waiting": "现行政策，还没有开放的申报通知",
    "outside": "现行政策，不在本平台申报",
}
_STEPS = ("您是谁", "发生了什么", "几个数", "可以申领")


@access(public)
@require_safe
@briefly_kept
def start(request: HttpRequest) -> HttpResponse:
    """Ask who somebody is; a signed-in applicant finds its own profile filled in."""
    memberships = request.user.active_memberships if request.user.is_authenticated else []
    form = WhoForm(applicant=memberships[0].applicant if memberships else None)
    return render(request, "finder/start.html", {"form": form, "steps": steps(_STEPS, 0)})


@access(public)
@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """Ask what happened: the events that the catalogue rewards for this asker."""
    form = WhoForm(request.GET)
    if not form.is_valid():
        return render(request, "finder/start.html", {"form": form, "steps": steps(_STEPS, 0)}, status=422)
    return _ask_events(request, form, Answers(form.asker, published_items(), request.GET))


@access(public)
@require_safe
def facts(request: HttpRequest) -> HttpResponse:
    """Ask the few facts that the sums need."""
    return _with_answers(request, shows_result=False)


@access(public)
@require_safe
def result(request: HttpRequest) -> HttpResponse:
    """List what one may get with sum, basis and what is still missing; a value that cannot be read is asked again.

    The same answers again, from whomever, are not worked out anew while policies, calls and rates stay as they are.
    """
    now = timezone.now()
    today = timezone.localdate(now)
    is_official = request.user.is_authenticated and request.user.is_official
    asked = sha256(request.META.get("QUERY_STRING", "").encode()).hexdigest()
    version = rows_version(*PUBLISHED_ROWS, *call_rows(now), Rows(DistrictRate))
    found = kept(f"finder:{asked}:{is_official}:{today}", version, lambda: _result_html(request, now))
    if not found:
        return _with_answers(request, shows_result=True)
    shown = {"found": found}
    return render_kept(request, "finder/result.html", version=version and f"{version} {today}", context=lambda: shown)


def _result_html(request: HttpRequest, now: datetime) -> str:
    """The result, drawn; "" where a page before it has still to be shown."""
    form = WhoForm(request.GET)
    if not form.is_valid():
        return ""
    answers = Answers(form.asker, published_items(), request.GET)
    if not answers.chosen or answers.faults or answers.wants_more_rows:
        return ""
    context = {"form": form, "answers": answers, "who": form.words, "steps": steps(_STEPS, 3), "user": request.user}
    return render_to_string("finder/_result.html", context | _found(form, answers, now))


def _with_answers(request: HttpRequest, *, shows_result: bool) -> HttpResponse:
    """What is still to be asked; with `shows_result` because the answers do not suffice for it."""
    form = WhoForm(request.GET)
    if not form.is_valid():
        return render(request, "finder/start.html", {"form": form, "steps": steps(_STEPS, 0)}, status=422)
    answers = Answers(form.asker, published_items(), request.GET)
    if not answers.chosen:
        return _ask_events(request, form, answers, is_missing=True)
    context = {"form": form, "answers": answers, "who": form.words, "steps": steps(_STEPS, 2)}
    return render(request, "finder/facts.html", context, status=422 if shows_result and answers.faults else 200)


def _ask_events(request: HttpRequest, form: WhoForm, answers: Answers, *, is_missing: bool = False) -> HttpResponse:
    context = {
        "form": form,
        "answers": answers,
        "who": form.words,
        "topics": [(topic, list(group)) for topic, group in groupby(answers.offered, key=lambda event: event.topic)],
        "chosen": {event.code for event in answers.chosen},
        "is_missing": is_missing,
        "steps": steps(_STEPS, 1),
    }
    return render(request, "finder/events.html", context, status=422 if is_missing else 200)


@dataclass(frozen=True, slots=True)
class _Row:
    """A match as the page shows it: with its calls, and the address of its calculator filled in."""

    match: Match
    call: Call | None
    next_call: Call | None
    prefill: str


@dataclass(frozen=True, slots=True)
class _Group:
    """What is shown in full (certain, and with a sum or all that it lacks), and what depends on which it was."""

    leading: list[_Row]
    others: list[_Row]

    @classmethod
    def of(cls, rows: Sequence[_Row]) -> "_Group":
        """These rows, apart by how certain they are."""
        return cls([row for row in rows if row.match.is_leading], [row for row in rows if not row.match.is_leading])

    @property
    def count(self) -> int:
        return len(self.leading) + len(self.others)


def _found(form: WhoForm, answers: Answers, now: datetime) -> dict[str, Any]:
    today = timezone.localdate(now)
    happenings = [section.happening for section in answers.sections]
    region = form.cleaned_data["region"]
    rates = rates_for(answers.chosen, answers.items, kind=answers.asker.kind, region=region)
    finding = find_matches(answers.items, answers.asker, happenings, today=today, rates=rates)
    knows_region = region != ELSEWHERE
    calls = calls_ahead(now, region_code=region) if knows_region else NO_CALLS
    chosen = {event.code for event in answers.chosen}
    return {
        "finding": finding,
        "in_force": _by_call(finding.in_force, calls),
        "drafts": _group(finding.drafts, NO_CALLS),
        "ended": _group(finding.ended, NO_CALLS),
        "others": [event for event in answers.offered if event.code not in chosen],
        "again": answers.query(),
    }


def _group(matches: Sequence[Match], calls: CallBook) -> _Group:
    return _Group.of([_row(match, calls) for match in matches])


def _by_call(matches: Sequence[Match], calls: CallBook) -> list[tuple[str, str, _Group]]:
    """What is in force: first what is open now, then what opens next, each group with its id and heading."""
    rows = [_row(match, calls) for match in matches]
    groups: dict[str, list[_Row]] = {name: [] for name in _GROUPS}
    for row in rows:
        on_site = row.match.entry.item.claimable
        name = "open" if row.call else "coming" if row.next_call else "waiting" if on_site else "outside"
        groups[name].append(row)
    return [(name, _GROUPS[name], _Group.of(found)) for name, found in groups.items() if found]


def _row(match: Match, calls: CallBook) -> _Row:
    taking = calls.taking(match.entry.item.code, match.day)
    prefill = urlencode(match.prefill)
    return _Row(match, taking.call, taking.coming, prefill if len(prefill) <= MAX_QUERY else "")
