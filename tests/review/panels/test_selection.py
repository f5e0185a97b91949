"""Where a document selects by score, it says who of a panel's claims passes, and the scheme says nothing beside it."""

from decimal import Decimal

import pytest

from applications.ledger.selectors import Balance
from policies.published.models import SupportItem
from portal.core.errors import RefusedError
from review.decisions.selectors import selection
from review.panels.selectors import results
from review.panels.selectors.results import places_of, scores_of, selection_words
from review.panels.services import schemes
from tests.policies.engine.batch.odd_rules import PER, fact, standard
from tests.policies.engine.operations.support import rules_of
from tests.review.panels.worlds import make_pool, organiser, scheme, scored
from tests.review.worlds import ITEMS

pytestmark = pytest.mark.django_db
SELECT = {"select": 2, "per": PER["city"], "by": "panel_score", "ties": "none", "needed": "60"}


def passed(panel, monkeypatch, taken=0, **limit):
    """Place and result of the first claim (68.00 points) and of the second (90.00) under a document's limit."""
    rules = rules_of([standard()], facts=[fact("panel_score", "number")], limits=[limit])
    monkeypatch.setattr(selection, "compiled_item", lambda version: rules)
    monkeypatch.setattr(results, "balances", lambda keys: {key: Balance(Decimal(0), taken) for key in keys})
    final, places = places_of(panel, scores_of(panel))
    return [(one.place, one.is_passed) for one in sorted(places, key=lambda one: final[one.key])]


def test_places_cut_off_and_what_is_taken_already_are_the_documents(office, monkeypatch):
    make_pool(3)
    panel, _ = scored(office, organiser())
    assert passed(panel, monkeypatch, **SELECT) == [(2, True), (1, True)]
    assert passed(panel, monkeypatch, **{**SELECT, "select": 1}) == [(2, False), (1, True)]
    assert passed(panel, monkeypatch, **{**SELECT, "needed": "68.01"}) == [(2, False), (1, True)]
    assert passed(panel, monkeypatch, taken=1, **SELECT) == [(3, False), (2, True)]
    told = selection_words([entry.claim for entry in panel.entries.all()])
    assert "每年按panel_score从高到低择优支持 2 个，60 分以上方可入选" in told[0]
    half = {name: value for name, value in SELECT.items() if name != "select"} | {"base": "ranked", "rounding": "down"}
    for share, limit in (("50%", {}), ("100%", {"at_most": 1}), ("100%", {"needed": "68.01", "base": "reached"})):
        found = passed(panel, monkeypatch, taken=0 if limit else 9, **(half | {"select_share": share} | limit))
        assert [ok for _, ok in found] == [False, True]
    # Where the document only counts places, the scheme ranks, and passes no more than these.
    count = {"count": 1, "per": PER["city"], "tally": "applicants"}
    assert [ok for _, ok in passed(panel, monkeypatch, **count)] == [False, True]


def test_a_scheme_of_such_an_item_says_nothing_of_places(office, monkeypatch):
    make_pool(3)
    scored(office, organiser())
    item = SupportItem.objects.get(code=ITEMS[0])
    monkeypatch.setattr(schemes, "selection_of", lambda rules: rules)
    for said in ({"places": 3}, {"needed": Decimal(60)}, {"tie": "filed"}):
        with pytest.raises(RefusedError, match="由政策规定"):
            scheme(item=item, **said)
    assert scheme(item=item).item == item
