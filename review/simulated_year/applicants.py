"""What applicants do: file, submit, withdraw, correct in time, late or never."""

from __future__ import annotations

import random
import uuid
from datetime import date, timedelta
from typing import Any

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.claims.selectors.scope import item_of
from applications.claims.services.corrections import answer_points, resubmit_claim
from applications.claims.services.drafts import Typed, add_lines, save_draft, start_claim
from applications.claims.services.evidence import add_evidence
from applications.claims.services.submission import submit_claim, withdraw_claim
from policies.calls.models import Call
from policies.facts.values import facts_of
from portal.accounts.models import User
from review.simulated_year.items import Claimable, facts_for, paper_for
from review.simulated_year.world import Case, World

_NAMESPACE = uuid.UUID("5f0f5e34-9a0c-49a5-8b2d-3b8a5a4e7c02")
# Claims of one in so many name a right that another of them holds: the portal refuses to submit those.
_REPEATED = 60


def begin(world: World, case: Case, calls: list[Call], chance: random.Random) -> None:
    """Begin a claim with its facts and papers, in the call that is open."""
    claimable = _chosen(world, chance, ranked=calls[-1].when_short == "rank" and len(calls) > 1)
    applicant = chance.choice(claimable.applicants)
    owner = world.city.owners[applicant.pk]
    call = next(one for one in calls if claimable.row.pk in {row.item_id for row in one.items.all()})
    key = uuid.uuid5(_NAMESPACE, f"{world.seed}:{case.number}")
    last = min(call.facts_to, case.begins) - timedelta(days=1)
    rows = [
        facts_for(claimable.item, serial, chance, holder=applicant.name, first=call.facts_from, last=last)
        for serial in _serials(world, case, chance)
    ]

    def file() -> None:
        claim = start_claim(applicant, item=claimable.row, key=key, act=world.act(owner), call=call)
        case.pk = claim.pk
        world.by_claim[claim.pk] = case
        if not any(line.facts for line in claim.lines.all()):
            add_lines(claim, act=world.act(owner), rows=rows)
        for wanted in item_of(claim).evidence:
            if not wanted.required:
                continue
            for line in claim.lines.all() if wanted.per == "line" else (None,):
                unique = f"{key} {wanted.code} {line.position if line else 0}"
                upload = paper_for(wanted.label, unique)
                line_id = line.pk if line else None
                add_evidence(claim, act=world.act(owner), requirement=wanted.code, line_id=line_id, upload=upload)

    world.attempt("file", file)


def _chosen(world: World, chance: random.Random, *, ranked: bool) -> Claimable:
    """An item: most claims are about few of them, as in life; a ranked one only while its call is open."""
    items = [one for one in world.items if ranked or one.row.code not in world.competitive]
    return (
        items[min(int(chance.paretovariate(1.1) - 1), len(items) - 1)]
        if chance.random() < 0.6
        else chance.choice(items)
    )


def _serials(world: World, case: Case, chance: random.Random) -> list[int]:
    """The numbers of the claim's rights: its own, or now and then those of another claim."""
    number = case.number // 2 if chance.randrange(_REPEATED) == 0 else case.number
    first = world.seed % 1000 * 1_000_000 + number * 4
    return list(range(first, first + chance.choice((1, 1, 1, 1, 2, 3))))


def owner_of(world: World, claim: Claim) -> User:
    return world.city.owners[claim.applicant_id]


def act_on_draft(world: World, case: Case, claim: Claim, chance: random.Random) -> None:
    """Submit it; some give it up, and who is refused twice does."""
    owner = owner_of(world, claim)
    if case.refused or chance.random() < 0.03:
        world.do(owner, withdraw_claim, claim, reason="本年度不再申报。")
    elif world.do(owner, submit_claim, claim, revision=claim.revision, commitment=True).problem:
        case.refused += 1


def maybe_withdraw(world: World, claim: Claim, chance: random.Random) -> bool:
    """Whether the applicant withdraws what is under review."""
    if chance.random() >= 0.004:
        return False
    owner = owner_of(world, claim)
    return world.do(owner, withdraw_claim, claim, reason="发票有误，重开后再报。").is_done


def correct(world: World, case: Case, claim: Claim, chance: random.Random) -> None:
    """Correct what was asked, explain it, and hand it in."""
    owner = owner_of(world, claim)

    def hand_in() -> None:
        present = Claim.objects.get(pk=claim.pk)
        points = present.correction_points.filter(round=present.correction_round)
        answer_points(present, act=world.act(owner), answers={point.pk: "已按要求核对并更正。" for point in points})
        present = Claim.objects.select_related("item", "version").get(pk=claim.pk)
        typed = Typed({}, {line.pk: _changed(present, line.facts, chance) for line in present.lines.all()})
        present = save_draft(present, act=world.act(owner), revision=present.revision, typed=typed)
        resubmit_claim(present, act=world.act(owner), revision=present.revision, commitment=True)

    if world.attempt("correct", hand_in).problem:
        case.refused += 1


def _changed(claim: Claim, facts: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The facts of a line with one sum a little lower; what may not be changed stays as it is."""
    money = [fact.name for fact in facts_of(item_of(claim)) if fact.type == "money" and facts.get(fact.name)]
    if not money:
        return dict(facts)
    name = chance.choice(money)
    return facts | {name: str(max(int(float(facts[name])) - 10, 10))}


def answers_on(world: World, claim: Claim, chance: random.Random) -> date | None:
    """The day on which a correction is handed in; None where it never is. Some come late."""
    if claim.correction_due_on is None or claim.status != ClaimStatus.CORRECTION:
        return None
    luck = chance.random()
    if luck < 0.12:
        return None
    return (
        world.days_on(claim.correction_due_on, chance.randrange(1, 8)) if luck < 0.25 else world.days_on(world.day, 2)
    )
