"""The same right or the same file elsewhere. What an applicant is told never reveals another applicant."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from applications.claims.enums import RELEASED
from applications.claims.models import Claim, ClaimLine, Evidence
from portal.accounts.models import User


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A line or a file of another claim that is the same as one of this claim's; for officers."""

    claim: Claim
    what: str
    same_applicant: bool
    position: int | None = None


def exclusive_key_of(claim: Claim, subject: str) -> str:
    """The key under which a right is held by one claim at a time: any year, any applicant, one item."""
    return f"{claim.item.code}|{subject}"


def taken_positions(claim: Claim, lines: Iterable[ClaimLine]) -> dict[int, str | None]:
    """Positions of the claim's lines whose right another claim has, with that claim in words where it is one's own."""
    subjects = {line.subject_key: line.position for line in lines if line.subject_key}
    rivals = (
        ClaimLine.objects.filter(claim__item_id=claim.item_id, subject_key__in=subjects)
        .exclude(claim_id=claim.pk)
        .exclude(claim__status__in=RELEASED)
        .values_list("subject_key", "claim__applicant_id", "claim__number")
    )
    found: dict[int, str | None] = {}
    for subject, applicant_id, number in rivals:
        position = subjects[subject]
        own = claim_words(number) if applicant_id == claim.applicant_id else None
        found[position] = found.get(position) or own
    return found


def claim_words(number: str | None) -> str:
    """A claim of one's own in words."""
    return f"申报 {number}" if number else "另一份草稿"


def repeated_positions(lines: Iterable[ClaimLine]) -> dict[int, int]:
    """Positions of lines that repeat an earlier line's right, with that line's position.

    Annual fees of one patent are one thing per fee year: its seventh and eighth year may stand side by side.
    """
    first: dict[tuple[str, str], int] = {}
    repeated: dict[int, int] = {}
    for line in lines:
        if not line.subject_key:
            continue
        key = (line.subject_key, str(line.facts.get("fee_year", "")))
        if key in first:
            repeated[line.position] = first[key]
        else:
            first[key] = line.position
    return repeated


def own_file_uses(claim: Claim) -> dict[str, list[str]]:
    """By file (SHA-256): where else this applicant used it, in words: another place of the claim, or an own claim."""
    files = [evidence.file_id for evidence in claim.evidence.all() if evidence.removed_at is None]
    places: dict[str, list[str]] = defaultdict(list)
    uses = (
        Evidence.objects.filter(file_id__in=files, removed_at=None, claim__applicant_id=claim.applicant_id)
        .exclude(claim_id=claim.pk)
        .select_related("claim")
        .order_by("-pk")
    )
    for use in uses:
        words = claim_words(use.claim.number)
        if words not in places[use.file_id]:
            places[use.file_id].append(words)
    for file_id in {f for f in files if files.count(f) > 1}:
        places[file_id].insert(0, "本次申报的另一处")
    return dict(places)


def duplicate_lines(claim: Claim, *, user: User, lines: Iterable[ClaimLine] | None = None) -> list[Duplicate]:
    """Lines of other submitted claims about the same rights, of any item and applicant, that an officer may see.

    `lines` are the claim's own, where they are read already.
    """
    own = claim.lines.all() if lines is None else lines
    subjects = {line.subject_key: line.position for line in own if line.subject_key}
    if not subjects:
        return []
    visible = Claim.objects.visible_to(user).exclude(pk=claim.pk).exclude(submitted_at=None)
    rivals = (
        ClaimLine.objects.filter(subject_key__in=subjects, claim__in=visible)
        .select_related("claim", "claim__item", "claim__applicant", "claim__region", "claim__city")
        .order_by("-claim_id")[:50]
    )
    return [
        Duplicate(
            rival.claim,
            rival.subject_key,
            rival.claim.applicant_id == claim.applicant_id,
            subjects[rival.subject_key],
        )
        for rival in rivals
    ]


def duplicate_files(claim: Claim, *, user: User, evidence: Iterable[Evidence] | None = None) -> list[Duplicate]:
    """Files of other submitted claims with the same bytes as one of this claim's, that an officer may see.

    `evidence` is the claim's own, where it is read already.
    """
    own = claim.evidence.all() if evidence is None else evidence
    files = {e.file_id: e.filename for e in own if e.removed_at is None}
    if not files:
        return []
    visible = Claim.objects.visible_to(user).exclude(pk=claim.pk).exclude(submitted_at=None)
    uses = (
        Evidence.objects.filter(file_id__in=files, removed_at=None, claim__in=visible)
        .select_related("claim", "claim__item", "claim__applicant", "claim__region", "claim__city")
        .order_by("-claim_id")[:50]
    )
    return [Duplicate(use.claim, files[use.file_id], use.claim.applicant_id == claim.applicant_id) for use in uses]


def reusable_evidence(claim: Claim) -> list[Evidence]:
    """The applicant's latest uploads in other claims, each file once, to be used again."""
    found: dict[str, Evidence] = {}
    uploads = (
        Evidence.objects.filter(claim__applicant_id=claim.applicant_id, removed_at=None)
        .exclude(claim_id=claim.pk)
        .select_related("file", "claim", "claim__item")
        .order_by("-pk")[:200]
    )
    for upload in uploads:
        found.setdefault(upload.file_id, upload)
    return list(found.values())[:50]
