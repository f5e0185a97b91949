"""A claim as its pages show it: its lines as forms with places for faults, its evidence as slots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.urls import reverse

from applications.claims.models import Claim, Evidence
from applications.claims.selectors.conflicts import Typed
from applications.claims.selectors.context import ClaimContext, LineState, read_claim
from applications.claims.selectors.duplicates import own_file_uses
from applications.claims.selectors.problems import LINES_PER_PAGE
from applications.claims.selectors.scope import (
    EVIDENCE_PREFIX,
    EditableScope,
    asked_papers,
    concerns_patents,
    editable_scope,
    item_of,
)
from policies.calls.models import CallAttachment
from policies.calls.selectors import material_files
from policies.engine.model import Evidence as Requirement
from policies.engine.model import Fact, Item
from policies.facts.forms import LineForm, build_line_form, read_posted
from policies.facts.values import facts_of, show_fact
from portal.accounts.models import User
from portal.core.numbers import whole_number


@dataclass(frozen=True, slots=True)
class Control:
    """One control, and the place where what is wrong with it is told."""

    form: LineForm
    name: str
    fault: str
    note: str
    place: str
    is_wide: bool
    is_asked: bool
    is_required: bool
    is_filled: bool

    @property
    def html(self) -> str:
        """The control, drawn; an answer to a save shows the faults alone and draws none."""
        return self.form.render_fact(self.name)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One uploaded file as the pages show it."""

    evidence: Evidence
    url: str
    warning: str
    is_removable: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """One evidence requirement at its place, with the files that are there."""

    requirement: Requirement
    prefix: str
    line_id: int | None
    files: list[FileEntry]
    remark: str = ""
    is_missing: bool = False
    refusals: Sequence[str] = ()
    samples: Sequence[CallAttachment] = ()

    @property
    def anchor(self) -> str:
        return f"evidence-{self.prefix}-{self.requirement.code}"

    @property
    def control(self) -> str:
        """The name of the file control."""
        return f"file-{self.prefix}-{self.requirement.code}"


@dataclass
class Block:
    """One line of the claim (or the claim's own facts) on the form."""

    form: LineForm
    number: int
    line_id: int | None
    is_defence: bool
    slots: list[Slot] = field(default_factory=list)
    remark: str = ""
    amount: Any = None
    title: str = ""

    @property
    def prefix(self) -> str:
        return str(self.form.prefix)

    @property
    def needed(self) -> list[Control]:
        """The controls of what must be filled in."""
        return [control for control in self.controls if control.is_required]

    @property
    def optional(self) -> list[Control]:
        """The controls of what may be left empty."""
        return [control for control in self.controls if not control.is_required]

    @property
    def shows_optional(self) -> bool:
        """Whether something stands there that must not be overlooked."""
        return any(control.is_filled or control.fault or control.is_asked for control in self.optional)

    @cached_property
    def controls(self) -> list[Control]:
        """The controls in the order of the facts."""
        self.form.helper.form_show_errors = False
        reading = self.form.reading
        found = []
        for fact in self.form.facts:
            missing = reading.missing.get(fact.name, "") if self.form.complete else ""
            fault = "" if fact.type == "rows" else reading.errors.get(fact.name, "") or missing
            note = "；".join(reading.warnings.get(fact.name, ()))
            place = f"fault-{self.prefix}-{fact.name}"
            if fact.name in self.form.fields:
                control = self.form.fields[fact.name]
                helped = f"id_{self.prefix}-{fact.name}_helptext " if control.help_text else ""
                control.widget.attrs["aria-describedby"] = f"{helped}{place}"
            found.append(
                Control(
                    form=self.form,
                    name=fact.name,
                    fault=fault,
                    note=note,
                    place=place,
                    is_wide=fact.type == "rows",
                    is_asked=fact.name in self.form.asked,
                    is_required=fact.required,
                    is_filled=reading.values.get(fact.name) not in ("", None, []),
                )
            )
        return found


@dataclass
class ClaimForm:
    """Everything the page of a claim that is being written needs. Built by `claim_form`."""

    claim: Claim
    context: ClaimContext
    scope: EditableScope
    own: Block | None
    blocks: list[Block]
    slots: list[Slot]
    page: int
    pages: int

    @property
    def item(self) -> Item:
        return self.context.item

    @property
    def states(self) -> tuple[LineState, ...]:
        return self.context.lines

    @property
    def asks_defence(self) -> bool:
        return concerns_patents(self.item) and self.scope.is_everything

    @property
    def loaded(self) -> str:
        """What the page is loaded with, for its hidden control."""
        shown = [state for state in self.states if state.line.pk in {block.line_id for block in self.blocks}]
        defence = [state.line.pk for state in self.states if state.line.is_defence]
        return Typed(self.claim.facts, {state.line.pk: state.line.facts for state in shown}, defence).as_text()

    @property
    def parts_with_files(self) -> list[str]:
        """The page's parts, as selectors, that a change of files changes."""
        slots = [f"#slots-{block.prefix}" for block in self.blocks if block.slots and not block.is_defence]
        return [*slots, *(["#slots-claim"] if self.slots else []), "#left", "#revision"]

    @property
    def page_numbers(self) -> range:
        return range(1, self.pages + 1)


def claim_form(claim: Claim, *, user: User, page: int = 1, complete: bool = False, rows: str = "") -> ClaimForm:
    """The claim as a form for a person: one page of its lines.

    `complete` shows what is still empty; `rows` names a table, by its controls' name, and how many rows it shall have
    at least: `l7-payments:8`.
    """
    context, scope = read_claim(claim), editable_scope(claim)
    helps = material_files(claim.call, claim.item)
    item, states = context.item, context.lines
    pages = max(1, -(-len(states) // LINES_PER_PAGE))
    page = min(max(page, 1), pages)
    shown = states[(page - 1) * LINES_PER_PAGE : page * LINES_PER_PAGE]
    uses = own_file_uses(claim, user)
    blocks = [_line_block(item, scope, state, uses, complete=complete, rows=rows) for state in shown]
    own_facts = facts_of(item, "claim")
    own = None
    if own_facts:
        form = _form(item, scope, values=claim.facts, prefix="claim", position=None, complete=complete, rows=rows)
        own = Block(form, 0, None, is_defence=False)
    slots = [
        _slot(
            wanted, scope, context.files_of_whole, uses, prefix="claim", line_id=None, position=None, complete=complete
        )
        for wanted in asked_papers(item, context.evidence, scope.points or ())
        if wanted.per != "line"
    ]
    for block in blocks:
        block.slots = _with_samples(block.slots, helps)
    return ClaimForm(claim, context, scope, own, blocks, _with_samples(slots, helps), page, pages)


def _with_samples(slots: Sequence[Slot], helps: Mapping[str, Sequence[CallAttachment]]) -> list[Slot]:
    """The slots with the templates and samples that the call offers for them."""
    return [replace(slot, samples=helps.get(slot.requirement.code, ())) for slot in slots]


def page_of(claim: Claim, line_id: int | None) -> int:
    """The page of the form on which a line stands; the first for a line that is gone."""
    lines = list(claim.lines.order_by("position").values_list("pk", flat=True)) if line_id else []
    return (lines.index(line_id) if line_id in lines else 0) // LINES_PER_PAGE + 1


def line_block(context: ClaimContext, line_id: int) -> Block | None:
    """One line as the form shows it, None where it is gone."""
    state = next((state for state in context.lines if state.line.pk == line_id), None)
    if state is None:
        return None
    return _line_block(context.item, editable_scope(context.claim), state, {}, complete=False, rows="")


def evidence_slot(
    claim: Claim, *, user: User, requirement: str, line_id: int | None, refusals: Sequence[str] = ()
) -> Slot | None:
    """One evidence requirement at its place as it stands now, None where there is no such place."""
    item = item_of(claim)
    wanted = next((wanted for wanted in item.evidence if wanted.code == requirement), None)
    if wanted is None or (wanted.per == "line") != (line_id is not None):
        return None
    position = None
    if line_id is not None:
        line = claim.lines.filter(pk=line_id).first()
        if line is None:
            return None
        position = line.position
    files = list(claim.evidence.filter(removed_at=None, line_id=line_id).select_related("file", "line"))
    prefix = "claim" if line_id is None else f"l{line_id}"
    slot = _slot(
        wanted,
        editable_scope(claim),
        files,
        own_file_uses(claim, user),
        prefix=prefix,
        line_id=line_id,
        position=position,
        complete=False,
    )
    [shown] = _with_samples([replace(slot, refusals=refusals)], material_files(claim.call, claim.item))
    return shown


def _line_block(
    item: Item, scope: EditableScope, state: LineState, uses: Mapping[str, list[str]], *, complete: bool, rows: str
) -> Block:
    line = state.line
    form = _form(
        item, scope, values=line.facts, prefix=state.prefix, position=line.position, complete=complete, rows=rows
    )
    slots = [
        _slot(
            wanted,
            scope,
            state.evidence,
            uses,
            prefix=state.prefix,
            line_id=line.pk,
            position=line.position,
            complete=complete,
        )
        for wanted in item.evidence
        if wanted.per == "line"
    ]
    remark = scope.remarks_at(line.position).get("", "")
    return Block(form, state.number, line.pk, line.is_defence, slots, remark, line.assessed_amount, state.title)


def _form(
    item: Item,
    scope: EditableScope,
    *,
    values: Mapping[str, Any],
    prefix: str,
    position: int | None,
    complete: bool,
    rows: str,
) -> LineForm:
    table, _, least = rows.rpartition(":")
    return build_line_form(
        item,
        values=values,
        prefix=prefix,
        scope="claim" if position is None else "line",
        complete=complete,
        editable=scope.facts_at(position),
        asked=scope.remarks_at(position),
        least_rows={table.removeprefix(f"{prefix}-"): whole_number(least) or 0},
    )


def _slot(
    wanted: Requirement,
    scope: EditableScope,
    files: Sequence[Evidence],
    uses: Mapping[str, list[str]],
    *,
    prefix: str,
    line_id: int | None,
    position: int | None,
    complete: bool,
) -> Slot:
    here = [
        FileEntry(
            evidence,
            reverse("applications:evidence", args=[evidence.key]),
            f"同一文件还用在：{'、'.join(uses[evidence.file_id])}" if uses.get(evidence.file_id) else "",
            scope.may_remove(evidence),
        )
        for evidence in files
        if evidence.requirement == wanted.code
    ]
    remark = scope.remarks_at(position).get(f"{EVIDENCE_PREFIX}{wanted.code}", "")
    return Slot(wanted, prefix, line_id, here, remark, is_missing=complete and wanted.required and not here)


@dataclass(frozen=True, slots=True)
class ShownFact:
    """One fact in words, and the rows of one that is a table."""

    label: str
    text: str
    name: str
    rows: list[list[str]]
    heads: list[str]


def shown_facts(facts: Sequence[Fact], values: Mapping[str, Any], *, blank: bool = False) -> list[ShownFact]:
    """Facts to read, with their units; empty optional ones are left out unless `blank`."""
    found = []
    for fact in facts:
        value = values.get(fact.name)
        if value in ("", None, []) and not blank and not fact.required:
            continue
        rows = [[show_fact(c, row.get(c.name)) for c in fact.columns] for row in value or []] if fact.columns else []
        found.append(ShownFact(fact.label, show_fact(fact, value), fact.name, rows, [c.label for c in fact.columns]))
    return found


def read_typed(claim: Claim, data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[int, dict[str, Any]]]:
    """What a page of the form sends: the claim's own facts, and each line's that stands, or stood, on the page."""
    item = item_of(claim)
    facts = facts_of(item)
    lines = {}
    loaded = Typed.from_text(data.get("loaded", ""))
    for line_id in {**dict.fromkeys(claim.lines.values_list("pk", flat=True)), **(loaded.lines if loaded else {})}:
        typed = read_posted(facts, data, prefix=f"l{line_id}")
        if typed:
            lines[line_id] = typed
    return read_posted(facts_of(item, "claim"), data, prefix="claim"), lines
