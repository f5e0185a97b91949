"""Notify an applicant's members of what happened to their claim."""

from django.urls import reverse

from applications.claims.models import Claim
from portal.notifications.services import notify_applicant


def notify_members(claim: Claim, kind: str, *, key: str, **values: object) -> None:
    """A message to every member of the claim's applicant, once per key; see `notify_users`."""
    url = reverse("applications:claim", args=[claim.key])
    notify_applicant(claim.applicant_id, kind, key=key, url=url, region_code=claim.region_id, **values)
