"""Put files that wait into their places, join photos, and read what a person typed as a place."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from applications.claims.models import Claim, Evidence
from applications.claims.selectors.context import ClaimContext, read_claim
from applications.claims.selectors.scope import evidence_requirement
from applications.claims.services.evidence import remove_evidence
from applications.claims.services.photos import join_photos
from applications.claims.services.placing import keep_unplaced, place_file
from applications.intake.selectors.matching import Text, line_keys
from applications.intake.services.reading import forget_text
from policies.facts.values import facts_of
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.files import open_file

ALL_LINES = "全部"
_RANGE = re.compile(r"(\d{1,3})(?:[-~—–至到](\d{1,3}))?")


@dataclass(frozen=True, slots=True)
class Placing:
    """What a person chose for a file: a requirement's code, and lines as typed (`3`, `1-30`, `全部`, a number)."""

    requirement: str
    lines: str


@dataclass(frozen=True, slots=True)
class Placed:
    """How many files got their places, and what is in the way of others, in words."""

    count: int
    refusals: Sequence[str]


def place_files(claim: Claim, *, act: ActorContext, chosen: Mapping[Evidence, Placing]) -> Placed:
    """Put each file where it was said to belong; what cannot be placed stays where it is."""
    count, refusals = 0, []
    context = read_claim(claim)
    for evidence, placing in chosen.items():
        try:
            lines = read_places(context, placing)
            if place_file(evidence, act=act, requirement=placing.requirement, line_ids=lines):
                count += 1
                forget_text(evidence.file_id)
        except RefusedError as error:
            refusals.append(f"“{evidence.filename}”：{error}")
    return Placed(count, refusals)


def read_places(context: ClaimContext, placing: Placing) -> list[int | None]:
    """The keys of the lines that a person named, [None] for the whole claim. Raises RefusedError with the remedy."""
    wanted = evidence_requirement(context.claim, placing.requirement)
    if wanted is None:
        raise RefusedError("请选择是哪一种材料。")
    if wanted.per != "line":
        return [None]
    written = normalize("NFKC", placing.lines).strip()
    if written == ALL_LINES:
        return [state.line.pk for state in context.lines]
    by_number = {state.number: state.line.pk for state in context.lines}
    found: list[int | None] = []
    for part in filter(None, re.split(r"[,、;\s]+", written)):
        numbers = _numbers(context, part)
        if missing := [number for number in numbers if number not in by_number]:
            raise RefusedError(f"没有第 {missing[0]} 项，本申报共 {len(by_number)} 项。请改填明细的序号。")
        found += [by_number[number] for number in numbers]
    if not found:
        raise RefusedError(f"请填写明细的序号，如 3 或 1-30；各项共用的填“{ALL_LINES}”。")
    return list(dict.fromkeys(found))


def _numbers(context: ClaimContext, part: str) -> Sequence[int]:
    """Line numbers that a part of what was typed names: as such, as a range, or by the number of a right."""
    if match := _RANGE.fullmatch(part):
        first, last = int(match[1]), int(match[2] or match[1])
        return range(min(first, last), max(first, last) + 1)
    text, facts = Text.of(part), facts_of(context.item)
    named = [
        state.number
        for state in context.lines
        if any(key.is_in(text) for key in line_keys(facts, context.item.subject, state.reading.values))
    ]
    if not named:
        raise RefusedError(f"“{part}”不是明细的序号，也不是其中的号码。请填写如 3、1-30 或“{ALL_LINES}”。")
    return named


def join_files(claim: Claim, *, act: ActorContext, photos: Sequence[Evidence]) -> Evidence:
    """Make one PDF of photos that wait, in their order, in their stead. Raises RefusedError for other files."""
    if any(not photo.is_unplaced or not photo.file.media_type.startswith("image/") for photo in photos):
        raise RefusedError("只能把还没有归位的照片（PNG 或 JPG）合成一个 PDF。")
    contents = []
    for photo in photos:
        with open_file(photo.file.path, sha256=photo.file_id) as file:
            contents.append(file.read())
    upload = join_photos(contents, names=[photo.filename for photo in photos])
    joined, _ = keep_unplaced(claim, act=act, upload=upload)
    for photo in photos:
        remove_evidence(photo, act=act)
    return joined
