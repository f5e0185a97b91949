"""Notify an applicant's members of what happened to their claim."""

from django.urls import reverse

from applications.claims.models import Claim
from portal.notifications.services import notify_applicant


def notify_members(claim: Claim, *, key: str, title: str, body: str) -> None:
    """A message and a mail to every member of the claim's applicant, once per key, in the caller's transaction."""
    notify_applicant(
        claim.applicant_id, key=key, title=title, body=body, url=reverse("applications:claim", args=[claim.key])
    )
