"""Agree to the notice on personal data."""

from django.db import transaction
from django.http import HttpRequest

from portal.accounts.models import User
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.privacy.models import Consent
from portal.privacy.notices import current_notice
from portal.privacy.selectors import has_consented

# Where in the session it stands that the person has to be asked.
CONSENT_DUE = "consent_due"


def give_consent(user: User, *, act: ActorContext) -> Consent:
    """Put on record that a person agreed to the version that holds now, from where and when; twice is once."""
    notice = current_notice()
    with transaction.atomic():
        consent, created = Consent.objects.get_or_create(
            user=user,
            version=notice.version,
            defaults={"sha256": notice.sha256, "at": act.at, "address": act.address[:45]},
        )
        if created:
            after = {"version": notice.version, "sha256": notice.sha256}
            record_audit(act, action="privacy.consented", target=consent, after=after)
    return consent


def ask_when_due(request: HttpRequest, user: User, **_: object) -> None:
    """Note in a new session that its person has not agreed to the present version. Receives the sign-in's signal."""
    if not has_consented(user):
        request.session[CONSENT_DUE] = True
