"""What the register of patents states of facts that people type."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from policies.facts.identifiers import patent_key
from portal.accounts.models import Region
from portal.core.identifiers import IdentifierError
from portal.core.registers import RegisterKind, Stated, stated_by

# The facts by the register's own names.
_FACTS = {"title": "invention_title", "holders": "holders", "granted_on": "granted_on"}
NUMBER = "patent_no"


def patents_stated(lines: Mapping[int, Mapping[str, Any]], *, city: Region | None, on: date) -> dict[int, Stated]:
    """What the city's register states of each line's patent, by the lines' keys; nothing of lines without a number."""
    keys = {}
    for place, values in lines.items():
        try:
            keys[place] = patent_key(str(values.get(NUMBER) or ""))
        except IdentifierError:
            continue
    found = stated_by(RegisterKind.PATENTS, set(keys.values()), _FACTS, city=city, on=on)
    return {place: found[key] for place, key in keys.items() if key in found}
