"""The same right or the same file elsewhere. What an applicant is told never reveals another applicant."""

from collections import defaultdict
from collections.abc import Iterable

from applications.claims.enums import RELEASED
from applications.claims.models import Claim, ClaimLine, Evidence
from portal.accounts.models import User


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


def repeated_positions(lines: Iterable[ClaimLine], *, may_repeat: bool = False) -> dict[int, int]:
    """Positions of lines that repeat an earlier line's right, with that line's position.

    Annual fees of one patent are one thing per fee year: its seventh and eighth year may stand side by side. Where a
    right `may_repeat`, such as a patent in several countries, only a line that says all the same repeats another.
    """
    first: dict[tuple[str, str], int] = {}
    repeated: dict[int, int] = {}
    for line in lines:
        if not line.subject_key:
            continue
        told_apart = sorted(line.facts.items()) if may_repeat else line.facts.get("fee_year", "")
        key = (line.subject_key, str(told_apart))
        if key in first:
            repeated[line.position] = first[key]
        else:
            first[key] = line.position
    return repeated


def own_file_uses(claim: Claim, user: User) -> dict[str, list[str]]:
    """By file (SHA-256): where else this applicant used it, in words: another place of the claim, or an own claim.

    Of other claims, those that the person may see.
    """
    files = [evidence.file_id for evidence in claim.evidence.all() if evidence.removed_at is None]
    places: dict[str, list[str]] = defaultdict(list)
    uses = (
        Evidence.objects.visible_to(user)
        .filter(file_id__in=files, removed_at=None, claim__applicant_id=claim.applicant_id)
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


def reusable_evidence(claim: Claim, user: User) -> list[Evidence]:
    """The applicant's latest uploads in other claims that the person may see, each file once, to be used again."""
    found: dict[str, Evidence] = {}
    uploads = (
        Evidence.objects.visible_to(user)
        .filter(claim__applicant_id=claim.applicant_id, removed_at=None)
        .exclude(claim_id=claim.pk)
        .select_related("file", "claim", "claim__item")
        .order_by("-pk")[:200]
    )
    for upload in uploads:
        found.setdefault(upload.file_id, upload)
    return list(found.values())[:50]
