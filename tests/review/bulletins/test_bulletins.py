"""A message to a call's applicants: released by a second person, sent to each once, whatever kills the worker."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError
from portal.jobs.models import Job
from portal.notifications.models import Message
from review.bulletins import services
from review.bulletins.enums import BulletinState, Recipients
from review.bulletins.models import Bulletin
from review.bulletins.selectors import people_of
from review.bulletins.services import Draft, refuse_bulletin, release_bulletin, send_bulletin, write_bulletin
from tests.factories import ApplicantFactory, ClaimFactory, act, binhu, make_member, make_official, suzhou, wuxi

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _officials(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


@pytest.fixture
def call():
    return ClaimFactory(status="submitted", region=binhu()).call


def draft(call, *, region=None, recipients=Recipients.ALL):
    return Draft(call, region or wuxi(), recipients, "请尽快提交", "申报即将截止。")


@pytest.fixture
def author():
    return make_official("city_officer", wuxi())


@pytest.fixture
def second():
    return make_official("policy_admin", wuxi())


def test_people_are_those_of_the_region_and_state_each_once(call):
    one = ClaimFactory(call=call, region=binhu(), status="draft")
    applicant = one.applicant
    colleague = make_member(applicant)
    ClaimFactory(call=call, region=binhu(), applicant=applicant, version=one.version, status="submitted")
    elsewhere = ClaimFactory(call=call, region=ApplicantFactory(region=wuxi()).region, status="correction")
    found = {state: set(people_of(call, wuxi(), state)) for state in Recipients}
    both = {*(m.user for m in applicant.memberships.all())}
    assert colleague in both
    assert both <= found["drafts"]
    assert both <= found["all"]
    assert not found["decided"]
    assert set(people_of(call, binhu(), "correction")).isdisjoint({elsewhere.created_by})
    assert list(people_of(call, wuxi(), "all")) == sorted(found["all"], key=lambda user: user.pk)


def test_a_second_person_releases_it_and_each_is_told_once_though_the_worker_dies(call, author, second, monkeypatch):
    for _ in range(5):
        ClaimFactory(call=call, region=binhu(), status="draft")
    people = list(people_of(call, wuxi(), "all"))
    key = uuid.uuid4()
    made = write_bulletin(draft(call), key=key, act=act(author))
    assert write_bulletin(draft(call), key=key, act=act(author)) == made
    with pytest.raises(RefusedError, match="拟稿人不能"):
        release_bulletin(made.pk, act=act(author))
    send_bulletin(made.pk)
    assert not Message.objects.filter(key=f"bulletin:{made.pk}").exists()
    release_bulletin(made.pk, act=act(second))
    assert Job.objects.filter(kind=services.SEND_JOB).count() == 1
    monkeypatch.setattr(services, "SLICE", 2)
    whole, calls = services.notify_users, []

    def dies_in_the_second_slice(*args, **kwargs):
        written = whole(*args, **kwargs)
        calls.append(len(written))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return written

    with monkeypatch.context() as killed:
        killed.setattr(services, "notify_users", dies_in_the_second_slice)
        with pytest.raises(KeyboardInterrupt):
            send_bulletin(made.pk)
    assert Message.objects.filter(key=f"bulletin:{made.pk}").count() == 2
    send_bulletin(made.pk)
    send_bulletin(made.pk)
    told = Message.objects.filter(key=f"bulletin:{made.pk}").order_by("user_id").values_list("user_id", flat=True)
    assert list(told) == [user.pk for user in people]
    made.refresh_from_db()
    assert (made.state, made.sent_count) == (BulletinState.SENT, len(people))
    with pytest.raises(RefusedError, match="已发送"):
        refuse_bulletin(made.pk, reason="晚了", act=act(second))
    recorded = AuditRecord.objects.filter(action__startswith="bulletins.").order_by("sequence")
    assert list(recorded.values_list("action", flat=True)) == ["bulletins.written", "bulletins.released"]


def test_another_city_writes_releases_and_sees_nothing(call, author, client):
    other = make_official("policy_admin", suzhou())
    with pytest.raises(PermissionDenied):
        write_bulletin(draft(call), key=uuid.uuid4(), act=act(other))
    with pytest.raises(RefusedError, match="不适用"):
        write_bulletin(draft(call, region=suzhou()), key=uuid.uuid4(), act=act(other))
    with pytest.raises(RefusedError, match="没有符合条件"):
        write_bulletin(draft(call, recipients="decided"), key=uuid.uuid4(), act=act(author))
    made = write_bulletin(draft(call), key=uuid.uuid4(), act=act(author))
    client.force_login(other)
    assert made.title not in client.get(reverse("bulletins:list")).content.decode()
    assert client.get(reverse("bulletins:bulletin", args=[made.key])).status_code == 404
    district = make_official("acceptance", binhu())
    with pytest.raises(PermissionDenied):
        release_bulletin(made.pk, act=act(district))


def test_the_pages_show_the_number_of_people_before_it_is_proposed_and_decide(call, author, second, client):
    client.force_login(author)
    form = {
        "key": uuid.uuid4(),
        "call": call.pk,
        "region": "320200",
        "recipients": "all",
        "title": "请尽快提交",
        "text": "申报即将截止。",
    }
    page = client.post(reverse("bulletins:new"), form | {"intent": "preview"}).content.decode()
    assert f'<strong class="num">{people_of(call, wuxi(), "all").count()}</strong>' in page
    assert not Bulletin.objects.exists()
    assert client.post(reverse("bulletins:new"), form | {"title": ""}).status_code == 422
    assert client.post(reverse("bulletins:new"), form | {"intent": "propose"}).status_code == 302
    made = Bulletin.objects.get()
    client.force_login(second)
    assert "核对无误，发布" in client.get(reverse("bulletins:bulletin", args=[made.key])).content.decode()
    decide = reverse("bulletins:decide", args=[made.key])
    assert "必须说明理由" in client.post(decide, {"decision": "refuse"}, follow=True).content.decode()
    client.post(decide, {"decision": "release"})
    made.refresh_from_db()
    assert made.is_sending
