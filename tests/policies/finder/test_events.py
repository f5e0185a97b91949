"""Kinds of events: derived from the catalogue, so that whatever a document rewards can be asked about."""

from collections import Counter

import pytest

from policies.engine import load_catalogue, load_document
from policies.finder.events import NOT_ASKED, asked_names, event_code, events_of

CATALOGUE = load_catalogue()
ITEMS = [versions[-1] for versions in CATALOGUE.items.values()]
REWARDS = [item for item in ITEMS if item.kind != "target"]
EVENTS = {event.code: event for event in events_of(ITEMS)}

NEW_DOCUMENT = """
document:
  id: new2027
  number: 试发〔2027〕1号
  title: 试行意见
  short_title: 试行意见
  issuer: 试行市人民政府
  region_code: "320200"
  areas: [无锡]
  issued_on: "2027-01-01"
  status: in_force
  effect: [{from: "2027-01-01"}]
  payer: city
  route: city
  source_note: 试行
---
item: new2027-01
article: 第一条
title: 商标受让支持
summary: 受让商标的，每件给予补助。
kind: per_item
beneficiaries: [enterprise]
subject: trademark_no
as_of: signed_on
facts: {required: [trademark_no, signed_on, transaction_amount]}
evidence: {required: [commitment]}
conditions: [{code: DONE, text: 已完成转让}]
steps: [{do: standard, yuan: "100", nature: exact}]
"""


def test_every_item_but_targets_is_reached_by_exactly_one_event():
    reached = Counter(item.id for event in EVENTS.values() for item in event.items)
    assert reached == Counter(item.id for item in REWARDS)


def test_no_event_of_the_five_documents_lacks_words_of_its_own():
    assert [event.code for event in EVENTS.values() if event.topic == "其他"] == []


@pytest.mark.parametrize("code", sorted(EVENTS))
def test_an_event_asks_for_what_its_items_need_and_never_for_what_others_decide(code):
    event = EVENTS[code]
    asked = {fact.name for fact in event.asked_facts}
    assert event.as_of in asked
    for item in event.items:
        assert {fact.name for fact in item.facts if fact.needed} - NOT_ASKED <= asked
        assert asked_names(item) <= asked
    assert not asked & NOT_ASKED
    assert not any(fact.required for fact in event.asked_facts)


@pytest.mark.parametrize("code", sorted(EVENTS))
def test_a_register_keeps_the_subject_and_the_day_and_whatever_a_claim_asks_for(code):
    event = EVENTS[code]
    kept = {fact.name: fact for fact in event.kept_facts}
    for item in event.items:
        wanted = {fact.name for fact in item.facts if fact.required and fact.scope == "line"} - NOT_ASKED
        assert wanted <= set(kept)
    assert {name for name, fact in kept.items() if fact.required} == {event.subject, event.as_of} - {None}
    assert set(event.identity[:1]) <= set(kept)


def test_the_seventh_and_the_eighth_fee_year_of_a_patent_are_two_things():
    assert EVENTS["annual-fee"].identity == ("patent_no", "fee_year")
    assert "fee_year" not in {fact.name for fact in EVENTS["patent"].kept_facts}
    assert EVENTS["mediation"].identity == ()


def test_only_items_that_no_fact_tells_apart_are_offered_as_a_choice():
    assert {item.id for item in EVENTS["patent"].alternatives} == set()
    assert {"wx2020-15-gi", "wx2020-15-gitm"} <= {item.id for item in EVENTS["gi"].alternatives}
    assert "fj8-1-star" not in {item.id for item in EVENTS["title"].alternatives}  # its count tells


def test_what_a_new_document_rewards_becomes_an_event_by_itself():
    document = load_document(NEW_DOCUMENT, name="new2027.yaml")
    (event,) = events_of(document.items)
    assert event.code == event_code(document.items[0]) == "trademark_no.signed_on"
    assert event.label == "商标注册号 · 签订日期"
    assert [fact.name for fact in event.asked_facts] == ["signed_on"]
