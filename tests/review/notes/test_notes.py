"""Notes beside a claim: who reads them, whom they mention, and that applicants never see them."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from portal.accounts.enums import Role
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError
from portal.notifications.models import Message
from review.notes.models import ClaimNote, Reach
from review.notes.services import add_note
from tests.factories import act, binhu, make_official, xishan
from tests.review.decisions.pages import as_
from tests.review.worlds import accepted, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_second_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


def test_note_reaches_everybody_the_region_or_the_duty(client, office):
    claim = accepted(office)
    peer = make_official(Role.DISTRICT_FIRST, binhu())
    for reach in Reach:
        add_note(claim, text=f"给{reach}", reach=reach, act=act(office.first))

    def read_by(user):
        return {note.reach for note in ClaimNote.objects.visible_to(fresh(user))}

    assert read_by(office.first) == read_by(peer) == set(Reach)
    assert read_by(office.second) == {Reach.EVERYBODY, Reach.REGION}
    assert read_by(office.city) == {Reach.EVERYBODY}
    panel = as_(client, office.city).get(reverse("review:panel", args=[claim.key, "notes"])).content.decode()
    assert ("给everybody" in panel, "给region" in panel) == (True, False)
    own = as_(client, claim.created_by)
    assert own.get(reverse("review:panel", args=[claim.key, "notes"])).status_code == 403
    assert "给everybody" not in own.get(reverse("applications:claim", args=[claim.key])).content.decode()


def test_mentioned_colleague_gets_a_message_and_a_stranger_is_refused(client, office):
    claim = accepted(office)
    elsewhere = make_official(Role.DISTRICT_FIRST, xishan(), name="锡山某")
    office.second.name = "沈复"
    office.second.save()
    longer = make_official(Role.CITY_OFFICER, office.city.active_appointments[0].region, name="沈复核")
    as_(client, office.first)
    address = reverse("notes:add", args=[claim.key])
    response = client.post(address, {"text": "请@沈复核看票据，@沈复 也看。", "reach": Reach.EVERYBODY})
    assert response.url == f"{reverse('review:claim', args=[claim.key])}#panel-notes"
    told = Message.objects.filter(key__startswith="note:")
    assert {message.user for message in told} == {office.second, longer}
    assert "票据" not in told[0].body
    record = AuditRecord.objects.get(action="notes.added")
    assert record.after["mentioned"] == "沈复核、沈复"
    for text, reach in ((f"@{elsewhere.name}", Reach.EVERYBODY), ("@沈复核", Reach.REGION), ("@ 谁", Reach.EVERYBODY)):
        with pytest.raises(RefusedError, match="不是能阅读本备注的工作人员"):
            add_note(claim, text=text, reach=reach, act=act(office.first))
    client.post(address, {"text": "", "reach": Reach.EVERYBODY})
    assert ClaimNote.objects.count() == 1
    with pytest.raises(PermissionDenied):
        add_note(claim, text="外区", reach=Reach.EVERYBODY, act=act(elsewhere))
