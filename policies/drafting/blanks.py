"""What a new document, item or rule begins with. Pure: empty words are left for the author, and named as problems."""

from __future__ import annotations

from typing import Any

# Kinds of items → the shared profile that brings their usual facts and evidence, and the steps they begin with.
_BEGINNINGS: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "award_fixed": ("award", [{"do": "standard", "yuan": "", "nature": "exact"}]),
    "award_tiered": ("award", [{"do": "standard", "yuan": "", "nature": "exact"}]),
    "per_item": ("award", [{"do": "standard", "yuan": "", "nature": "exact", "per": "每件"}]),
    "per_person": ("award", [{"do": "standard", "yuan": "", "nature": "exact", "per": "每人"}]),
    "per_n_items": ("award", [{"do": "per_n", "n": 10, "yuan": "", "nature": "exact"}]),
    "ratio_of_cost": ("project", [{"do": "rate_of", "fields": ["fees"], "ratio": "", "nature": "ceiling"}]),
    "ratio_of_interest": ("", [{"do": "rate_of", "fields": ["interest_payments"], "ratio": "", "nature": "ceiling"}]),
    "ratio_of_premium": ("", [{"do": "rate_of", "fields": ["premium"], "ratio": "", "nature": "ceiling"}]),
    "matching": ("award", [{"do": "rate_of", "fields": ["provincial_award"], "ratio": "", "nature": "exact"}]),
    "project_grant": ("project", [{"do": "standard", "yuan": "", "nature": "ceiling", "per": "每个项目"}]),
    "staged_project": ("staged", [{"do": "standard", "yuan": "", "nature": "ceiling", "per": "每个项目"}]),
    "risk_compensation": ("", [{"do": "rate_of", "fields": ["principal_lent"], "ratio": "", "nature": "ceiling"}]),
    "discretionary": ("decision", []),
    "recognition": ("recognition", [{"do": "title", "result": ""}]),
    "target": (
        "target",
        [{"do": "measure", "field": "value", "op": ">=", "target": "", "unit": "", "deadline": ""}],
    ),
}


def blank_document(code: str) -> dict[str, Any]:
    """The head of a new document, a draft until somebody records its issue."""
    return {
        "document": {
            "id": code,
            "number": "",
            "title": "",
            "short_title": "",
            "issuer": "",
            "region_code": "",
            "areas": [],
            "issued_on": None,
            "status": "draft",
            "effect": [{"from_setting": "issued"}],
            "payer": "unstated",
            "route": "city",
            "source_note": "",
        }
    }


def blank_item(kind: str, *, code: str) -> dict[str, Any]:
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


def blank_rule(*, code: str) -> dict[str, Any]:
    """A new row of the register: a clause that is no item."""
    return {"rule": code, "article": "", "title": "", "modelled_as": "record", "reason": ""}
