"""Public pages: documents, items, calculators. Nobody needs to sign in to learn what the rules give."""

from collections.abc import Mapping
from datetime import date
from itertools import accumulate
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from policies.calls.selectors import Taking, calls_ahead, offer_of, papers_of
from policies.engine import PAYERS, QuestionError, amount_text, assess, conditions_text
from policies.published import selectors
from policies.published.enums import DocumentStatus
from policies.published.forms import Calculator, read_calculator
from policies.published.models import PolicyDocument, SupportItem
from policies.published.register import read_register
from policies.published.registerform import RegisterFilterForm
from policies.published.searchtext import MAX_QUERY
from policies.published.selectors import ItemCard
from policies.published.sources import UNITS_SHOWN
from policies.published.wording import as_shown
from policies.rates.models import DistrictRate
from policies.rates.selectors import Rates, rates_of_item, takes_ratio, takes_unit_amount, with_rates
from portal.access import access, public
from portal.accounts.models import Region
from portal.briefly_kept import briefly_kept
from portal.core.numbers import whole_number
from portal.core.steps import steps

# Rows of the register that a page of 120 KB carries.
REGISTER_ROWS = 300


@access(public)
@require_safe
@briefly_kept
def documents(request: HttpRequest) -> HttpResponse:
    """List the policy documents, or the items that a search found."""
    search = request.GET.get("q", "").strip()[:MAX_QUERY]
    if search:
        return render(request, "policies/search.html", {"search": search, "found": selectors.find_items(search)})
    return render(request, "policies/documents.html", {"entries": selectors.list_documents()})


@access(public)
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """List every clause of the documents with what models it, or why nothing can."""
    catalogue = selectors.register_catalogue()
    form = RegisterFilterForm(request.GET, documents=catalogue.documents.values())
    narrowing = form.narrowing()
    sections = read_register(catalogue, document=narrowing["document"], kind=narrowing["kind"])
    entries = [entry for section in sections for entry in section.entries]
    # Whole documents, as many as a page carries; the others by their own address.
    ends = list(accumulate(len(section.entries) for section in sections))
    fitting = max(sum(end <= REGISTER_ROWS for end in ends), 1)
    context = {
        "form": form,
        "sections": sections[:fitting],
        "others": sections[fitting:],
        "count": len(entries),
        "records": sum(entry.is_record for entry in entries),
    }
    return render(request, "policies/register.html", context)


@access(public)
@require_safe
@briefly_kept
def document(request: HttpRequest, code: str) -> HttpResponse:
    """Show one document with its items by article."""
    found = get_object_or_404(PolicyDocument.objects.select_related("region"), code=code)
    cards = selectors.document_cards(found, on=timezone.localdate())
    context = {
        "document": found,
        "cards": [card for card in cards if card.rules.kind != selectors.TARGET],
        "targets": [card for card in cards if card.rules.kind == selectors.TARGET],
        "has_source": any(card.item.passages for card in cards),
    }
    return render(request, "policies/document.html", context)


@access(public)
@require_safe
def source(request: HttpRequest, code: str) -> HttpResponse:
    """Show a document's own text beside the rules that rest on it, unit by unit."""
    found = get_object_or_404(PolicyDocument, code=code)
    units, items = selectors.document_source(found)
    page = min(whole_number(request.GET.get("page", "")) or 0, len(units) // UNITS_SHOWN)
    shown = units[page * UNITS_SHOWN : (page + 1) * UNITS_SHOWN]
    context = {
        "document": found,
        "rows": [(unit, [items[name] for name in unit.by if name in items]) for unit in shown],
        "pages": [(number, units[number * UNITS_SHOWN].unit.place) for number in range(-(-len(units) // UNITS_SHOWN))],
        "page": page,
    }
    return render(request, "policies/source.html", context)


@access(public)
@require_safe
@briefly_kept
def item(request: HttpRequest, code: str) -> HttpResponse:
    """Show one item: for whom, how much, on which conditions, with which evidence and basis; and its calculator."""
    card = _card(code)
    calculator = read_calculator(card.rules, None, today=timezone.localdate(), regions=_regions(card))
    return render(request, "policies/item.html", _context(card, calculator) | {"rates": _rates(card)})


@access(public)
def calculator(request: HttpRequest, code: str) -> HttpResponse:
    """Compute an amount from what was typed: the whole page, or for htmx what changed in it.

    An address may bring the facts along, as the questionnaire's links do.
    """
    card = _card(code)
    typed = request.POST if request.method == "POST" else request.GET
    filled = read_calculator(card.rules, typed or None, today=timezone.localdate(), regions=_regions(card))
    context = _context(card, filled)
    if typed:
        context |= _answer(card, filled)
    template = "policies/calculator.html"
    if request.headers.get("HX-Request"):
        typing = request.headers.get("HX-Target") == "answer"
        template = "policies/_calculator_typed.html" if typing else "policies/_calculator_sent.html"
    return render(request, template, context)


def _card(code: str) -> ItemCard:
    found = get_object_or_404(SupportItem.objects.select_related("document__region"), code=code)
    version = selectors.shown_version(found, on=timezone.localdate())
    if version is None:
        raise Http404
    return selectors.ItemCard(found, version)


def _rates(card: ItemCard) -> list[DistrictRate]:
    """What districts give, where the rules leave it to them."""
    return rates_of_item(card.item) if takes_ratio(card.rules) or takes_unit_amount(card.rules) else []


def _regions(card: ItemCard) -> list[tuple[str, str]]:
    return list(dict.fromkeys((rate.region_id, rate.region.full_name) for rate in _rates(card)))


def _context(card: ItemCard, filled: Calculator) -> dict[str, Any]:
    offer = SimpleLazyObject(lambda: offer_of(card.item, at=timezone.now()))
    return {
        "card": card,
        "item": card.item,
        "document": card.item.document,
        "rules": card.rules,
        "route": card.rules.procedure.words,
        "way": steps(card.rules.procedure.labels.values(), None),
        "payer": PAYERS[card.rules.payer],
        "amount_text": amount_text(card.rules),
        "conditions": conditions_text(card.rules),
        "calculator": filled,
        "is_target": card.rules.kind == selectors.TARGET,
        "asks_patent": any(fact.check == "patent_no" for fact in card.rules.facts),
        "is_draft": card.item.document.status == DocumentStatus.DRAFT,
        # Read by whole pages alone: an answer to a keystroke does not ask for it.
        "offer": offer,
        "papers": SimpleLazyObject(lambda: papers_of(card.rules, card.item, offer.calls[0] if offer.calls else None)),
    }


def _taking(card: ItemCard, question: Mapping[str, Any]) -> Taking:
    """Which call takes the day that the question is about, now or next."""
    stated = question["lines"][0].get(card.rules.as_of or "")
    day = date.fromisoformat(stated) if isinstance(stated, str) else None
    return calls_ahead(timezone.now()).taking(card.item.code, day) if card.item.claimable and day else Taking()


def _answer(card: ItemCard, filled: Calculator) -> dict[str, Any]:
    """What the engine says of the lines, or nothing where there is nothing to ask yet."""
    if filled.is_blank or filled.issued_error:
        return {}
    question = filled.question(today=timezone.localdate())
    if filled.region:
        rates = Rates(card.item.pk, Region.objects.get(pk=filled.region))
        question = with_rates(question, card.rules, rates)
    try:
        answer = assess(selectors.published_catalogue(), question)
    except QuestionError as error:
        return {"question_error": str(error)}
    return {
        "answer": as_shown(answer.as_dict(), card.rules),
        "assumed": selectors.condition_texts(card.rules, answer.assumed),
        "taking": _taking(card, question),
    }
