"""Facts and evidence that one item alone asks for, described where they stand."""

import json

import pytest

from policies.engine import CatalogueError, assess, catalogue_of, load_document

HEAD = {
    "id": "td2030",
    "number": "测政〔2030〕1号",
    "title": "测试文件",
    "short_title": "测试文件",
    "issuer": "测试市人民政府",
    "region_code": "320200",
    "areas": ["无锡"],
    "issued_on": "2030-01-01",
    "status": "in_force",
    "effect": [{"from": "2030-01-01"}],
    "payer": "city",
    "route": "city",
    "source_note": "测试",
}


def item(*, facts, evidence=("commitment",)):
    return {
        "item": "td2030-01-layout",
        "article": "第一条",
        "title": "集成电路布图设计",
        "summary": "登记的按件奖补。",
        "kind": "per_item",
        "beneficiaries": ["enterprise"],
        "as_of": "registered_on",
        "facts": {"required": ["registered_on", *facts]},
        "evidence": {"required": list(evidence)},
        "steps": [
            {"do": "standard", "yuan": "3000", "nature": "ceiling"},
            {"do": "cap_by", "fields": ["layout_fees"]},
        ],
    }


def load(section):
    return load_document(
        "\n---\n".join(json.dumps(part, ensure_ascii=False) for part in ({"document": HEAD}, section)), name="t"
    )


LAYOUT_FEES = {"name": "layout_fees", "label": "布图设计登记费", "type": "money", "unit": "元"}


def test_an_item_computes_with_a_fact_of_its_own():
    loaded = load(item(facts=[LAYOUT_FEES]))
    (rules,) = loaded.items
    assert rules.fact("layout_fees").label == "布图设计登记费"
    assert rules.fact("layout_fees").needed
    answer = assess(
        catalogue_of([loaded.document], loaded.items),
        {
            "item": rules.id,
            "on": "2030-05-01",
            "applicant": {"kind": "enterprise"},
            "lines": [{"layout_fees": "1200.50"}],
        },
    )
    assert answer.as_dict()["amount"] == "1200.50"


def test_a_shared_fact_keeps_its_type_when_an_item_renames_it():
    (rules,) = load(item(facts=[LAYOUT_FEES, {"name": "fees", "label": "实缴费用"}])).items
    assert (rules.fact("fees").label, rules.fact("fees").type) == ("实缴费用", "money")


def test_evidence_of_an_items_own_stands_beside_shared_evidence():
    own = {"code": "layout_certificate", "label": "布图设计登记证书", "per": "line"}
    renamed = {"code": "certificate", "label": "登记证书原件"}
    (rules,) = load(item(facts=[LAYOUT_FEES], evidence=["commitment", own, renamed])).items
    assert [(e.code, e.label, e.per) for e in rules.evidence] == [
        ("commitment", "信用承诺书", "claim"),
        ("layout_certificate", "布图设计登记证书", "line"),
        ("certificate", "登记证书原件", "line"),
    ]
    assert rules.evidence[2].help == "扫描件，字迹清楚"


@pytest.mark.parametrize(
    ("facts", "evidence", "where"),
    [
        (
            [{"name": "布图", "label": "布图设计", "type": "text"}, LAYOUT_FEES],
            ["commitment"],
            "facts.required[1].name",
        ),
        ([{**LAYOUT_FEES, "type": "float"}], ["commitment"], "facts.required[1].type"),
        ([{**LAYOUT_FEES, "type": "choice"}], ["commitment"], "facts.required[1].choices"),
        ([LAYOUT_FEES], [{"code": "Layout", "label": "登记证书"}], "evidence.required[0].code"),
        ([LAYOUT_FEES], [{"code": "layout", "label": "登记证书", "per": "year"}], "evidence.required[0].per"),
        ([LAYOUT_FEES], ["layout_certificate"], "evidence.required[0]"),
        (["layout_fees"], ["commitment"], "facts.required[1]"),
    ],
)
def test_an_own_word_that_is_not_described_in_full_is_refused(facts, evidence, where):
    with pytest.raises(CatalogueError) as refused:
        load(item(facts=facts, evidence=evidence))
    assert f"td2030-01-layout.{where}" in [problem.where for problem in refused.value.problems]
