"""What the page of a claim's files shows: what waits with where it seems to belong, what is there, what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from applications.claims.models import Claim, Evidence
from applications.claims.selectors.context import ClaimContext, read_claim
from applications.claims.selectors.duplicates import reusable_evidence
from applications.claims.selectors.scope import asked_papers
from applications.intake.models import FileText, IncomingFile
from applications.intake.selectors.matching import Line, Proposal, line_keys, propose
from policies.engine.model import Evidence as Requirement
from policies.facts.values import facts_of
from portal.accounts.models import User
from portal.core.numbers import number_words


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file without a place, and the place proposed for it."""

    evidence: Evidence
    proposal: Proposal
    lines: str
    title: str

    @property
    def is_matched(self) -> bool:
        return bool(self.proposal.requirement and (self.lines or not self.needs_lines))

    @property
    def needs_lines(self) -> bool:
        return self.title != WHOLE_CLAIM

    @property
    def is_photo(self) -> bool:
        return self.evidence.file.media_type.startswith("image/")


@dataclass(frozen=True, slots=True)
class Paper:
    """One requirement: for how many lines (or the claim) it is there, and the lines that still lack it."""

    requirement: Requirement
    there: int
    missing: Sequence[int]

    @property
    def total(self) -> int:
        return self.there + len(self.missing)

    @property
    def missing_words(self) -> str:
        return number_words(self.missing)


@dataclass(frozen=True, slots=True)
class FilesPage:
    """Everything the page shows."""

    context: ClaimContext
    waiting: Sequence[Waiting]
    placed: Sequence[tuple[str, Evidence]]
    papers: Sequence[Paper]
    requirements: Sequence[Requirement]
    incoming: Sequence[IncomingFile]
    arrived: Sequence[IncomingFile]
    reusable: Sequence[Evidence]

    @property
    def matched(self) -> int:
        return sum(one.is_matched for one in self.waiting)

    @property
    def has_photos(self) -> bool:
        return sum(one.is_photo for one in self.waiting) > 1

    @property
    def is_opening(self) -> bool:
        """Whether a job is at an upload, so that more is to come."""
        return any(upload.opened_at is None for upload in self.arrived)


WHOLE_CLAIM = "整份申报"


def files_page(claim: Claim, user: User) -> FilesPage:
    """The files of a claim that is being written, as this person sees them."""
    context = read_claim(claim)
    requirements = asked_papers(context.item, context.evidence)
    uploads = list(IncomingFile.objects.filter(claim=claim).order_by("pk"))
    return FilesPage(
        context=context,
        waiting=_waiting(context, requirements),
        placed=_placed(context),
        papers=_papers(context, requirements),
        requirements=requirements,
        incoming=[upload for upload in uploads if upload.completed_at is None],
        arrived=[upload for upload in uploads if upload.completed_at is not None],
        reusable=reusable_evidence(claim, user),
    )


def _waiting(context: ClaimContext, requirements: Sequence[Requirement]) -> list[Waiting]:
    files = [evidence for evidence in context.evidence if evidence.is_unplaced]
    texts = dict(FileText.objects.filter(pk__in=[file.file_id for file in files]).values_list("pk", "text"))
    facts = facts_of(context.item)
    lines = [
        Line(state.number, line_keys(facts, context.item.subject, state.reading.values))
        for state in context.lines
        if not state.line.is_defence
    ]
    titles = {state.number: state.title for state in context.lines}
    per_line = {requirement.code for requirement in requirements if requirement.per == "line"}
    found = []
    for file in sorted(files, key=lambda one: one.pk):
        proposal = propose(file.filename, texts.get(file.file_id, ""), lines=lines, requirements=requirements)
        is_whole = bool(proposal.requirement) and proposal.requirement not in per_line
        numbers = proposal.lines
        one = titles.get(numbers[0], "") if len(numbers) == 1 else f"{len(numbers)} 项" if numbers else ""
        found.append(Waiting(file, proposal, number_words(numbers), WHOLE_CLAIM if is_whole else one))
    return found


def _placed(context: ClaimContext) -> list[tuple[str, Evidence]]:
    labels = {wanted.code: wanted.label for wanted in context.item.evidence}
    places = [(f"第 {state.number} 项", file) for state in context.lines for file in state.evidence]
    places += [(WHOLE_CLAIM, file) for file in context.files_of_whole if not file.is_unplaced]
    return [(f"{place} {labels.get(file.requirement, '')}", file) for place, file in places]


def _papers(context: ClaimContext, requirements: Sequence[Requirement]) -> list[Paper]:
    have = {(file.requirement, file.line_id) for file in context.evidence}
    found = []
    for wanted in requirements:
        if wanted.per != "line":
            is_there = (wanted.code, None) in have
            found.append(Paper(wanted, int(is_there), () if is_there else (0,)))
            continue
        lines = [state for state in context.lines if not state.line.is_defence]
        missing = [state.number for state in lines if (wanted.code, state.line.pk) not in have]
        found.append(Paper(wanted, len(lines) - len(missing), missing))
    return found
