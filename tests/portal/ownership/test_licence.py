"""电子营业执照 against a stand-in of the service that runs beside the test."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.urls import reverse

from portal.accounts.enums import Verification
from portal.ownership.models import OrganisationCheck
from tests.factories import ApplicantFactory, make_member

pytestmark = pytest.mark.django_db


class Service:
    """What the service states next, and the key it signs with."""

    def __init__(self) -> None:
        self.own = self.key = ec.generate_private_key(ec.SECP256R1())
        self.claims: dict[str, Any] = {}
        self.status = 200
        self.port = 0

    @property
    def public_key(self) -> str:
        encoded = self.own.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return encoded.decode()


@pytest.fixture
def service(settings) -> Iterator[Service]:
    found = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps({"assertion": jwt.encode(found.claims, found.key, algorithm="ES256")}).encode()
            self.send_response(found.status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    settings.ELECTRONIC_LICENCE = {
        "url": f"http://127.0.0.1:{server.server_port}",
        "client_id": "portal",
        "public_key": found.public_key,
    }
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def shown(client, service, **changes):
    """A member asks for it and comes back with what the service states; the page that follows, and the organisation."""
    applicant = ApplicantFactory(verification=Verification.UNVERIFIED)
    client.force_login(make_member(applicant))
    away = client.post(reverse("ownership:vouch", args=[applicant.pk, "licence"]))
    asked = {name: values[0] for name, values in parse_qs(urlsplit(away["Location"]).query).items()}
    now = datetime.now(UTC)
    service.claims = {
        "aud": "portal",
        "nonce": asked["nonce"],
        "iat": now,
        "exp": now + timedelta(minutes=5),
        "uscc": applicant.uscc,
        "name": applicant.name,
        "legal_representative": applicant.legal_representative,
    } | changes
    back = f"{urlsplit(asked['redirect_uri']).path}?code=1&state={changes.get('state', asked['state'])}"
    page = client.get(back, follow=True).content.decode()
    applicant.refresh_from_db()
    assert client.get(back).status_code == 302
    return page, applicant


def test_a_licence_of_the_same_organisation_verifies_it(client, service):
    page, applicant = shown(client, service)
    assert "主体已由电子营业执照核验" in page
    assert (applicant.is_verified, OrganisationCheck.objects.get().source) == (True, "电子营业执照")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"uscc": "91320211MA1000000X"}, "统一社会信用代码与本单位不一致"),
        ({"name": "别的公司"}, "与登记的名称不一致"),
        ({"legal_representative": "别人"}, "法定代表人与登记的不一致"),
        ({"aud": "another"}, "凭据无效"),
        ({"exp": datetime(2020, 1, 1, tzinfo=UTC)}, "凭据无效"),
        ({"iat": datetime(2020, 1, 1, tzinfo=UTC)}, "已过期或不是本次申请的"),
        ({"nonce": "old"}, "已过期或不是本次申请的"),
        ({"state": "of-another-browser"}, "请重新开始"),
        ({"key": ec.generate_private_key(ec.SECP256R1())}, "凭据无效"),
        ({"status": 500}, "暂时无法使用"),
    ],
    ids=lambda given: "".join(given) if isinstance(given, dict) else "",
)
def test_any_other_word_is_refused_with_the_other_way(client, service, changes, words):
    given = dict(changes)
    service.key, service.status = given.pop("key", service.key), given.pop("status", 200)
    page, applicant = shown(client, service, **given)
    assert (words in page, applicant.verification) == (True, Verification.UNVERIFIED)


def test_without_settings_nothing_is_offered(client, settings):
    settings.ELECTRONIC_LICENCE = {"url": "", "client_id": "", "public_key": ""}
    applicant = ApplicantFactory(verification=Verification.UNVERIFIED)
    client.force_login(make_member(applicant))
    assert "电子营业执照" not in client.get(reverse("ownership:papers", args=[applicant.pk])).content.decode()
    assert client.post(reverse("ownership:vouch", args=[applicant.pk, "licence"])).status_code == 404
