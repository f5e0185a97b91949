"""What an answer tells: steps with figures and citation, what did not apply, buckets, and words for pages."""

import copy
from datetime import date
from typing import Any

import pytest

from policies.engine import (
    Catalogue,
    amount_text,
    assess,
    canonical_json,
    catalogue_of,
    compile_item,
    conditions_text,
    describe,
    load_catalogue,
    plain_content,
)

INDIVIDUAL = {
    "item": "wx2020-01-inv",
    "on": "2021-05-10",
    "applicant": {"kind": "individual"},
    "lines": [{"fees": "4999.99", "patent_no": "201710601862.3"}],
}
LOAN = {
    "item": "lyg-08-loan",
    "on": "2024-09-10",
    "applicant": {"kind": "enterprise"},
    "lines": [
        {
            "contract_no": "连银贷 7 号",
            "drawn_on": "2024-07-15",
            "interest_payments": [{"paid_on": "2024-09-21", "amount": "1000000"}],
        }
    ],
    "times_before": 1,
    "paid": {"same_year": "150000"},
}

ITEMS = [versions[0] for versions in load_catalogue().items.values()]


def test_each_step_says_what_it_did_with_figures_and_citation() -> None:
    steps = assess(load_catalogue(), INDIVIDUAL).steps

    assert [(step["code"], step["text"], step["amount_after"], step["applied"]) for step in steps] == [
        ("STANDARD", "依据 锡政办发〔2020〕11号 第一条第1款第1项：每件最高 5,000.00 元", "5000.00", True),
        ("FEES", "不超过实际费用 4,999.99 元", "4999.99", True),
        ("FEES_TOTAL", "未填写该件累计费用，不作此项比较", "4999.99", False),
        ("HALF", "个人减半：2,499.99 元", "2499.99", True),
        ("SET_OFF", "未获其他政策对同一事项的支持，不需扣减", "2499.99", False),
        ("SPLIT", "市级资金不高于 60%：市级 1,499.99 元，区级 1,000.00 元", "2499.99", True),
    ]
    assert {step["citation"].split()[0] for step in steps} == {"锡政办发〔2020〕11号"}


def test_what_does_not_apply_stands_there_too() -> None:
    steps = assess(load_catalogue(), {**INDIVIDUAL, "applicant": {"kind": "enterprise"}}).steps

    half = next(step for step in steps if step["code"] == "HALF")
    assert (half["text"], half["applied"]) == ("个人减半不适用", False)


def test_steps_of_several_lines_name_their_line() -> None:
    answer = assess(load_catalogue(), {**INDIVIDUAL, "lines": [{"fees": "100"}, {"fees": "200"}]})

    fees = [step for step in answer.steps if step["code"] == "FEES"]
    assert [(step["line"], step["text"]) for step in fees] == [
        (1, "第1项：不超过实际费用 100.00 元"),
        (2, "第2项：不超过实际费用 200.00 元"),
    ]
    assert [line.amount for line in answer.lines] == [5000, 10000]
    assert answer.lines[1].steps[1]["text"] == "不超过实际费用 200.00 元"


def test_a_cut_names_the_cap_what_was_paid_and_what_is_left() -> None:
    answer = assess(load_catalogue(), LOAN)

    cut = next(step for step in answer.steps if step["code"] == "YEAR_CAP")
    assert answer.amount == 5000000
    assert cut["text"].endswith("同一企业每年最高 200,000.00 元，本年度已获支持 150,000.00 元，可用 50,000.00 元")


def test_the_buckets_tell_what_to_reserve() -> None:
    uses = {use.code: use for use in assess(load_catalogue(), LOAN).limits}

    year, times = uses["YEAR_CAP"], uses["TIMES"]
    assert (year.group, year.key, year.year, year.amount, year.cap, year.unit) == (
        "lyg-08-loan:YEAR_CAP",
        ("applicant", "year"),
        2024,
        5000000,
        20000000,
        "fen",
    )
    assert (times.key, times.amount, times.cap, times.unit) == (("applicant",), 1, 2, "count")


def test_a_refused_claim_uses_no_bucket() -> None:
    assert assess(load_catalogue(), {**LOAN, "times_before": 2}).limits == ()


def test_items_of_one_group_use_one_bucket() -> None:
    question = {
        "on": "2022-05-10",
        "applicant": {"kind": "enterprise"},
        "parts": [
            {"item": "sz2021-01-intl", "lines": [{"district_amount": "700000"}]},
            {"item": "sz2021-01-madrid", "lines": [{"district_amount": "400000"}]},
        ],
    }
    answer = assess(load_catalogue(), question)

    assert [(use.group, use.amount) for use in answer.limits] == [("sz2021-01", 100000000)]
    assert [part.amount for part in answer.parts] == [70000000, 30000000]


def test_a_reason_for_a_missing_fact_names_it() -> None:
    (reason,) = assess(load_catalogue(), {**INDIVIDUAL, "lines": [{}]}).reasons

    assert reason["field"] == "fees"
    assert "费用合计" in reason["text"]


def test_an_item_of_a_database_answers_to_the_same_bytes() -> None:
    catalogue = load_catalogue()
    stored = compile_item(plain_content(catalogue.items["wx2020-01-inv"][0]))
    rebuilt = catalogue_of(catalogue.documents.values(), [stored])

    assert stored.hash == catalogue.items["wx2020-01-inv"][0].hash
    assert canonical_json(assess(rebuilt, INDIVIDUAL).as_dict()) == canonical_json(
        assess(catalogue, INDIVIDUAL).as_dict()
    )


def two_versions() -> Catalogue:
    """The invention item with a second version from 2022: 4,000 yuan, no halving."""
    catalogue = load_catalogue()
    old, new = (plain_content(catalogue.items["wx2020-01-inv"][0]) for _ in range(2))
    old["effect"] = [{"from": "2020-03-10", "to": "2022-01-01"}]
    new["effect"] = [{"from": "2022-01-01"}]
    new["steps"][0]["yuan"] = "4000"
    return catalogue_of(catalogue.documents.values(), [compile_item(new), compile_item(old)])


@pytest.mark.parametrize(
    ("on", "version", "amount"), [("2021-12-31", "2020-03-10", 500000), ("2022-01-01", "2022-01-01", 400000)]
)
def test_the_version_is_that_of_the_day_of_the_fact(on: str, version: str, amount: int) -> None:
    answer = assess(
        two_versions(), {**INDIVIDUAL, "on": on, "applicant": {"kind": "enterprise"}, "lines": [{"fees": "9000"}]}
    )

    assert (answer.version, answer.amount) == (version, amount)


def test_each_line_goes_by_the_version_of_its_own_day() -> None:
    lines = [{"fees": "9000", "granted_on": "2021-12-31"}, {"fees": "9000", "granted_on": "2022-01-01"}]
    answer = assess(
        two_versions(), {**INDIVIDUAL, "on": "2022-06-01", "applicant": {"kind": "enterprise"}, "lines": lines}
    )

    assert [line.amount for line in answer.lines] == [500000, 400000]


def test_no_version_is_in_force_before_the_first() -> None:
    assert two_versions().version_for("wx2020-01-inv", date(2020, 3, 9)) is None
    assert two_versions().version_for("wx2020-01-inv", date(2022, 1, 1)) is not None


def test_the_content_of_an_item_does_not_change_under_the_reader() -> None:
    item = load_catalogue().items["wx2020-01-inv"][0]
    before = copy.deepcopy(dict(item.content))
    plain_content(item)["steps"].clear()
    assess(load_catalogue(), INDIVIDUAL)

    assert item.content == before


def test_every_item_has_what_a_claim_and_a_page_need() -> None:
    for item in ITEMS:
        for name in ("citation", "article", "facts", "evidence", "beneficiaries", "payer", "as_of"):
            assert getattr(item, name), (item.id, name)
        assert all(fact.label for fact in item.facts), item.id
        assert all(setting.default is not None or setting.kind != "boolean" for setting in item.settings), item.id
        assert all(setting.source for setting in item.settings), item.id


def test_every_item_is_told_in_plain_words() -> None:
    for item in ITEMS:
        conditions, amount = conditions_text(item), amount_text(item)

        assert amount.endswith("。"), item.id
        assert len(amount) > 1, item.id
        assert all(sentence.endswith("。") for sentence in conditions), item.id
        assert "None" not in amount + "".join(conditions), item.id


def test_every_item_is_described_as_json_schema() -> None:
    for item in ITEMS:
        schema: dict[str, Any] = describe(item)
        line = schema["properties"]["lines"]["items"]["properties"]

        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema", item.id
        assert set(line) == {"count", *(fact.name for fact in item.facts if fact.scope == "line")}, item.id
        assert schema["x-hash"] == item.hash
        assert canonical_json(schema)


def test_the_words_of_an_amount() -> None:
    loan = load_catalogue().items["lyg-08-loan"][0]

    assert amount_text(loan) == (
        "已付利息只计自放款日期起 12 个月内的；按已付利息与评估等服务费的最高 30% 计；"
        "同一主体最多支持 2 次；同一企业每年最高 200,000.00 元。"
    )
