"""Home pages as text, and the publicity lists that they show."""

import re
from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from review.decisions.models import PublicityEntry, PublicityList
from tests.factories import (
    UserFactory,
)


def home(user: User | None = None) -> str:
    """The words of somebody's home page."""
    client = Client()
    if user is not None:
        client.force_login(user)
    response = client.get(reverse("home"))
    assert response.status_code == 200
    main = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def publicity(region, *, ends_in: int = 0, **fields) -> PublicityList:
    """A list that began four days before it ends, so many days from today."""
    last = timezone.localdate() + timedelta(days=ends_in)
    defaults = {
        "title": "第一批拟资助名单",
        "starts_on": last - timedelta(days=4),
        "ends_on": last,
        "workdays": 5,
        "contact": "0510-12345",
        "created_by": UserFactory(),
    }
    return PublicityList.objects.create(region=region, **(defaults | fields))


def put_on(listed: PublicityList, claim) -> PublicityEntry:
    return PublicityEntry.objects.create(
        publicity=listed,
        claim=claim,
        applicant_name=claim.applicant.name,
        district_name="滨湖区",
        item_title=claim.item.title,
        count=1,
        amount=claim.approved_amount,
    )
