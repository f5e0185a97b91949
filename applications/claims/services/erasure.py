"""Take away what was filled in and never submitted."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim, ClaimQuerySet, Evidence
from applications.claims.services.evidence import purge_evidence
from applications.claims.services.transitions import lock_claim
from applications.claims.workflow import workflow_of
from portal.accounts.models import Applicant
from portal.audit.services import record_audit
from portal.core.actor import ActorContext


def unsubmitted() -> ClaimQuerySet:
    """Drafts, and discarded ones, that still hold something and were never submitted."""
    holds = ~Q(facts={}) | Q(lines__isnull=False) | Q(evidence__removed_at=None, evidence__isnull=False)
    return Claim.objects.filter(holds | Q(status=ClaimStatus.DRAFT), submitted_at=None).distinct()


def saved_before(moment: datetime) -> ClaimQuerySet:
    """Those of them that nobody saved since."""
    return unsubmitted().filter(saved_at__lt=moment)


def erase_drafts(claims: Sequence[Claim], at: datetime) -> None:
    """Empty drafts and discard them: their facts, lines and files go; that they were there remains."""
    act = ActorContext(user=None, at=at)
    for found in claims:
        with transaction.atomic():
            claim = lock_claim(found.pk)
            if claim.submitted_at is not None:
                continue
            for evidence in claim.evidence.select_related("file", "claim"):
                if Evidence.objects.filter(file=evidence.file_id).exclude(claim__submitted_at=None).exists():
                    evidence.removed_at = evidence.removed_at or at
                    evidence.save(update_fields=["removed_at"])
                else:
                    purge_evidence(evidence, act=act)
            claim.lines.all().delete()
            if claim.status == ClaimStatus.DRAFT:
                workflow_of(claim.route, claim.departures).move(
                    claim, Action.WITHDRAW, changes={"facts": {}, "status_since": at}
                )
            else:
                Claim.objects.filter(pk=claim.pk).update(facts={})
            record_audit(act, action="claim.erased", target=claim, region_code=claim.region_id)


def erase_drafts_of(applicant: Applicant, act: ActorContext) -> None:
    """Empty the drafts of an applicant that nobody acts for any more."""
    erase_drafts(list(unsubmitted().filter(applicant=applicant)), act.at)
