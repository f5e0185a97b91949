"""Which wording counts, what a notice says with it, and what a page compares."""

from __future__ import annotations

from dataclasses import dataclass, replace

from portal.accounts.models import Region
from portal.core.proposals import ProposalState
from review.notices.enums import NoticeKind
from review.notices.snapshot import Snapshot
from review.wordings.enums import Part, parts_of
from review.wordings.language import STANDARD, with_part
from review.wordings.models import Wording


def with_wordings(notice: Snapshot, region: Region) -> Snapshot:
    """The notice with the wordings that its office has in force. One query."""
    for part, wording in _in_force(region.pk, NoticeKind(notice.kind)).items():
        notice = replace(notice, wording=with_part(notice, part, wording.text))
    return notice


def current_text(region_code: str, kind: NoticeKind, part: Part) -> str:
    """The text in force of a part: the last released, else the standard one, which may be empty."""
    found = Wording.objects.of(region_code, kind, part).in_force().first()
    return (found.text if found else "") or STANDARD.get(part, "")


def _in_force(region_code: str, kind: NoticeKind) -> dict[Part, Wording]:
    released = Wording.objects.filter(region_id=region_code, kind=kind).in_force()
    # The last version of each part comes last.
    return {Part(wording.part): wording for wording in reversed(released)}


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a kind of notice of an office, with the version in force and whether another waits; for a list."""

    part: Part
    version: int | None
    is_waiting: bool


def places_of(region: Region) -> list[tuple[NoticeKind, list[Place]]]:
    """Every kind of notice with its parts. One query."""
    versions: dict[tuple[str, str], int] = {}
    waiting: set[tuple[str, str]] = set()
    for wording in Wording.objects.filter(region=region).exclude(state=ProposalState.REFUSED):
        where = (wording.kind, wording.part)
        if wording.version is None:
            waiting.add(where)
        elif wording.version > versions.get(where, 0):
            versions[where] = wording.version
    return [
        (kind, [Place(part, versions.get((kind, part)), (kind, part) in waiting) for part in parts_of(kind)])
        for kind in NoticeKind
    ]
