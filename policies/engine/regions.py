"""Whether an applicant's registered office lies in a document's area."""

from typing import Any

# A GB/T 2260 code of a city ends in 00: every district code below it shares the first four digits.
_CITY_DIGITS = 4


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
