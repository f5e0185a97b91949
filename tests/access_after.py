"""The table of accesses to what is looked at again after a conclusion."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.files.base import ContentFile

from portal.core.files import keep_file
from review.decisions.models import Decision
from review.followup.models import CreditRecord, FollowUp, FollowUpEvent, FollowUpFile, Plan
from review.spotchecks.models import Case, Sample
from tests.access_address import Address
from tests.access_groups import (
    ACCEPTANCE,
    AUDITORS,
    CITY_PEOPLE,
    FIGURE_READERS,
    OFFICERS_SEE,
    POLICY_PEOPLE,
    REVIEWERS,
)
from tests.access_world import AUDIT, CITY, DISTRICT, MEMBER, OTHER_MEMBERS, POLICY, World
from tests.factories import wuxi

# Acceptance has no part in what follows.
REVIEWERS_TOO = (REVIEWERS - ACCEPTANCE) | AUDITORS
HANDLERS = (DISTRICT - ACCEPTANCE) | CITY


def _sample(world: World, _variant: str) -> dict[str, Any]:
    given = {"since": date(2026, 1, 1), "until": date(2026, 3, 1), "confidence": 95, "margin": 10}
    counts = {"population": 1, "size": 1, "seed": "1", "drawn_by": world.people["decision_maker"]}
    return {"key": Sample.objects.get_or_create(region=wuxi(), **given, defaults=counts)[0].key}


def _case(world: World, variant: str) -> dict[str, Any]:
    sample = Sample.objects.get(key=_sample(world, variant)["key"])
    officer = world.people["district_first"]
    claim = world.claims["approved"]
    decision, _ = Decision.objects.get_or_create(
        claim=claim,
        stage="district_first",
        round=1,
        defaults={"conclusion": "refuse", "reason": "无", "officer": officer, "officer_name": "甲"},
    )
    case, _ = Case.objects.get_or_create(sample=sample, decision=decision, defaults={"position": 1})
    return {"key": case.key}


def _matter(world: World, variant: str) -> dict[str, Any]:
    claim = world.claims["approved"]
    given = {"region": claim.region, "title": "事项", "due_on": date(2026, 9, 1)}
    state = "open" if variant == "complaint" else "asked"
    made, _ = FollowUp.objects.get_or_create(claim=claim, kind=variant, defaults={**given, "state": state})
    return {"key": made.key}


def _file(world: World, variant: str) -> dict[str, Any]:
    matter = FollowUp.objects.get(key=_matter(world, variant)["key"])
    event, _ = FollowUpEvent.objects.get_or_create(followup=matter, action="submit", defaults={"actor_name": "甲"})
    kept = keep_file(ContentFile(b"%PDF-1.4"), folder=FollowUpFile.FOLDER)
    content = {"filename": "a.pdf", "size": kept.size, "media_type": "application/pdf"}
    file, _ = FollowUpFile.objects.get_or_create(event=event, sha256=kept.sha256, defaults=content)
    return {"key": file.key}


def _credit(world: World, variant: str) -> dict[str, Any]:
    matter = FollowUp.objects.get(key=_matter(world, variant)["key"])
    given = {"reason": "不报送", "basis": "办法", "from_on": date(2026, 9, 2), "until_on": date(2027, 9, 2)}
    place = {"applicant": world.applicant, "region": matter.region, "entered_by": world.people["suzhou_officer"]}
    record, _ = CreditRecord.objects.get_or_create(followup=matter, defaults={**given, **place})
    return {"key": record.key}


def _plan(world: World, _variant: str) -> dict[str, Any]:
    given = {"title": "报告", "months": 12, "added_by": world.people["policy_admin"]}
    plan, _ = Plan.objects.get_or_create(item=world.claims["draft"].item, kind="report", defaults=given)
    return {"pk": plan.pk}


AFTER: dict[str, Address] = {
    "spotchecks:samples": Address(FIGURE_READERS),
    **{f"spotchecks:{page}": Address(FIGURE_READERS, {"wuxi": CITY | AUDIT}, _sample) for page in ("sample", "sheet")},
    # What follows an award: asked of the applicant, handled by its district and city; disputes are the offices' own.
    "followup:matters": Address(MEMBER | OTHER_MEMBERS | REVIEWERS_TOO),
    "followup:matter": Address(
        MEMBER | OTHER_MEMBERS | REVIEWERS_TOO,
        {"report": MEMBER | HANDLERS | AUDIT, "complaint": HANDLERS | AUDIT},
        _matter,
    ),
    "followup:file": Address(MEMBER | OTHER_MEMBERS | REVIEWERS_TOO, {"report": MEMBER | HANDLERS | AUDIT}, _file),
    "followup:new": Address(
        REVIEWERS_TOO - AUDITORS,
        {variant: them & (REVIEWERS_TOO - AUDITORS) for variant, them in OFFICERS_SEE.items()},
        lambda world, variant: {"key": world.claims[variant].key},
    ),
    "followup:credit": Address(CITY_PEOPLE, {"report": CITY}, _matter),
    "followup:repair": Address(CITY_PEOPLE, {"report": CITY}, _credit),
    "followup:inspections": Address(REVIEWERS_TOO),
    "followup:plans": Address(POLICY_PEOPLE),
    "followup:retire": Address(POLICY_PEOPLE, {"report": POLICY}, _plan),
    "spotchecks:case": Address(FIGURE_READERS, {"wuxi": CITY | AUDIT}, _case),
}
