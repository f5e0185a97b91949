"""A publication changes no claim: it keeps its version, and its stored answers replay to the same bytes."""

import uuid
from decimal import Decimal

import pytest

from applications.claims.models import Assessment
from applications.claims.services.submission import submit_claim
from policies.drafting import yaml_codec
from policies.drafting.services.cases import waive_case
from policies.drafting.services.decisions import propose, publish
from policies.drafting.services.drafts import describe_draft, save_section, start_draft
from policies.engine import assess, package_documents
from policies.engine.model import canonical_json
from policies.published.enums import TextOrigin
from policies.published.models import PolicyDocument
from policies.published.selectors import catalogue_for
from policies.published.services import publish_document
from portal.accounts.enums import Role
from tests.applications.worlds import patent_facts, ready_claim, start
from tests.factories import act, make_member, make_official, open_claimable, wuxi

pytestmark = pytest.mark.django_db
INVENTION = "wx2020-01-inv"


def publish_standard(yuan: str) -> None:
    """Publish another standard for inventions, by two people."""
    author, second = (make_official(Role.POLICY_ADMIN, wuxi()) for _ in range(2))
    document = PolicyDocument.objects.get(code="wx2020")
    draft = start_draft(document, key=uuid.uuid4(), title="调整", act=act(author))
    section = yaml_codec.plain(draft.sections[1])
    section["steps"][0]["yuan"] = yuan
    draft = save_section(draft, 1, section, revision=0, act=act(author))
    draft = describe_draft(draft, revision=1, title="调整", note="依据", act=act(author))
    waive_case(draft, INVENTION, reason="测试不写案例", act=act(author))
    draft = propose(draft, revision=2, act=act(author))
    publish(draft, revision=2, act=act(second))


@pytest.fixture
def member(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path
    for loaded, text in package_documents():
        if loaded.document.id == "wx2020":
            publish_document(loaded, text=text, origin=TextOrigin.PACKAGE, act=act())
    open_claimable()
    return make_member()


def test_a_submitted_claim_keeps_its_version_and_its_answer_replays(member):
    claim = ready_claim(member, lines=[patent_facts(1, fees="8000")])
    claim = submit_claim(claim, act=act(member), revision=claim.revision, commitment=True).claim
    stored = Assessment.objects.get(claim=claim)
    assert stored.amount == Decimal("5000.00")

    publish_standard("6000")

    claim.refresh_from_db()
    assert (claim.version.number, claim.version_id) == (1, stored.version_id)
    again = assess(catalogue_for(stored.version), stored.question).as_dict()
    assert canonical_json(again) == canonical_json(stored.answer)


def test_a_claim_begun_afterwards_is_under_the_new_version(member):
    publish_standard("6000")
    assert start(member, item=INVENTION).version.number == 2
