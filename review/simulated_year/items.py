"""What made-up applicants claim: every item of the city's documents, with facts under which its conditions hold."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from applications.claims.services.evidence import Upload
from policies.engine.model import Fact, Item
from policies.facts.identifiers import cn_patent_check
from policies.facts.values import facts_of
from policies.published.models import SupportItem
from policies.published.selectors import compiled_item, item_version_for
from portal.accounts.models import Applicant
from portal.core.file_safety import note_safe
from portal.core.files import PDF
from review.demo.papers import sample_paper

DOCUMENTS = ("wx2020", "bh2024")


@dataclass(frozen=True, slots=True)
class Claimable:
    """An item that is claimed, its rules, and the applicants that it is for."""

    row: SupportItem
    item: Item
    applicants: tuple[Applicant, ...]


def claimable_items(applicants: list[Applicant], *, on: date) -> list[Claimable]:
    """The items of the documents that somebody of these may claim on a day, by code."""
    found = []
    rows = SupportItem.objects.filter(document__code__in=DOCUMENTS, claimable=True)
    for row in rows.select_related("document__region").order_by("code"):
        version = item_version_for(row, on)
        if version is None:
            continue
        item = compiled_item(version)
        area = row.document.region_id or ""
        of_city = area.endswith("00")
        fitting = tuple(
            one for one in applicants if one.kind in item.beneficiaries and (of_city or one.region_id == area)
        )
        if fitting:
            found.append(Claimable(row, item, fitting))
    return found


def facts_for(
    item: Item, serial: int, chance: random.Random, *, holder: str, first: date, last: date
) -> dict[str, Any]:
    """Facts of one line in a window of days, about a right of this holder that no other serial is about."""
    day = first + timedelta(days=chance.randrange((last - first).days))
    tests = {each["field"]: each["test"] for each in item.content["conditions"] if each["test"]}
    wanted = {name: test["in"][0] for name, test in tests.items() if "in" in test}
    body = f"2015{1}{serial % 10_000_000:07d}"
    named: dict[str, Any] = {
        "patent_no": f"{body}.{cn_patent_check(body)}",
        "pct_no": f"PCT/CN2022/{serial % 1_000_000:06d}",
        "publication_no": f"CN{serial % 1_000_000_000:09d}B",
        "fee_year": "8",
        "pledged_on": day - timedelta(days=400),
        "drawn_on": day - timedelta(days=390),
        "interest_payments": [
            {"paid_on": day - timedelta(days=90 * quarter), "amount": str(chance.randrange(5_000, 60_000))}
            for quarter in (3, 2, 1)
        ],
        "holders": holder,
        **dict.fromkeys(("subsidised_before", "paid_item_before", "fees_total"), ""),
    }
    given = {fact.name: wanted.get(fact.name, named.get(fact.name)) for fact in facts_of(item)}
    for fact in facts_of(item):
        if given[fact.name] is None:
            given[fact.name] = _value(fact, serial, day, chance)
    return _plain(given)


def _value(fact: Fact, serial: int, day: date, chance: random.Random) -> Any:
    if fact.choices:
        return fact.choices[0][0]
    if fact.type == "money":
        return f"{chance.randrange(2_000, 90_000)}.{chance.randrange(100):02d}"
    plain = {"integer": "8", "number": "8", "date": day, "boolean": "是"}
    return plain.get(fact.type, f"年度示例 {serial}")


def _plain(value: Any) -> Any:
    """With days as ISO text, at any depth."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def paper_for(label: str, unique: str) -> Upload:
    """A made-up paper of a kind, as a file that is no other claim's."""
    content = sample_paper("佐证材料", unique=unique)
    # Made here from one sheet: opening each copy in a process of its own would take most of the year's time.
    note_safe(content, PDF)
    return Upload(f"{label}.pdf", SimpleUploadedFile(f"{label}.pdf", content, content_type=PDF))
