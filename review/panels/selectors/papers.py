"""What an expert sees of a claim: its item and facts, files where the scheme gives them, and no numbers of people."""

from __future__ import annotations

from dataclasses import dataclass, replace

from applications.claims.models import Evidence
from applications.claims.selectors.context import read_claim
from policies.facts.values import facts_of
from review.decisions.selectors.shown_facts import ShownFact, shown_facts
from review.panels.models import Entry, Scheme

HIDDEN = "〔名称已隐去〕"
# Facts that name a person.
_PERSONS = frozenset({"person"})


@dataclass(frozen=True, slots=True)
class PanelPaper:
    """A claim as its experts see it; `applicant` is empty where the scheme hides names."""

    number: int
    item: str
    applicant: str
    whole: list[ShownFact]
    lines: list[list[ShownFact]]
    files: list[tuple[str, Evidence]]


def paper_of(entry: Entry, scheme: Scheme) -> PanelPaper:
    """The claim of an entry as its experts see it; neither account nor identity, neither address nor phone."""
    context = read_claim(entry.claim)
    name = entry.claim.applicant.name

    def shown(scope: str, values: dict[str, object]) -> list[ShownFact]:
        facts = [fact for fact in facts_of(context.item, scope) if scheme.shows_names or fact.name not in _PERSONS]
        return [_hidden(fact, name, scheme) for fact in shown_facts(facts, values, {})]

    labels = {one.code: one.label for one in context.item.evidence}
    files = [(labels.get(each.requirement, "其他材料"), each) for each in files_of(entry, scheme)]
    return PanelPaper(
        entry.position,
        context.item.title,
        name if scheme.shows_names else "",
        shown("claim", context.whole.values),
        [shown("line", state.reading.values) for state in context.lines],
        files,
    )


def files_of(entry: Entry, scheme: Scheme) -> list[Evidence]:
    """The files of the claim that its experts may open; none where the scheme gives none."""
    if not scheme.shows_files:
        return []
    return list(Evidence.objects.filter(claim=entry.claim, removed_at=None).select_related("file").order_by("pk"))


def _hidden(fact: ShownFact, name: str, scheme: Scheme) -> ShownFact:
    if scheme.shows_names:
        return fact
    table = tuple(tuple(cell.replace(name, HIDDEN) for cell in row) for row in fact.table)
    return replace(fact, value=fact.value.replace(name, HIDDEN), table=table)
