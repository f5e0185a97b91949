"""What the tests of the officers' pages do there: sign in, open a claim, conclude."""

from django.urls import reverse

from tests.review.worlds import (
    expected,
)


def as_(client, user):
    client.force_login(user)
    return client


def post(client, claim, conclusion, **data):
    page = expected(claim)
    sent = {"conclusion": conclusion, "status": page.status, "round": page.round} | data
    return client.post(reverse("review:conclude", args=[claim.key]), sent)


def page_of(client, claim, **query):
    return client.get(reverse("review:claim", args=[claim.key]), query)
