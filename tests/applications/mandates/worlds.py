"""Agencies and the mandates that they hold."""

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from applications.mandates.enums import MandateState, Right
from applications.mandates.models import Mandate, MandateItem
from policies.published.models import SupportItem
from portal.accounts.enums import ApplicantKind
from portal.accounts.models import Applicant, User
from portal.core.files import keep_file
from tests.factories import ApplicantFactory, make_member
from tests.files import make_pdf

ALL = tuple(Right)


def make_agency(**fields: Any) -> Applicant:
    return ApplicantFactory(kind=ApplicantKind.AGENCY, **fields)


def make_agent(agency: Applicant | None = None) -> User:
    """A member of an agency, a new one unless given."""
    return make_member(agency or make_agency())


def give_mandate(
    principal: Applicant,
    agent: User,
    *items: SupportItem,
    rights: tuple[Right, ...] = ALL,
    days: tuple[int, int] = (-1, 30),
    with_earlier: bool = True,
    state: MandateState = MandateState.CONFIRMED,
) -> Mandate:
    """A mandate of a person's agency, from and until so many days from today; for all items unless some are named."""
    today = timezone.localdate()
    owner = principal.memberships.filter(is_owner=True).first()
    giver = owner.user if owner else make_member(principal)
    with transaction.atomic():
        kept = keep_file(ContentFile(make_pdf()), folder=Mandate.FOLDER)
        made = Mandate.objects.create(
            principal=principal,
            agency=agent.active_memberships[0].applicant,
            all_items=not items,
            starts_on=today + timedelta(days=days[0]),
            ends_on=today + timedelta(days=days[1]),
            since=None if with_earlier else timezone.now(),
            state=state,
            asked_side="principal",
            asked_by=giver,
            filename="委托书.pdf",
            sha256=kept.sha256,
            size=kept.size,
            media_type="application/pdf",
            decided_by=giver,
            decided_at=timezone.now(),
            **{right.value: True for right in rights},
        )
        for item in items:
            MandateItem.objects.create(mandate=made, item=item)
    return made
