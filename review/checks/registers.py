"""The provider of outside registers (`portal.core.registers`) that works with dated sheets that officials send in."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from applications.claims.models import Claim
from portal.accounts.models import Region
from portal.core.registers import Answer, RegisterKind, UncheckedError, chosen_register
from portal.core.statements import Lookup
from review.checks.enums import SheetState
from review.checks.models import RegisterRow, RegisterSheet
from review.checks.sheets import day_of, excluded_key, read_entries

_FEES = Path(__file__).parent / "data" / "cnipa_fees.csv"
FEES_SOURCE = "国家知识产权局专利收费标准（发改价格〔2017〕270号）"
FEES_AS_OF = date(2017, 7, 1)


_sheets = Lookup(
    lambda city, province: (
        RegisterSheet.objects.filter(region_id__in=[city, province], state=SheetState.IN_FORCE)
        .order_by("-as_of", "-pk")
        .only("kind", "as_of", "source")
    ),
    *("a city", "a province"),
)


class SheetRegister:
    """Answers from the newest sheet that was sent in for the city, or for its province, and is as of the day or before.

    For official fees, what the portal brings along where no sheet was sent in.
    """

    def __init__(self, city: Region) -> None:
        self._regions = (city.pk, city.parent_id or city.pk)

    def look_up(self, kind: RegisterKind, key: str, on: date) -> Answer:
        """See `portal.core.registers.Register`."""
        return self.look_up_many(kind, [key], on)[key]

    def look_up_many(self, kind: RegisterKind, keys: Collection[str], on: date) -> dict[str, Answer]:
        """See `portal.core.registers.Register`. One query for all kinds, and one for the keys."""
        sheet = next((each for each in self._sheets if each.kind == kind and each.as_of <= on), None)
        if sheet is None:
            if kind == RegisterKind.TARIFF and on >= FEES_AS_OF:
                fees = official_fees()
                return {key: Answer(key in fees, fees.get(key, ()), FEES_SOURCE, FEES_AS_OF) for key in keys}
            raise UncheckedError(f"还没有可用的{kind.label}，请在“名单”中上传")
        found: dict[str, list[Mapping[str, Any]]] = {}
        for key, facts in (
            RegisterRow.objects.filter(sheet=sheet, key__in=keys).order_by("pk").values_list("key", "facts")
        ):
            found.setdefault(key, []).append(facts)
        return {key: Answer(key in found, tuple(found.get(key, ())), str(sheet), sheet.as_of) for key in keys}

    @cached_property
    def _sheets(self) -> list[RegisterSheet]:
        """Those that can be used, the newest first."""
        return _sheets(*self._regions)


def holds_on(facts: Mapping[str, Any], day: date) -> bool:
    """Whether an entry holds on a day: from its first day until the one on which it ends."""
    since, until = day_of(facts.get("since")), day_of(facts.get("until"))
    return (since is None or since <= day) and (until is None or day < until)


def group_on(claim: Claim, on: date) -> str:
    """The group of companies to which the claim's applicant belongs on a day; "" for none, or without a sheet."""
    code = claim.applicant.uscc
    if not code:
        return ""
    try:
        answer = chosen_register(claim.city).look_up(RegisterKind.GROUPS, code, on)
    except UncheckedError:
        return ""
    return next((str(facts["group"]) for facts in answer.facts if holds_on(facts, on)), "")


def listed_on(city: Region, name: str, words: Collection[str], on: date) -> Mapping[str, bool] | None:
    """Which words stand on a list of what gets no support on a day; None where no sheet was sent in."""
    keys = {word: excluded_key(name, word) for word in words}
    try:
        answers = chosen_register(city).look_up_many(RegisterKind.EXCLUDED, list(keys.values()), on)
    except UncheckedError:
        return None
    return {word: any(holds_on(facts, on) for facts in answers[key].facts) for word, key in keys.items()}


@lru_cache(maxsize=1)
def official_fees() -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    """The official fees that the portal brings along, by key as a sheet of them has."""
    with _FEES.open(encoding="utf-8", newline="") as file:
        rows = [(number, row) for number, row in enumerate(csv.reader(file), start=1)]
    found: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for key, facts in read_entries(RegisterKind.TARIFF, rows):
        found[key] = (*found.get(key, ()), facts)
    return found
