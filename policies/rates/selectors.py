"""Reading the districts' rates, and putting them into a question."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from policies.engine import Item
from policies.published.models import ItemVersion, SupportItem
from policies.published.selectors import compiled_item
from policies.rates.enums import RateState
from policies.rates.models import DistrictRate
from portal.accounts.models import Region, User

# What the engine calls them (docs/engine.md): a fact of the line, and a setting of the item.
UNIT_AMOUNT = "district_amount"
RATIO = "district_ratio"


def takes_unit_amount(rules: Item) -> bool:
    """Whether the rules ask for a sum that the district's own rule gives."""
    return any(fact.name == UNIT_AMOUNT for fact in rules.facts)


def takes_ratio(rules: Item) -> bool:
    """Whether the rules ask for a ratio that the district sets."""
    return any(setting.name == RATIO for setting in rules.settings)


def rateable_items() -> list[SupportItem]:
    """Items whose newest rules leave the sum or the ratio to the districts, in the catalogue's order. One query."""
    newest: dict[int, ItemVersion] = {}
    for version in ItemVersion.objects.select_related("item__document").order_by("item__document__code", "number"):
        newest[version.item_id] = version
    found = [v for v in newest.values() if takes_unit_amount(compiled_item(v)) or takes_ratio(compiled_item(v))]
    return [version.item for version in sorted(found, key=lambda v: (v.item.document.code, v.item.position))]


def rates_of_item(item: SupportItem) -> list[DistrictRate]:
    """An item's confirmed rates, by region, the newest first. One query."""
    found = DistrictRate.objects.confirmed().filter(item=item).select_related("region__parent")
    return list(found.order_by("region__code", "-valid_from"))


def worked_rates(user: User) -> list[DistrictRate]:
    """Every rate of the person's cities: those that wait for a second person first. One query."""
    found = DistrictRate.objects.workable_by(user).select_related(
        "region__parent", "item__document", "proposed_by", "decided_by"
    )
    return sorted(found, key=lambda rate: rate.state != RateState.PROPOSED)


def public_rates() -> list[DistrictRate]:
    """Every confirmed rate, by document, item and region. One query."""
    found = DistrictRate.objects.confirmed().select_related("region__parent", "item__document")
    return list(found.order_by("item__document__code", "item__position", "region__code", "-valid_from"))


class Rates:
    """What a region gives for one item, by day: its own rates, and its city's where it has none.

    Read with the first question, in one query.
    """

    def __init__(self, item_id: int, region: Region) -> None:
        self._item_id, self._region = item_id, region

    @cached_property
    def _rates(self) -> list[DistrictRate]:
        region = self._region
        found = DistrictRate.objects.confirmed().filter(
            item_id=self._item_id, region_id__in=[code for code in (region.pk, region.parent_id) if code]
        )
        # The region's own come first.
        return sorted(found, key=lambda rate: rate.region_id != region.pk)

    def on(self, day: date) -> DistrictRate | None:
        """The rate for a fact of this day, None where nobody set any."""
        return next((rate for rate in self._rates if rate.holds_on(day)), None)

    def ratios(self, days: Sequence[date]) -> list[str]:
        """The different ratios that hold on these days, in their order."""
        return list(dict.fromkeys(rate.ratio for day in days if (rate := self.on(day)) and rate.ratio))


def with_rates(question: Mapping[str, Any], rules: Item, rates: Rates) -> dict[str, Any]:
    """The question with the district's sums in its lines and its ratio among its settings.

    What a district has set goes before what was typed; where it has set nothing the question stays as it is. Lines
    whose days have different ratios cannot be asked together: the first one's is taken, and `Rates.ratios` tells.
    """
    asked = dict(question)
    on = date.fromisoformat(asked["on"])
    days = [_day_of(line, rules, on) for line in asked["lines"]]
    if takes_unit_amount(rules):
        asked["lines"] = [_with_amount(line, rates.on(day)) for line, day in zip(asked["lines"], days, strict=True)]
    if takes_ratio(rules) and (ratios := rates.ratios(days)):
        asked["settings"] = {**asked.get("settings", {}), RATIO: ratios[0]}
    return asked


def _day_of(line: Mapping[str, Any], rules: Item, otherwise: date) -> date:
    value = line.get(rules.as_of) if rules.as_of else None
    return date.fromisoformat(value) if value else otherwise


def _with_amount(line: Mapping[str, Any], rate: DistrictRate | None) -> dict[str, Any]:
    given = {UNIT_AMOUNT: str(rate.unit_amount)} if rate is not None and rate.unit_amount is not None else {}
    return {**line, **given}
