"""Tokens: made and ended by their owner, kept as a hash; and how often may be asked."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.conf import settings as site
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import Role
from portal.api.api import api
from portal.api.models import ApiToken
from portal.api.selectors import find_token, hash_token
from portal.api.services import MAX_TOKENS, create_token, revoke_token
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError
from tests.factories import UserFactory, act, give_role, make_member, make_official, suzhou, wuxi

pytestmark = pytest.mark.django_db
CLAIMS = "/api/v1/claims"
DOCUMENTS = "/api/v1/documents"


@pytest.fixture(autouse=True)
def _no_earlier_requests():
    cache.clear()


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def member():
    return make_member()


def test_the_secret_is_shown_once_and_only_its_hash_is_kept(client, member):
    client.force_login(member)
    response = client.post(reverse("tokens:list"), {"label": "财务系统", "days": "365"})
    secret = re.search(r'value="(ipf_[\w-]{43})"', response.content.decode())[1]
    token = ApiToken.objects.get()
    assert (token.user, token.label, token.token_hash) == (member, "财务系统", hash_token(secret))
    assert "no-store" in response["Cache-Control"]
    later = client.get(reverse("tokens:list")).content.decode()
    assert "财务系统" in later
    assert secret not in later
    assert not AuditRecord.objects.filter(after__icontains=secret).exists()


def test_a_token_without_a_purpose_is_not_made(client, member):
    client.force_login(member)
    response = client.post(reverse("tokens:list"), {"label": " "})
    assert "invalid-feedback" in response.content.decode()
    assert not ApiToken.objects.exists()


def test_making_and_ending_a_token_are_on_record_once(member):
    token, _ = create_token(member, label="同步", act=act(member))
    revoke_token(token, act=act(member))
    revoke_token(token, act=act(member))
    actions = AuditRecord.objects.filter(target_type="api.apitoken").order_by("sequence")
    assert list(actions.values_list("action", "actor")) == [
        ("api.token_created", member.pk),
        ("api.token_revoked", member.pk),
    ]


def test_nobody_has_more_than_ten_in_use(client, member):
    tokens = [create_token(member, label=str(n), act=act(member))[0] for n in range(MAX_TOKENS)]
    with pytest.raises(RefusedError):
        create_token(member, label="再一个", act=act(member))
    client.force_login(member)
    assert "先停用" in client.post(reverse("tokens:list"), {"label": "再一个", "days": "30"}).content.decode()
    revoke_token(tokens[0], act=act(member))
    create_token(member, label="再一个", act=act(member))


def test_a_revoked_token_opens_nothing_from_that_moment(client, member):
    token, secret = create_token(member, label="同步", act=act(member))
    assert client.get(CLAIMS, headers=bearer(secret)).status_code == 200
    client.force_login(member)
    assert client.post(reverse("tokens:revoke", args=[token.pk])).status_code == 302
    client.logout()
    assert client.get(CLAIMS, headers=bearer(secret)).status_code == 401


def test_another_persons_token_is_neither_shown_nor_revoked(client, member):
    token, _ = create_token(member, label="别人的", act=act(member))
    client.force_login(UserFactory())
    assert "别人的" not in client.get(reverse("tokens:list")).content.decode()
    assert client.post(reverse("tokens:revoke", args=[token.pk])).status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_the_token_of_a_person_who_may_no_longer_sign_in_opens_nothing(member):
    _, secret = create_token(member, label="同步", act=act(member))
    assert find_token(secret)
    member.is_active = False
    member.save()
    assert find_token(secret) is None


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer nonsense", "Basic aWQ6cHc=", "Token {secret}"])
def test_without_a_right_token_claims_are_closed_and_the_answer_says_how(client, member, header):
    _, secret = create_token(member, label="同步", act=act(member))
    response = client.get(CLAIMS, headers={"Authorization": header.format(secret=secret)} if header else {})
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response.json()["field"] == "Authorization"


def test_a_session_is_no_token(client, member):
    client.force_login(member)
    assert client.get(CLAIMS).status_code == 401


def test_the_day_of_the_last_use_is_written_once_a_day(client, member, django_assert_num_queries):
    token, secret = create_token(member, label="同步", act=act(member))
    with time_machine.travel("2026-11-20T10:00:00+08:00", tick=False):
        client.get(DOCUMENTS, headers=bearer(secret))
        token.refresh_from_db()
        assert token.last_used_on == date(2026, 11, 20)
        with django_assert_num_queries(3):
            client.get(DOCUMENTS, headers=bearer(secret))
    with time_machine.travel("2026-11-21T00:30:00+08:00", tick=False):
        client.get(DOCUMENTS, headers=bearer(secret))
    token.refresh_from_db()
    assert token.last_used_on == date(2026, 11, 21)


class TestRate:
    """Requests are counted by minute: of a token, and of an address without one."""

    @pytest.fixture(autouse=True)
    def limits(self, settings):
        settings.API_ANONYMOUS_REQUESTS_PER_MINUTE = 2
        settings.API_REQUESTS_PER_MINUTE = 3
        with time_machine.travel("2026-11-20T10:00:15+08:00", tick=False) as clock:
            yield clock

    def statuses(self, client, count: int, **options) -> list[int]:
        return [client.get(DOCUMENTS, **options).status_code for _ in range(count)]

    def test_an_address_that_asks_too_often_is_told_when_to_come_back(self, client, limits):
        assert self.statuses(client, 3) == [200, 200, 429]
        refused = client.get(DOCUMENTS)
        assert refused["Retry-After"] == "45"
        assert "45 秒" in refused.json()["error"]
        limits.shift(45)
        assert self.statuses(client, 1) == [200]

    def test_addresses_are_counted_apart(self, client):
        assert self.statuses(client, 3) == [200, 200, 429]
        assert self.statuses(client, 1, REMOTE_ADDR="192.0.2.7") == [200]

    def test_a_token_is_counted_by_itself(self, client, member):
        _, secret = create_token(member, label="同步", act=act(member))
        self.statuses(client, 3)
        assert self.statuses(client, 4, headers=bearer(secret)) == [200, 200, 200, 429]

    def test_the_description_is_counted_as_all_else(self, client):
        assert [client.get("/api/v1/openapi.json").status_code for _ in range(3)] == [200, 200, 429]
        assert self.statuses(client, 1) == [429]

    def test_every_answer_is_kept_nowhere(self, client):
        assert {client.get(CLAIMS)["Cache-Control"], client.get(DOCUMENTS)["Cache-Control"]} == {"no-store"}
        assert client.get(DOCUMENTS)["Cache-Control"] == "no-store"

    def test_changing_false_tokens_does_not_escape_the_count(self, client):
        found = [client.get(CLAIMS, headers=bearer(f"false-{n}")).status_code for n in range(3)]
        assert found == [401, 401, 429]


def test_the_documentation_lists_every_address_and_fetches_nothing_from_elsewhere(client):
    page = client.get(reverse("api_documentation")).content.decode()
    for path in api.get_openapi_schema(path_prefix="/api/v1/")["paths"]:
        assert path in page
    assert re.findall(r'(?:src|href)="((?:https?:)?//[^"]*)"', page) == []
    assert client.get(reverse("api:openapi-json")).json()["info"]["title"] == api.title


def test_the_portal_allows_programs_more_than_strangers():
    assert site.API_REQUESTS_PER_MINUTE > site.API_ANONYMOUS_REQUESTS_PER_MINUTE > 0


@pytest.mark.parametrize("end", ["password", "expiry", "appointment ended", "new appointment", "no second factor"])
def test_a_token_ends_with_its_day_the_password_the_duties_and_without_the_second_factor(client, settings, end):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    owner = make_official(Role.CITY_OFFICER, wuxi())
    secret = create_token(owner, label="同步", days=30, act=act(owner))[1]
    assert client.get(CLAIMS, headers=bearer(secret)).status_code == 200
    later = timezone.now() + timedelta(days=30 if end == "expiry" else 29)
    if end == "password":
        owner.set_password("Another-Horse-8-Battery")
        owner.save()
    elif end == "appointment ended":
        owner.appointments.update(revoked_at=timezone.now())
    elif end == "new appointment":
        give_role(owner, Role.CITY_OFFICER, suzhou())
    elif end == "no second factor":
        settings.OFFICIALS_NEED_SECOND_FACTOR = True
    with time_machine.travel(later):
        assert client.get(CLAIMS, headers=bearer(secret)).status_code == 401


def test_a_token_outlives_a_rotated_key_and_shows_its_end(client, member, settings):
    secret = create_token(member, label="同步", act=act(member))[1]
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-for-tests-that-protects-nothing-0123456789"
    assert find_token(secret).user == member
    member.set_password("Another-Horse-8-Battery")
    member.save()
    client.force_login(member)
    assert "已失效" in client.get(reverse("tokens:list")).content.decode()


def test_a_token_for_more_than_a_year_is_not_made(member):
    with pytest.raises(RefusedError, match="1 至 365 天"):
        create_token(member, label="同步", days=366, act=act(member))
