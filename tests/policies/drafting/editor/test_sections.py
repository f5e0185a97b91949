"""Every authored section goes through its form and comes back the same."""

import json

import pytest

from policies.drafting import yaml_codec
from policies.drafting.editor import labels, layout
from policies.drafting.editor.field_codecs import OptionList, ValueCodec
from policies.drafting.editor.sections import in_order_of, read_section, section_codec, section_pairs
from policies.engine import checks, grammar, load_document, split
from policies.engine.conditions.registry import known_tests
from policies.engine.limits.registry import limit_kinds
from policies.engine.loader import CATALOGUE
from policies.engine.terms import ITEM_KINDS
from policies.engine.vocabulary import package_vocabulary

STATE = {"国家级（部级）": "300000"}
FILES = sorted(CATALOGUE.glob("*.yaml"))
SECTIONS = {path.stem: yaml_codec.read_sections(path.read_text("utf-8"), name=path.name) for path in FILES}


def sent(section):
    """What a browser sends for a section that nobody changed."""
    posted = {}
    for name, text in section_pairs(section):
        posted.setdefault(name, []).append(text)
    return posted


def through_the_form(section):
    return in_order_of(read_section(sent(section)), section)


def normal(value):
    """Numbers as the engine's normal form writes them."""
    if isinstance(value, dict):
        return {key: normal(part) for key, part in value.items()}
    if isinstance(value, list):
        return [normal(part) for part in value]
    return value if isinstance(value, bool) or value is None else str(value)


@pytest.mark.parametrize("code", SECTIONS)
def test_a_section_comes_back_from_its_form_as_it_was(code):
    for section in SECTIONS[code]:
        assert json.dumps(normal(through_the_form(section))) == json.dumps(normal(section))


def test_all_clauses_of_the_five_documents_are_among_them():
    assert sum(len(sections) - 1 for sections in SECTIONS.values()) == 341


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_document_that_went_through_its_forms_gives_the_same_rules(path):
    before = load_document(path.read_text("utf-8"), name=path.name)
    text = yaml_codec.write_sections([through_the_form(section) for section in SECTIONS[path.stem]])
    after = load_document(text, name=path.name)
    assert [item.hash for item in after.items] == [item.hash for item in before.items]
    assert after.register == before.register
    assert after.document.content == before.document.content


# ---- what is wrong or unknown is kept -------------------------------------------------------------
@pytest.mark.parametrize(
    "section",
    [
        {"item": "a-1", "steps": "五千元"},
        {"item": "a-1", "steps": [{"do": "fly", "far": "1"}, {"yuan": "1"}]},
        {"item": "a-1", "steps": [{"do": "standard", "yuan": "很多", "colour": {"deep": ["blue"]}}]},
        {"item": "a-1", "conditions": [{}, {"code": "A", "at_least": 1, "over": 2}, {"in": [{"x": 1}]}]},
        {"item": "a-1", "limits": [{"code": "A"}, {"yuan": "1", "count": 2, "per": "subject"}]},
        {"item": "a-1", "facts": ["fees"], "evidence": {"wanted": []}, "beneficiaries": "any"},
        {"item": "a-1", "facts": {"optional": [{"name": "", "type": "text"}], "required": []}},
        {"item": "a-1", "settings": {"a": True}, "split": "60%", "unless": None},
        {"document": {"id": "x", "colour": "blue", "effect": {"from": "2020-01-01"}}},
        {"document": "x"},
        {"rule": "x-1", "programme": {"owners": ["a"], "tasks": ["b"]}},
        {"settings": {"a": {"kind": "boolean", "default": "maybe"}, "b": {"kind": "ratio", "default": None}}},
    ],
)
def test_what_no_form_knows_goes_through_untouched(section):
    assert through_the_form(section) == section


def test_words_typed_in_a_wrong_place_stay_as_typed():
    found = read_section(
        {
            "section-is": ["item"],
            "section-item": [" wx2026-01 "],
            "section-steps-rows": ["2"],
            "section-steps-0-shown": ["standard"],
            "section-steps-0-kind": ["standard"],
            "section-steps-0-yuan": ["五千"],
            "section-steps-1-shown": ["window"],
            "section-steps-1-kind": ["window"],
            "section-steps-1-months": ["十二"],
        }
    )
    assert found == {
        "item": "wx2026-01",
        "steps": [{"do": "standard", "yuan": "五千"}, {"do": "window", "months": "十二"}],
    }


def test_another_verb_keeps_what_both_know():
    posted = sent({"item": "a-1", "steps": [{"do": "standard", "yuan": "5000", "nature": "exact", "per": "每件"}]})
    posted["section-steps-0-kind"] = ["per_n"]
    assert read_section(posted)["steps"] == [{"do": "per_n", "yuan": "5000", "nature": "exact"}]


def test_another_kind_of_limit_keeps_its_code():
    posted = sent({"item": "a-1", "limits": [{"code": "CAP", "yuan": "5000", "per": ["applicant"]}]})
    posted["section-limits-0-kind"] = ["once"]
    assert read_section(posted)["limits"] == [{"once": "", "code": "CAP", "per": ["applicant"]}]


def test_a_fact_is_compared_with_values_of_its_type():
    posted = sent({"item": "a-1", "conditions": [{"code": "A", "text": "甲", "field": "fee_year", "in": [7, 8]}]})
    assert read_section(posted)["conditions"][0]["in"] == [7, 8]
    posted["section-conditions-0-field"] = ["country"]
    assert read_section(posted)["conditions"][0]["in"] == ["7", "8"]


@pytest.mark.parametrize(
    ("codec", "typed", "read"),
    [
        (ValueCodec("yuan"), "100万", "1000000"),
        (ValueCodec("yuan"), "１，２３４．５０元", "1234.50"),
        (ValueCodec("yuan"), "5000.00", "5000.00"),
        (ValueCodec("yuan"), "不超过五万", "不超过五万"),
        (ValueCodec("ratio"), "20％", "20%"),
        (ValueCodec("count"), "１０", 10),
        (
            OptionList("yuan"),
            "10%=10万元\n２０％＝200,000\n国家级（部级）=30万",
            {"10%": "100000", "20%": "200000"} | STATE,
        ),
        (OptionList("count"), "滨湖区=５\n新吴区=", {"滨湖区": 5, "新吴区": ""}),
    ],
)
def test_a_figure_is_read_as_people_type_it(codec, typed, read):
    assert codec.read({"x": [typed]}, "x") == read


def test_rows_and_bounds_are_read_by_the_words_that_people_see():
    facts = {"required": [{"name": "level", "type": "choice", "choices": {"state": "国家级", "city": "市级"}}, "fees"]}
    by_level = {"do": "sum_by", "field": "level", "table": {"国家级": "3万元", "city": "1"}}
    by_size = {"do": "scale_by", "field": "applicant_size", "table": {"小型": "120％"}}
    section = {
        "item": "a-1",
        "facts": facts,
        "steps": [by_level, by_size],
        "conditions": [{"field": "fees", "over": "5万"}],
    }

    read = through_the_form(section)

    assert [step["table"] for step in read["steps"]] == [{"state": "30000", "city": "1"}, {"small": "120%"}]
    assert read["conditions"] == [{"field": "fees", "over": 50000}]


def test_a_number_of_rows_that_is_none_is_read_as_none():
    assert "steps" not in read_section({"section-is": ["item"], "section-steps-rows": ["-1"]})
    assert len(read_section({"section-is": ["item"], "section-steps-rows": ["999999"]})["steps"]) == 120


# ---- labels and grammar in step --------------------------------------------------------------------
def test_every_word_of_the_grammar_has_a_label():
    assert set(labels.DOCUMENT_KEYS) == {*grammar.DOCUMENT_REQUIRED, *grammar.DOCUMENT_OPTIONAL}
    assert set(labels.ITEM_KEYS) == {*grammar.ITEM_REQUIRED, *grammar.ITEM_OPTIONAL}
    assert set(labels.RULE_KEYS) == {*grammar.RULE_REQUIRED, *grammar.RULE_OPTIONAL}
    assert set(labels.FACT_KEYS) == {*grammar.FACT_REQUIRED, *grammar.FACT_OPTIONAL}
    assert set(labels.EVIDENCE_KEYS) == {*grammar.EVIDENCE_REQUIRED, *grammar.EVIDENCE_OPTIONAL}
    assert set(labels.SETTING_KEYS) == {"name", *grammar.SETTING_REQUIRED, *grammar.SETTING_OPTIONAL}
    conditions = {*grammar.CONDITION_REQUIRED, *grammar.CONDITION_OPTIONAL} - set(known_tests())
    assert set(labels.CONDITION_KEYS) == conditions | {"test", "value"}
    assert set(labels.PROFILES) == set(package_vocabulary().profiles)


def closed_lists():
    """Each key of the grammar that takes one word of a list, with its check."""
    mappings = [
        grammar.DOCUMENT_REQUIRED,
        grammar.ITEM_REQUIRED,
        grammar.ITEM_OPTIONAL,
        split.REQUIRED,
        grammar.FACT_REQUIRED,
        grammar.FACT_OPTIONAL,
        *({**one.required(), **one.optional()} for one in limit_kinds().values()),
    ]
    for keys in mappings:
        for key, check in keys.items():
            if key in labels.WORDS and key not in ("beneficiaries", "procedure", "per"):
                yield pytest.param(key, check, id=key)


@pytest.mark.parametrize(("key", "check"), list(closed_lists()))
def test_a_list_offers_just_the_words_that_the_grammar_takes(key, check):
    with pytest.raises(checks.Fault) as refused:
        check("no such word")
    assert refused.value.remedy == f"可选：{'、'.join(labels.WORDS[key])}"


def test_every_closed_list_of_the_grammar_is_offered_as_choices():
    for kind in ("document", "item", "rule"):
        for key, codec in section_codec(kind, {}).keys.items():
            if isinstance(codec, ValueCodec) and codec.kind == "choice":
                assert codec.words, key
    assert set(labels.WORDS["kind"]) == set(ITEM_KINDS)


def test_every_key_of_the_grammar_stands_in_a_part_of_the_page():
    def shown(specs):
        return {key for spec in specs for key in (*spec.keys, *spec.more, spec.rows.rpartition(".")[2], spec.record)}

    assert shown(layout.ITEM_PARTS) >= set(labels.ITEM_KEYS)
    assert shown(layout.DOCUMENT_PARTS) >= set(labels.DOCUMENT_KEYS)
    assert shown((*layout.RULE_PARTS, *layout.PROGRAMME_PARTS)) >= set(labels.RULE_KEYS)
