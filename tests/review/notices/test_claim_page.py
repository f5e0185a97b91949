"""The officers' claim page leads to the notice."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from portal.accounts.enums import Role
from review.notices.enums import NoticeKind
from review.notices.jobs import issue_and_print
from review.notices.models import Notice
from review.notices.services import issue_notice
from tests.factories import act, make_official, wuxi
from tests.review.notices.world import make_approved, publish

pytestmark = pytest.mark.django_db


def test_the_claim_page_leads_to_the_printed_notice(client: Client, settings: Settings) -> None:
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    publish()
    claim = make_approved()
    client.force_login(make_official(Role.CITY_OFFICER, wuxi()))
    address = reverse("review:claim", args=[claim.key])
    assert "通知书正在制作" not in client.get(address).content.decode()
    notice = issue_notice(claim.pk, kind=NoticeKind.GRANT, act=act())
    assert "通知书正在制作" in client.get(address).content.decode()
    issue_and_print(NoticeKind.GRANT, claim.pk)
    page = client.get(address).content.decode()
    assert reverse("notices:download", args=[notice.code]) in page
    assert Notice.objects.get().number in page
