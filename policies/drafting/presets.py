"""What a new document, item or rule begins with. Pure: empty words are left for the author, and named as problems."""

from typing import Any

from policies.engine.operations.measure import Measure
from policies.engine.operations.per_n import PerN
from policies.engine.operations.rate_of import RateOf
from policies.engine.operations.standard import Standard
from policies.engine.operations.title import Title

# Kinds of items → the shared profile that brings their usual facts and evidence, and the steps they begin with.
_BEGINNINGS: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "award_fixed": ("award", [Standard.authored(yuan="", nature="exact")]),
    "award_tiered": ("award", [Standard.authored(yuan="", nature="exact")]),
    "per_item": ("award", [Standard.authored(yuan="", nature="exact", per="每件")]),
    "per_person": ("award", [Standard.authored(yuan="", nature="exact", per="每人")]),
    "per_n_items": ("award", [PerN.authored(n=10, yuan="", nature="exact")]),
    "ratio_of_cost": ("project", [RateOf.authored(fields=["fees"], ratio="", nature="ceiling")]),
    "ratio_of_interest": ("", [RateOf.authored(fields=["interest_payments"], ratio="", nature="ceiling")]),
    "ratio_of_premium": ("", [RateOf.authored(fields=["premium"], ratio="", nature="ceiling")]),
    "matching": ("award", [RateOf.authored(fields=["provincial_award"], ratio="", nature="exact")]),
    "project_grant": ("project", [Standard.authored(yuan="", nature="ceiling", per="每个项目")]),
    "staged_project": ("staged", [Standard.authored(yuan="", nature="ceiling", per="每个项目")]),
    "risk_compensation": ("", [RateOf.authored(fields=["principal_lent"], ratio="", nature="ceiling")]),
    "discretionary": ("decision", []),
    "recognition": ("recognition", [Title.authored(result="")]),
    "target": ("target", [Measure.authored(**Measure.preset, target="", unit="", deadline="")]),
}


def blank_document(code: str, *, region_code: str = "") -> dict[str, Any]:
    """The head of a new document, a draft until somebody records its issue."""
    return {
        "document": {
            "id": code,
            "number": "",
            "title": "",
            "short_title": "",
            "issuer": "",
            "region_code": region_code,
            "areas": [],
            "issued_on": None,
            "status": "draft",
            "effect": [{}],
            "payer": "unstated",
            "route": "city",
            "source_note": "",
        }
    }


def preset_item(kind: str, *, code: str) -> dict[str, Any]:
    """A new item of a kind of `engine.ITEM_KINDS`. KeyError for another word."""
    profile, steps = _BEGINNINGS[kind]
    item: dict[str, Any] = {"item": code}
    if profile:
        item["like"] = profile
    item |= {"article": "", "title": "", "summary": "", "kind": kind, "beneficiaries": ["enterprise"]}
    if kind == "target":
        del item["beneficiaries"]
    if not profile:
        item |= {"as_of": "", "facts": {"required": [], "optional": []}, "evidence": {"required": [], "optional": []}}
    if steps:
        item["steps"] = [dict(step) for step in steps]
    return item


def preset_rule(*, code: str) -> dict[str, Any]:
    """A new row of the register: a clause that is no item."""
    return {"rule": code, "article": "", "title": "", "modelled_as": "record", "reason": ""}
