"""Panels that other apps show on the claim page, and what they make conclusions wait for."""

import pytest
from django.urls import reverse

from portal.core.errors import RefusedError
from review.decisions.panels import CLAIM_PANELS, ClaimPanel, Pane
from review.decisions.services import locking
from review.decisions.services.decisions import support_claim
from tests.factories import act
from tests.review.decisions.pages import as_, page_of
from tests.review.worlds import accepted, again, expected

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_second_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


def given_events(claim_review):
    return {"events": claim_review.claim.events.count()}


def add_panel(monkeypatch, code, **given):
    panel = {"title": "试用", "pane": Pane.FINDINGS, "weight": 50, "template": "review/_history.html"} | given
    monkeypatch.setitem(CLAIM_PANELS, code, ClaimPanel(**panel))


def test_panel_is_framed_in_its_place_and_read_when_asked_for(client, office, monkeypatch):
    claim = accepted(office)
    add_panel(monkeypatch, "late", title="后一栏", weight=60, context=lambda _: pytest.fail("read with the page"))
    add_panel(monkeypatch, "early", title="前一栏", context=given_events)
    add_panel(monkeypatch, "none", title="不该出现", is_shown=lambda _: False)
    add_panel(monkeypatch, "empty", title="不该出现", is_lazy=False, context=lambda _: None)
    html = page_of(as_(client, office.first), claim).content.decode()
    assert html.index("前一栏") < html.index("后一栏") < html.index('id="decision"')
    assert html.index("申报单位</h2>") < html.index("办理经过</h2>")
    assert "不该出现" not in html
    address = reverse("review:panel", args=[claim.key, "early"])
    assert f'hx-get="{address}"' in html
    part, whole = client.get(address, headers={"HX-Request": "true"}), client.get(address)
    assert "timeline" in part.content.decode()
    assert "<html" not in part.content.decode()
    assert "<html" in whole.content.decode()
    for code in ("none", "empty", "unknown"):
        assert client.get(reverse("review:panel", args=[claim.key, code])).status_code == 404


def test_conclusion_waits_for_what_a_check_finds_missing(office, monkeypatch):
    claim = accepted(office)
    monkeypatch.setattr(locking, "CONCLUSION_CHECKS", [lambda *_: "", lambda *_: "还有一条未答复。"])
    with pytest.raises(RefusedError, match="还有一条未答复"):
        support_claim(claim.pk, expected=expected(claim), act=act(office.first))
    assert again(claim).status == claim.status
