"""Tell an applicant's members what happened to their claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from portal.accounts.models import User
from portal.notifications.services import notify_users

if TYPE_CHECKING:
    from applications.claims.models import Claim


def tell_members(claim: Claim, *, key: str, title: str, body: str) -> None:
    """A message and a mail to every member of the claim's applicant, once per key, in the caller's transaction."""
    members = User.objects.filter(memberships__applicant_id=claim.applicant_id, is_active=True).order_by("pk")
    url = reverse("applications:claim", kwargs={"key": claim.key})
    notify_users(members, key=key, title=title[:120], body=body, url=url)
