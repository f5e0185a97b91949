"""Drafts of policy: what one costs, shown beside it and asked for from it, in the revision that was asked."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from policies.drafting.models import PolicyDraft
from policies.drafting.services.drafts import save_section, start_draft
from policies.drafting.yaml_codec import name_of, plain
from policies.published.models import PolicyDocument
from portal.accounts.enums import Role
from review.whatif.enums import ChangeKind
from review.whatif.models import SimulationRun
from review.whatif.services.work import simulate_run
from tests.applications.worlds import patent_facts
from tests.factories import act
from tests.review.whatif.worlds import ITEM, ask_url, done, lower, page, posted, simulator, started
from tests.review.worlds import fresh, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(user):
    admin = simulator(Role.POLICY_ADMIN)
    now = timezone.now()
    return PolicyDraft.objects.create(
        document_code="wx2020", title="降低标准", created_by=admin, created_at=now, saved_at=now, revision=3
    )


def effect(client, draft, *, htmx=True):
    headers = {"HX-Request": "true"} if htmx else {}
    return client.get(reverse("whatif:draft_effect", args=[draft.key]), headers=headers).content.decode()


def test_the_panel_of_a_draft_offers_a_run_and_later_shows_its_result(client, draft):
    admin = fresh(draft.created_by)
    client.force_login(admin)
    assert "还没有测算过" in effect(client, draft)
    submitted(lines=[patent_facts(1)])
    plan = lower(change=ChangeKind.DRAFT, target=str(draft.key), target_revision=3)
    waiting = started(admin, plan)
    assert reverse("whatif:run", args=[waiting.key]) in effect(client, draft)
    done(admin, plan)
    for text in (effect(client, draft), effect(client, draft, htmx=False)):
        assert "-1,000.00" in text
    PolicyDraft.objects.update(revision=4)
    assert "还没有测算过" in effect(client, draft)


def test_the_panel_is_a_page_without_script_and_a_fragment_with_it(client, draft):
    client.force_login(fresh(draft.created_by))
    assert "<html" in effect(client, draft, htmx=False)
    assert "<html" not in effect(client, draft)


def test_a_draft_is_simulated_in_the_revision_in_which_it_was_asked(client, whole):
    admin = simulator(Role.POLICY_ADMIN)
    client.force_login(admin)
    document = PolicyDocument.objects.get(code="wx2020")
    changing = start_draft(document, key=uuid.uuid4(), title="提高到 6,000 元", act=act(admin))
    index = [name_of(section) for section in changing.sections].index(ITEM)
    section = plain(changing.sections[index])
    section["steps"][0]["yuan"] = "6000"
    changing = save_section(changing, index, section, revision=changing.revision, act=act(admin))
    submitted(lines=[patent_facts(1)])
    url = ask_url("draft", str(changing.key))
    client.post(url, posted(source="stored", documents=[], as_if="on"))
    run = SimulationRun.objects.get()
    assert (run.target, run.target_revision) == (str(changing.key), changing.revision)
    assert run.words[0] == "修改 1 项：发明专利授权奖补"
    section["steps"][0]["yuan"] = "9000"
    save_section(changing, index, section, revision=changing.revision, act=act(admin))
    simulate_run(run.pk)
    text = page(client, run).content.decode()
    assert "6,000.00" in text
    assert "9,000.00" not in text


def test_a_draft_with_problems_sends_back_with_words(client, draft):
    client.force_login(fresh(draft.created_by))
    response = client.get(ask_url("draft", str(draft.key)), follow=True)
    assert "改正后才能测算" in response.content.decode()


def test_a_draft_is_nobodys_who_may_not_see_drafts(client, draft, user):
    assert client.get(reverse("whatif:draft_effect", args=[draft.key])).status_code == 404
    assert client.get(ask_url("draft", str(draft.key))).status_code == 404
