"""Whether an applicant's registered office lies in a document's area, and what documents call its district."""

from collections.abc import Mapping
from typing import Any

# A GB/T 2260 code of a city ends in 00: every district code below it shares the first four digits.
_CITY_DIGITS = 4
# The names of districts by their codes, as whoever keeps the regions registered them.
_names: dict[str, str] = {}


def know_districts(names: Mapping[str, str]) -> None:
    """Take note of what districts are called, by their codes."""
    _names.update(names)


def district_name(region: str) -> str:
    """What rules call a region: the name of a district's code; of one without a name, and of a name, itself."""
    return _names.get(region, region)


def districts_in(document: Mapping[str, Any]) -> dict[str, str]:
    """The districts in a document's area: their names by their codes.

    None where it names no area, or its city's districts are not known: any name may then be one.
    """
    found = _names.items() if document["region_code"] else ()
    return {code: name for code, name in found if covers(dict(document), code)}


def covers(document: dict[str, Any], region: str) -> bool:
    """Whether `region` (a name such as 江阴, or a GB/T 2260 code) lies in the document's area.

    A document that does not name its area covers everybody.
    """
    code, areas = document["region_code"], document["areas"]
    if region.isdigit():
        if not code:
            return True
        prefix = code[:_CITY_DIGITS] if code.endswith("00") else code
        return region.startswith(prefix)
    return not areas or region in areas or any(area in region for area in areas)
