"""An item with given limits, and what a claim of given sums takes from the ledger by the engine's own answer."""

from decimal import Decimal
from typing import Any

from applications.ledger.keys import LimitUse, Party, uses_of
from policies.engine import Catalogue, assess
from policies.engine.buckets import Granted, bucket_entries, program_asked
from portal.core.money import to_fen
from tests.policies.engine.batch.odd_rules import HEAD, catalogue_from, item, rate

PARTY = Party(applicant_id=7, city_code="320200", year=2026)


def rules(*limits: dict[str, Any], name: str = "odd-1", beside: tuple[dict[str, Any], ...] = ()) -> Catalogue:
    """An item of this name that pays the stated fees, under these limits; `beside` are more items of the document."""
    return catalogue_from((HEAD, [item(name, [rate("100%", "fees")], limits=limits, facts=["fee_year"]), *beside]))


def question(
    *amounts: tuple[str, str],
    name: str = "odd-1",
    kind: str = "enterprise",
    stated: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The question of a claim with a line for each subject and sum; an empty subject is not stated.

    `stated` are further facts of every line.
    """
    common = {"granted_on": "2026-01-05", "fee_year": 3, **(stated or {})}
    lines = [{**common, "fees": yuan, **({"patent_no": subject} if subject else {})} for subject, yuan in amounts]
    return {"item": name, "on": "2026-03-01", "applicant": {"kind": kind}, "lines": lines, **more}


def taken(
    catalogue: Catalogue, *amounts: tuple[str, str], name: str = "odd-1", party: Party = PARTY, **more: Any
) -> list[LimitUse]:
    """What a claim takes whose lines are granted all that they ask for."""
    asked = question(*amounts, name=name, **more)
    program = program_asked(catalogue, asked)
    granted = [Granted(subject, to_fen(Decimal(yuan))) for subject, yuan in amounts]
    entries = bucket_entries(program, assess(catalogue, asked).as_dict(), granted)
    return uses_of(entries, party, title=program.item.title)
