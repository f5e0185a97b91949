"""Claims of one year that are decided one after the other have the places they would have together."""

from datetime import UTC, datetime, timedelta

import pytest

from applications.claims.models import Claim
from policies.engine.limits.rank_sums import RankSums
from policies.engine.limits.select import Select
from review.decisions.selectors import selection

FIRST = datetime(2026, 5, 1, tzinfo=UTC)
DECIDED = FIRST + timedelta(days=100)
SCORES = (90, 85, 85, 85, 60)
# Who passes by the document's rule, of two places.
PASSES = {"exceed": [True, True, True, True, False], "none": [True, False, False, False, False]}
CITY = {"per": ["programme", "year"]}
PASSES["filed"] = [True, True, False, False, False]


def rule(ties):
    return Select(code="SELECT", select=2, per=("programme", "year"), by="score", ties=ties)


def answer(claim, outcome="payable", *codes):
    return selection._Answer(claim.pk, "", outcome, DECIDED, frozenset(codes))


@pytest.mark.parametrize("ties", PASSES)
@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 0, 4, 1, 3)])
def test_one_after_the_other_passes_who_would_pass_together(monkeypatch, ties, order):
    claims = [Claim(pk=at + 1, submitted_at=FIRST + timedelta(days=at)) for at in range(len(SCORES))]
    answers = {one.pk: answer(one) for one in claims}
    monkeypatch.setattr(selection, "_answers", lambda asked: {one.pk: answers[one.pk] for one in asked})
    monkeypatch.setattr(selection, "values_of", lambda asked, *_: {one.pk: SCORES[one.pk - 1] for one in asked})
    settled, taken, passed = [], 0, {}
    for at in order:
        pool = [one for one in claims if one not in settled]
        passed[at] = selection._placed(pool, settled, rule(ties), taken)[claims[at].pk].passes
        settled.append(claims[at])
        if passed[at]:
            taken += 1
        else:
            answers[claims[at].pk] = answer(claims[at], "refused", "SELECT")

    assert [passed[at] for at in range(len(SCORES))] == PASSES[ties]


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 0, 4, 1, 3)])
def test_prizes_go_by_the_rank_of_the_year_whoever_is_decided_first(monkeypatch, order):
    """The first has 90, the next three 85 in the order of filing, and the last 60: four prizes."""
    prizes = RankSums.read({"code": "PRIZES", "rank_sums": {"1": "3", "4": "2"}, "by": "score", "ties": "filed"} | CITY)
    claims = [Claim(pk=at + 1, submitted_at=FIRST + timedelta(days=at)) for at in range(len(SCORES))]
    answers = {one.pk: answer(one) for one in claims}
    monkeypatch.setattr(selection, "_answers", lambda asked: {one.pk: answers[one.pk] for one in asked})
    monkeypatch.setattr(selection, "values_of", lambda asked, *_: {one.pk: SCORES[one.pk - 1] for one in asked})
    places = {}
    for done, at in enumerate(order):
        settled = [claims[other] for other in order[:done]]
        pool = [one for one in claims if one not in settled]
        found = selection._placed(pool, settled, prizes, sum(places[other] <= 4 for other in order[:done]))
        places[at] = found[claims[at].pk].place
        if places[at] > 4:
            answers[claims[at].pk] = answer(claims[at], "refused", "PRIZES")

    assert [places[at] for at in range(len(SCORES))] == [1, 2, 3, 4, 5]


def test_a_later_round_has_the_places_that_an_earlier_one_left(monkeypatch):
    held, late = Claim(pk=1, submitted_at=FIRST), Claim(pk=2, submitted_at=DECIDED + timedelta(days=1))
    monkeypatch.setattr(selection, "_answers", lambda asked: {one.pk: answer(one) for one in asked})
    monkeypatch.setattr(selection, "values_of", lambda *_: {1: 70, 2: 90})

    assert selection._placed([late], [held], rule("exceed"), 1)[2].passes
    assert not selection._placed([late], [held], rule("exceed"), 2)[2].passes
