"""A small simulated year adds up, with and without faults; `make nightly` lives long ones."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from applications.claims.models import Claim
from policies.engine import catalogue_of, load_catalogue
from policies.published.services import publish_catalogue
from portal.audit.models import AuditRecord
from review.simulated_year import incidents
from review.simulated_year.items import DOCUMENTS
from tests.depth import by_depth
from tests.factories import UserFactory, act

pytestmark = [pytest.mark.broad, pytest.mark.slow]
CLAIMS = by_depth(12, nightly=2_000)


@pytest.fixture
def city(transactional_db, settings, tmp_path):
    """The regions and the two documents whose items are claimed."""
    settings.PRIVATE_DIR = tmp_path
    settings.CREDIT_VALID_DAYS = 90
    call_command("load_regions", stdout=StringIO())
    whole = load_catalogue()
    items = [item for versions in whole.items.values() for item in versions if item.document_id in DOCUMENTS]
    publish_catalogue(act(), catalogue=catalogue_of([whole.documents[name] for name in DOCUMENTS], items))


# A year without faults shows nothing that one with them does not.
@pytest.mark.parametrize("options", by_depth([("--faults",)], nightly=[("--faults",), ()]))
def test_a_simulated_year_ends_with_every_claim_settled_and_nothing_that_does_not_add_up(city, options, monkeypatch):
    # Of few claims many rest, and every refusal is disputed.
    monkeypatch.setattr(incidents, "_RESTS", 0.1)
    monkeypatch.setattr(incidents, "_DISPUTED", 1.0)
    out = StringIO()
    # One process lives the same year every time.
    chosen = (f"--claims={CLAIMS}", "--seed=7", "--render-notices=2", *by_depth(("--processes=1",), nightly=()))
    call_command("simulate_year", *chosen, *options, stdout=out)
    answer = json.loads(out.getvalue())
    assert answer["violations"] == 0
    assert sum(answer["states"].values()) == CLAIMS == Claim.objects.count()
    assert bool(answer["faults"]) == bool(options)
    assert all(answer["incidents"][name] for name in ("absences", "suspensions", "other_ways"))
    # What an action writes its own record holds, not one after its commit, which a killed process would not write.
    assert not AuditRecord.objects.filter(action="audit.contents").exists()


@pytest.mark.django_db
def test_a_year_is_not_simulated_among_real_people():
    UserFactory(email="somebody@wuxi.gov.cn")
    with pytest.raises(CommandError, match="real people"):
        call_command("simulate_year", "--claims=1")
    assert not Claim.objects.exists()
