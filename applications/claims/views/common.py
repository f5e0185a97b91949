"""What the pages of one claim share."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest

from applications.claims.forms.entry import shown_facts
from applications.claims.models import Assessment, Claim
from applications.claims.selectors.context import ClaimContext
from applications.claims.selectors.single import claim_by_key
from applications.claims.visibility import own_side
from policies.facts.values import facts_of
from policies.published.wording import as_shown
from portal.core.http import user_of


def own_claim(request: HttpRequest, key: uuid.UUID) -> Claim:
    """A claim on which the person acts as its applicant; 404 for any other, whatever else the person may see."""
    claim = claim_by_key(Claim.objects.filter(own_side(user_of(request))), key)
    if claim is None:
        raise Http404("claim")
    return claim


def content_of(context: ClaimContext) -> dict[str, Any]:
    """A claim's content to read: facts in words, files, the stored answer of the engine."""
    claim, item = context.claim, context.item
    requirements = {wanted.code: wanted for wanted in item.evidence}
    lines = [
        {
            "number": state.number,
            "title": state.title,
            "prefix": state.prefix,
            "line": state.line,
            "facts": shown_facts(facts_of(item), state.line.facts),
            "files": [(requirements.get(e.requirement), e) for e in state.evidence],
        }
        for state in context.lines
    ]
    assessment = Assessment.objects.of_rules().filter(claim=claim).first()
    return {
        "claim": claim,
        "rules": item,
        "own_facts": shown_facts(facts_of(item, "claim"), claim.facts),
        "lines": lines,
        "files": [(requirements.get(evidence.requirement), evidence) for evidence in context.files_of_whole],
        "answer": as_shown(assessment.answer, item) if assessment else None,
    }


def as_uuid(text: str) -> uuid.UUID | None:
    """A key that a page sent, None where it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
