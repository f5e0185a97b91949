"""Several publishers at the same moment, on PostgreSQL: one draft, one text, one version."""

import pytest

from policies.drafting.enums import DraftState
from policies.drafting.models import PolicyDraft
from policies.drafting.services.decisions import publish
from policies.drafting.services.drafts import save_section
from policies.published.models import DocumentText, ItemVersion
from portal.core.errors import RefusedError, StaleStateError
from tests.applications.worlds import at_once
from tests.factories import act, wuxi
from tests.policies.drafting.worlds import INVENTION, admin, draft_of, proposed, publish_package, with_standard

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
MANY = 6


@pytest.fixture
def author():
    wuxi()
    publish_package("wx2020")
    return admin()


def test_one_draft_is_published_once(author):
    draft = proposed(with_standard(draft_of("wx2020", author), "6000", author), author)
    publishers = [admin() for _ in range(MANY)]
    turns = iter(publishers)
    found = at_once(MANY, lambda: publish(draft, revision=draft.revision, act=act(next(turns))))
    assert sum(isinstance(one, DocumentText) for one in found) == 1
    assert sum(isinstance(one, RefusedError) for one in found) == MANY - 1
    assert ItemVersion.objects.filter(item__code=INVENTION).count() == 2


def test_of_two_drafts_of_one_text_one_is_published(author):
    drafts = [proposed(with_standard(draft_of("wx2020", author), yuan, author), author) for yuan in ("6000", "7000")]
    second = admin()
    turns = iter(drafts)

    def deed():
        draft = next(turns)
        return publish(draft, revision=draft.revision, act=act(second))

    found = at_once(2, deed)
    assert sorted(type(one).__name__ for one in found) == ["DocumentText", "RefusedError"]
    states = sorted(PolicyDraft.objects.values_list("state", flat=True))
    assert states == sorted([DraftState.PROPOSED, DraftState.PUBLISHED])
    assert DocumentText.objects.count() == 2


def test_of_many_saves_of_one_page_one_is_kept(author):
    draft = draft_of("wx2020", author)
    turns = iter(range(MANY))

    def deed():
        section = {**draft.sections[1], "title": f"第 {next(turns)} 种名称"}
        return save_section(draft, 1, section, revision=0, act=act(author))

    found = at_once(MANY, deed)
    assert sum(isinstance(one, PolicyDraft) for one in found) == 1
    assert sum(isinstance(one, StaleStateError) for one in found) == MANY - 1
    assert PolicyDraft.objects.get(pk=draft.pk).revision == 1
