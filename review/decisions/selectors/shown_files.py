"""The files of a claim as its officers see them, and which of them shows which fact."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from django.urls import reverse

from applications.claims.models import Evidence
from applications.claims.selectors.context import ClaimContext
from applications.claims.selectors.scope import OTHER_PAPERS

_PAPERS = Path(__file__).parent / "papers_of_facts.yaml"


@dataclass(frozen=True, slots=True)
class ShownEvidence:
    """A file with the requirement it answers, and the address at which the viewer's frame opens it."""

    evidence: Evidence
    requirement: str
    line_number: int | None
    address: str


def shown_files(context: ClaimContext) -> list[ShownEvidence]:
    """The files that stand, line by line, then those of the whole claim."""
    labels = {wanted.code: wanted.label for wanted in context.item.evidence}
    numbers = {state.line.pk: state.number for state in context.lines}
    shown = [
        ShownEvidence(
            evidence=one,
            requirement=labels.get(one.requirement, one.requirement) or OTHER_PAPERS,
            line_number=numbers.get(one.line_id) if one.line_id else None,
            address=_address(context, one),
        )
        for one in context.evidence
    ]
    return sorted(shown, key=lambda one: (one.line_number is None, one.line_number or 0, one.evidence.pk))


def _address(context: ClaimContext, file: Evidence) -> str:
    if file.file.media_type.startswith("image/"):
        return reverse("review:picture", args=[context.claim.key, file.key])
    return f"{reverse('applications:evidence', args=[file.key])}#view=FitH&navpanes=0"


def paper_of(fact: str, files: Sequence[ShownEvidence]) -> ShownEvidence | None:
    """Which of a line's files shows a fact; the only file where nothing says so, None where none can be told."""
    materials = papers_of_facts().get(fact)
    if materials is None:
        return files[0] if len(files) == 1 else None
    found = (file for material in materials for file in files if file.evidence.requirement == material)
    return next(found, None)


@cache
def papers_of_facts() -> dict[str, list[str]]:
    """The materials that show each fact, the best first, by their codes."""
    found: dict[str, list[str]] = yaml.safe_load(_PAPERS.read_text(encoding="utf-8"))
    return found
