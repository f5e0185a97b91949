"""A document's rules are written and published by people of its own area, asked again at every step."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from policies.drafting import yaml_codec
from policies.drafting.models import PolicyDraft, WorkedCase
from policies.drafting.services.cases import add_case, drop_case
from policies.drafting.services.decisions import propose, publish, return_draft
from policies.drafting.services.drafts import describe_draft, save_section, start_draft, withdraw
from policies.drafting.urls import urlpatterns
from policies.published.models import DocumentText, PolicyDocument
from portal.accounts.enums import Role
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError
from portal.notifications.models import Message
from tests.factories import act, jiangsu, make_official, suzhou, wuxi
from tests.policies.drafting.worlds import (
    INVENTION,
    admin,
    draft_of,
    proposed,
    publish_package,
    published,
    with_standard,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def stranger(settings):
    """A policy administrator of another city."""
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    publish_package("wx2020")
    return admin(suzhou())


def head(draft, **changes):
    return {"document": yaml_codec.plain(draft.sections[0]["document"]) | changes}


def test_nobody_of_another_city_begins_reads_changes_or_decides_a_draft(client, stranger):
    author = admin()
    draft = with_standard(draft_of("wx2020", author), "9999", author)
    case = WorkedCase.objects.create(
        document_code="wx2020", item_code=INVENTION, sentence="一件", question={}, expected={}, made_at=timezone.now()
    )
    section, deed = draft.sections[1], act(stranger)
    attempts = [
        lambda: draft_of("wx2020", stranger),
        lambda: describe_draft(draft, revision=draft.revision, title="改", note="改", act=deed),
        lambda: save_section(draft, 1, section | {"title": "改"}, revision=draft.revision, act=deed),
        lambda: drop_case(draft, case, reason="不用", act=deed),
        lambda: add_case(draft, sentence="改", question={}, expected={}, act=deed),
        lambda: propose(draft, revision=draft.revision, act=deed),
        lambda: withdraw(draft, reason="不要", act=deed),
    ]
    for attempt in attempts:
        with pytest.raises(RefusedError, match="本地区"):
            attempt()
    WorkedCase.objects.all().delete()
    draft = proposed(draft, author)
    for attempt in (
        lambda: publish(draft, revision=draft.revision, act=deed),
        lambda: return_draft(draft, reason="不对", act=deed),
    ):
        with pytest.raises(RefusedError, match="本地区"):
            attempt()
    assert not PolicyDraft.objects.visible_to(stranger).exists()
    assert not Message.objects.filter(user=stranger).exists()
    client.force_login(stranger)
    page = client.get(reverse("drafting:new")).content.decode()
    assert "wx2020" not in page
    body = {"document": "wx2020", "title": "改", "key": str(uuid.uuid4())}
    assert client.post(reverse("drafting:new"), body).status_code == 200
    assert PolicyDraft.objects.count() == 1


def test_no_address_of_a_draft_opens_for_another_citys_administrator(client, stranger):
    author = admin()
    draft = draft_of("wx2020", author)
    client.force_login(stranger)
    given = {"key": draft.key, "index": 1, "number": 1, "case": 1, "pk": 1}
    own = [one for one in urlpatterns if "key" in one.pattern.converters]
    assert len(own) > 15
    for one in own:
        address = reverse(f"drafting:{one.name}", kwargs={name: given[name] for name in one.pattern.converters})
        assert {client.get(address).status_code, client.post(address).status_code} <= {403, 404, 405}, one.name
    assert PolicyDraft.objects.get().revision == draft.revision


def test_a_head_that_names_another_city_is_not_published(stranger):
    author, other = admin(), admin()
    draft = start_draft(None, key=uuid.uuid4(), title="新", code="zz2026", act=act(author))
    assert (draft.region_code, draft.sections[0]["document"]["region_code"]) == ("320200", "320200")
    for code in ("320500", ""):
        moved = save_section(draft, 0, head(draft, region_code=code), revision=draft.revision, act=act(author))
        with pytest.raises(RefusedError, match="适用地区"):
            propose(moved, revision=moved.revision, act=act(author))
        draft.refresh_from_db()
    # What was right when it was proposed is asked again when it is published.
    changed = with_standard(draft_of("wx2020", author), "9999", author)
    ready = proposed(changed, author)
    PolicyDocument.objects.filter(code="wx2020").update(region=suzhou())
    with pytest.raises(RefusedError, match="适用地区"):
        publish(ready, revision=ready.revision, act=act(other))
    PolicyDocument.objects.filter(code="wx2020").update(region=wuxi())
    other.active_appointments  # noqa: B018 - read before the duty ends, as a request does
    other.appointments.update(revoked_at=timezone.now())
    with pytest.raises(RefusedError, match="本地区"):
        publish(ready, revision=ready.revision, act=act(other))
    assert DocumentText.objects.count() == 1


def test_a_text_of_another_city_begins_no_draft(stranger):
    text = DocumentText.objects.get().text.replace("wx2020", "zz2026")
    with pytest.raises(RefusedError, match="本地区"):
        start_draft(None, key=uuid.uuid4(), title="抄", text=text, act=act(stranger))


def test_a_document_without_an_area_is_the_provinces_where_several_cities_share_the_portal(stranger):
    publish_package("fj8")
    assert draft_of("fj8", stranger).region_code == ""
    admin()
    with pytest.raises(RefusedError, match="上级"):
        draft_of("fj8", stranger)
    assert draft_of("fj8", admin(jiangsu())).region_code == ""


def test_the_provinces_people_see_their_cities_and_records_carry_the_region(stranger):
    province = admin(jiangsu())
    author = admin()
    draft = with_standard(draft_of("wx2020", author), "9999", author)
    assert PolicyDraft.objects.visible_to(province).get() == draft
    published(draft, author, publisher=province)
    records = AuditRecord.objects.filter(action__startswith="drafting.")
    assert {record.region_code for record in records} == {"320200"}
    seen = AuditRecord.objects.visible_to(make_official(Role.AUDITOR, suzhou()))
    assert not seen.filter(action__startswith="drafting.").exists()
