"""Which template counts, and what an office's pages show of its templates."""

from __future__ import annotations

from dataclasses import dataclass, replace

from portal.accounts.models import Region
from portal.core.compared_text import Fragment, compared
from portal.core.proposals import ProposalState
from review.notices.enums import NoticeKind
from review.notices.snapshot import Snapshot, Template
from review.wordings.language import standard
from review.wordings.models import Wording

# How many versions a page compares.
SHOWN = 20


def with_template(notice: Snapshot, region: Region) -> Snapshot:
    """The notice with the template that its office has in force, if it has one of its own. One query."""
    found = Wording.objects.of(region.pk, NoticeKind(notice.kind)).in_force().first()
    if found is None or not found.text:
        return notice
    return replace(notice, template=Template(version=found.version, text=found.text))


def current_text(region_code: str, kind: NoticeKind) -> str:
    """The template in force: the last released one, else the standard one."""
    found = Wording.objects.of(region_code, kind).in_force().first()
    return (found.text if found else "") or standard(kind)


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of notice of an office, with the version in force and whether another waits; for a list."""

    kind: NoticeKind
    version: int | None
    is_standard: bool
    is_waiting: bool


def places_of(region: Region) -> list[Place]:
    """Every kind of notice. One query."""
    rows = Wording.objects.filter(region=region, part="").exclude(state=ProposalState.REFUSED)
    last: dict[str, Wording] = {}
    waiting: set[str] = set()
    for row in rows.order_by("version"):
        if row.version is None:
            waiting.add(row.kind)
        else:
            last[row.kind] = row
    return [
        Place(
            kind,
            last[kind].version if kind in last else None,
            is_standard=kind not in last or not last[kind].text,
            is_waiting=kind in waiting,
        )
        for kind in NoticeKind
    ]


@dataclass(frozen=True, slots=True)
class Version:
    """A decided proposal, and how it differs from the version before it; None where it was not taken."""

    row: Wording
    difference: tuple[tuple[Fragment, ...], tuple[Fragment, ...]] | None


def versions_of(region_code: str, kind: NoticeKind) -> list[Version]:
    """The last decided proposals of a kind, newest first. One query."""
    rows = list(
        Wording.objects.of(region_code, kind)
        .exclude(state=ProposalState.PROPOSED)
        .select_related("proposed_by", "decided_by")[: SHOWN + 1]
    )
    found: list[Version] = []
    before = standard(kind)
    for row in reversed(rows):
        text = row.text or standard(kind)
        found.insert(0, Version(row, compared(before, text) if row.version else None))
        before = text if row.version else before
    return found[:SHOWN]
