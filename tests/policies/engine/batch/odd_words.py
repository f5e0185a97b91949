"""What odd rules are made of: a document's head, items, steps and limits."""

from typing import Any

HEAD = {
    "id": "odd",
    "number": "奇办发〔2020〕1号",
    "title": "奇例",
    "short_title": "奇例",
    "issuer": "奇市",
    "region_code": "320200",
    "areas": ["无锡", "江阴", "320201"],
    "issued_on": "2020-01-01",
    "status": "in_force",
    "effect": [{"from": "2020-01-01"}],
    "payer": "city",
    "route": "city",
    "source_note": "测试用",
    "overlap": {"cite": "末条"},
}
# A document of the province: everybody's, each city with a programme of its own.
PROVINCE = {**HEAD, "id": "prov", "number": "省发〔2020〕1号", "region_code": "", "areas": []}
del PROVINCE["overlap"]


def fact(name: str, kind: str, **rest: Any) -> dict[str, Any]:
    return {"name": name, "label": name, "type": kind, **rest}


def item(name: str, steps: list[Any], *, limits: Any = (), conditions: Any = (), facts: Any = (), **rest: Any) -> dict:
    return {
        "item": name,
        "article": "第一条",
        "title": name,
        "summary": "奇例。",
        "kind": "per_item",
        "beneficiaries": ["enterprise", "individual", "agency"],
        "subject": "patent_no",
        "as_of": "granted_on",
        "facts": {"required": ["patent_no", "granted_on", *facts]},
        "evidence": {"required": ["commitment"]},
        "steps": steps,
        "limits": [{"code": f"L{number}", **limit} for number, limit in enumerate(limits)],
        "conditions": [{"code": f"C{number}", "text": f"条件{number}", **c} for number, c in enumerate(conditions)],
        **rest,
    }


def standard(yuan: str = "5000") -> dict[str, str]:
    return {"do": "standard", "yuan": yuan, "nature": "ceiling"}


def rate(ratio: str, *fields: str, **rest: Any) -> dict[str, Any]:
    return {"do": "rate_of", "fields": list(fields), "ratio": ratio, "nature": "ceiling", **rest}


INDIVIDUALS = {"field": "applicant_kind", "in": ["individual"]}
PER = {
    "subject": ["subject"],
    "subject_year": ["subject", "year"],
    "applicant": ["applicant"],
    "year": ["applicant", "year"],
    "city": ["programme", "year"],
    "district": ["district", "year"],
    "rolling": ["applicant", "rolling"],
    "group": ["companies"],
    "group_year": ["companies", "year"],
}
