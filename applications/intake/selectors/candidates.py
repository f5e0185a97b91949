"""The open claims of a person's principals, by the numbers of their lines; and what waits in them for its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim, ClaimLine
from applications.claims.selectors.scope import item_of
from applications.intake.models import IncomingFile
from applications.intake.selectors.matching import Key, Text, line_keys
from applications.mandates.enums import Right
from applications.mandates.selectors import mandated_claims
from policies.facts.values import facts_of
from portal.accounts.models import User

# Files fall into so many claims, the latest.
MOST_CLAIMS = 200
_MOST_LISTED = 50


def _open_claims(user: User) -> QuerySet[Claim]:
    """The principals' claims that the person may write now."""
    drafts = mandated_claims(user, right=Right.FILL) & Q(status=ClaimStatus.DRAFT)
    corrections = mandated_claims(user, right=Right.CORRECT) & Q(status=ClaimStatus.CORRECTION)
    return Claim.objects.filter(drafts | corrections).select_related("applicant", "item", "version").order_by("-pk")


@dataclass(frozen=True, slots=True)
class Candidates:
    """Claims with what identifies their lines."""

    claims: Sequence[tuple[Claim, tuple[Key, ...]]]

    @classmethod
    def of(cls, user: User) -> Candidates:
        """Those that a person may write for principals now. Four queries."""
        open_claims = {claim.pk: claim for claim in _open_claims(user)[:MOST_CLAIMS]}
        keys: dict[int, tuple[Key, ...]] = dict.fromkeys(open_claims, ())
        for line in ClaimLine.objects.filter(claim__in=open_claims, is_defence=False).order_by("pk"):
            item = item_of(open_claims[line.claim_id])
            keys[line.claim_id] += line_keys(facts_of(item), item.subject, line.facts)
        return cls([(open_claims[pk], found) for pk, found in keys.items()])

    def named_by(self, filename: str, text: Callable[[], str]) -> list[Claim]:
        """The claims of whose lines a file names a number: in its name, or else in the text of its pages."""
        return self._in(filename.rpartition(".")[0] or filename) or self._in(text())

    def _in(self, written: str) -> list[Claim]:
        found = Text.of(written)
        return [claim for claim, keys in self.claims if any(key.is_in(found) for key in keys)]


@dataclass(frozen=True, slots=True)
class ManyPage:
    """What became of files for many claims: uploads on their way, those that came, and claims in which some wait."""

    incoming: Sequence[IncomingFile]
    arrived: Sequence[IncomingFile]
    claims: Sequence[Claim]

    @property
    def is_opening(self) -> bool:
        """Whether a job is at an upload, so that more is to come."""
        return any(upload.opened_at is None for upload in self.arrived)


def many_page(user: User) -> ManyPage:
    """A person's uploads for many claims; each claim with `waiting`, how many of its files have no place."""
    uploads = list(IncomingFile.objects.filter(claim=None, sent_by=user).order_by("-pk")[:_MOST_LISTED])
    waiting = Count("evidence", filter=Q(evidence__requirement="", evidence__removed_at=None))
    claims = _open_claims(user).annotate(waiting=waiting).filter(waiting__gt=0)
    return ManyPage(
        incoming=[upload for upload in uploads if upload.completed_at is None],
        arrived=[upload for upload in uploads if upload.completed_at is not None],
        claims=list(claims[:_MOST_LISTED]),
    )
