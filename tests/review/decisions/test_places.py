"""Places of a year go by the order of filing, not by that of deciding; panels and their scores go before it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from applications.claims.models import Claim
from applications.claims.services.assessment import score_of
from policies.calls.enums import Shortage
from policies.calls.models import Call
from policies.facts.values import with_score
from portal.audit.services import record_contents
from portal.core.errors import RefusedError
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import ClaimScore
from review.decisions.selectors.selection import standings
from review.decisions.services import places
from review.decisions.services.decisions import support_claim
from review.decisions.services.places import place_problem
from tests.applications.worlds import patent_facts
from tests.factories import act
from tests.policies.engine.batch.odd_rules import PER, fact, standard
from tests.policies.engine.operations.support import rules_of
from tests.review.worlds import MINUTES, again, city_passed, expected

pytestmark = pytest.mark.django_db
FINAL = (Stage.FINAL, Conclusion.SUPPORT)


def with_places(monkeypatch, count, **limit):
    rules = rules_of([standard()], limits=[{"count": count, "per": PER["city"], "tally": "lines", **limit}])
    monkeypatch.setattr(places, "compiled_item", lambda version: rules)


def test_a_place_waits_for_the_claim_that_was_filed_before(monkeypatch, settings, office):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    first, second = (city_passed(office, lines=[patent_facts(number)]) for number in (1, 2))
    assert place_problem(second, *FINAL) == ""
    with_places(monkeypatch, 1)
    asked = {"expected": expected(second), "act": act(office.decider), "minutes": MINUTES}
    with pytest.raises(RefusedError, match=f"尚余 1 个，请先审定提交在先的申报：{first.number}。"):
        support_claim(second.pk, **asked)
    assert place_problem(first, *FINAL) == place_problem(second, Stage.CITY, Conclusion.SUPPORT) == ""
    assert place_problem(second, Stage.FINAL, Conclusion.REFUSE) == ""
    # Enough for both, another year, another district's places, or scores instead of the order of filing.
    with_places(monkeypatch, 2)
    assert place_problem(second, *FINAL) == ""
    with_places(monkeypatch, 1)
    earlier = Claim.objects.filter(pk=first.pk)
    earlier.update(submitted_at=first.submitted_at - timedelta(days=366))
    assert place_problem(second, *FINAL) == ""
    earlier.update(submitted_at=first.submitted_at)
    Call.objects.update(when_short=Shortage.RANK)
    assert place_problem(again(second), *FINAL) == ""
    Call.objects.update(when_short=Shortage.STOP)
    support_claim(first.pk, expected=expected(first), act=act(office.decider), minutes=MINUTES)
    assert place_problem(again(second), *FINAL) == ""


def test_rules_that_go_by_a_score_are_asked_with_the_last_one_and_with_the_full_one_before(office):
    claim = city_passed(office, lines=[patent_facts(1)])
    scored = rules_of([standard()], facts=[fact("panel_score", "number")])
    question = {"lines": [{"fees": "1"}]}
    for score, asked in ((None, "100"), ("80", "80.00"), ("91.5", "91.50")):
        if score:
            given = {"score": Decimal(score), "paper": "纪要", "entered_by": office.city}
            with transaction.atomic():
                record_contents([ClaimScore.objects.create(claim=claim, **given)])
        stated = with_score(question, scored, score_of(claim, scored))
        assert stated["lines"] == [{"fees": "1", "panel_score": asked}]
    plain = rules_of([standard()])
    assert (score_of(claim, plain), with_score(question, plain, None)) == (None, question)


def test_a_stated_score_ranks_and_each_answer_is_read_once(monkeypatch, office, django_assert_max_num_queries):
    claims = [
        city_passed(office, lines=[patent_facts(number) | {"fees": fees}]) for number, fees in ((1, "900"), (2, "1000"))
    ]
    select = {"select": 1, "per": PER["city"], "by": "fees", "ties": "none"}
    rules = rules_of([standard()], limits=[select])
    found = standings(claims, {claim.pk: rules for claim in claims})
    assert [(found[claim.pk].score, found[claim.pk].passes) for claim in claims] == [(900, False), (1000, True)]
    # Half of the two, and of the one that reaches the score nothing: a half of a place is none.
    half = {"select_share": "50%", "base": "ranked", "rounding": "down", "needed": "1000"}
    for changed, passing, ranked in (({}, [False, True], 2), ({"base": "reached"}, [False, False], 1)):
        shared = rules_of([standard()], limits=[{**half, **changed, "per": PER["city"], "by": "fees", "ties": "none"}])
        found = standings(claims, {claim.pk: shared for claim in claims})
        assert [found[claim.pk].passes for claim in claims] == passing
        assert {one.ranked for one in found.values()} == {ranked}
    assert "每年名额 0 个（达到最低得分的前 50%（不足一个的舍去），1 件参加排名）" in found[claims[1].pk].words
    # Neither the questions nor their versions are read again.
    with django_assert_max_num_queries(4):
        standings(claims[:1], {claims[0].pk: rules})
