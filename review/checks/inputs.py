"""What the checks of one claim read: each thing once, when the first check asks for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from functools import cached_property
from typing import Any, TypeVar

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.claims.selectors.context import ClaimContext, LineState, read_claim
from applications.claims.selectors.progress import mandates_used
from applications.mandates.models import Mandate
from applications.payees.models import Payee
from applications.payees.selectors import other_names_of, payee_of, payees_of
from policies.engine.model import Fact
from policies.facts.identifiers import comparison_key
from policies.facts.values import OFFICERS_FACTS, facts_of
from portal.core.encryption import keyed_hash
from portal.core.registers import Register, chosen_register
from portal.core.statements import A_KEY, Lookup, LookupAmong
from portal.core.text import compact
from review.checks.models import CheckSetting, ClaimIdentifier, Finding
from review.decisions.models import CreditSnapshot
from review.decisions.selectors.credit import checks_of

ACCOUNT, PHONE, ADDRESS = "account", "phone", "address"
PERSONAL = (ACCOUNT, PHONE, ADDRESS)
# A number of fewer characters names nothing.
_SHORTEST = 4
_LONGEST = 120
_MOST_SHARED = 20
_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Identified:
    """A number of a claim: at which line (0: of the whole), of what kind, and in the form for comparing."""

    position: int
    kind: str
    value: str
    detail: str = ""


class Common(Enum):
    """By what a claim may have something in common with others: its lines' subjects, its numbers, files, contacts."""

    SUBJECT = auto()
    NUMBER = auto()
    FILE = auto()
    PERSONAL = auto()


# Of several applicants on a day rows by the applicant's key.
ReadApplicants = Callable[[Collection[int], date], Mapping[int, Sequence[_Row]]]


class OfApplicants:
    """What functions read of some applicants on a day, each once."""

    def __init__(self, applicant_ids: Collection[int], on: date) -> None:
        self._ids, self._on = applicant_ids, on
        self._found: dict[Any, Mapping[int, Sequence[Any]]] = {}

    def read(self, read: ReadApplicants[_Row]) -> Mapping[int, Sequence[_Row]]:
        """What the function finds."""
        if read not in self._found:
            self._found[read] = read(self._ids, self._on)
        return self._found[read]


class Inputs:
    """A claim on a day. Of the values in `alone` it is known that no other has them: they are not asked for."""

    alone: frozenset[tuple[Common, str]] = frozenset()

    def __init__(self, claim: Claim, *, on: date, applicants: OfApplicants | None = None) -> None:
        self.claim, self.on = claim, on
        self._applicants = applicants or OfApplicants([claim.applicant_id], on)

    def of_applicant(self, read: ReadApplicants[_Row]) -> Sequence[_Row]:
        """The rows of the applicant that a function reads of several on a day: once for all claims read together."""
        return self._applicants.read(read).get(self.claim.applicant_id, ())

    def values_of(self, kind: Common) -> list[str]:
        """The claim's values of a kind that another may have."""
        return [value for each, value in self.common if each == kind and (each, value) not in self.alone]

    @cached_property
    def common(self) -> list[tuple[Common, str]]:
        """All by which the claim may have something in common with others, each once."""
        subjects = ((Common.SUBJECT, state.line.subject_key) for state in self.lines if state.line.subject_key)
        files = ((Common.FILE, evidence.file_id) for evidence in self.context.evidence)
        numbers = (
            (Common.PERSONAL if each.kind in PERSONAL else Common.NUMBER, each.value) for each in self.identifiers
        )
        return list(dict.fromkeys((*subjects, *files, *numbers)))

    @cached_property
    def mandates(self) -> list[Mandate]:
        """The mandates under which steps of the claim were taken."""
        return mandates_used(self.claim)

    @cached_property
    def findings(self) -> list[Finding]:
        """What earlier runs found, gone or not."""
        return _findings.of(self.claim, "claim")

    @cached_property
    def kept_identifiers(self) -> dict[Identified, int]:
        """The numbers that are written already, with the keys of their rows."""
        return kept_identifiers_of([self.claim.pk])[self.claim.pk]

    @cached_property
    def settings(self) -> Mapping[str, str]:
        """The confirmed settings of the claim's item by name."""
        return settings_of([self.claim.item_id])[self.claim.item_id]

    @cached_property
    def context(self) -> ClaimContext:
        return read_claim(self.claim)

    @property
    def lines(self) -> tuple[LineState, ...]:
        return self.context.lines

    @cached_property
    def payee(self) -> Payee | None:
        """Who is paid, as frozen with the submission or confirmed later."""
        return payee_of(self.claim)

    @cached_property
    def credit_checks(self) -> Sequence[CreditSnapshot]:
        """Every credit check of the applicant, newest first."""
        return checks_of([self.claim.applicant_id])[self.claim.applicant_id]

    @cached_property
    def other_names(self) -> Collection[tuple[str, str]]:
        """Names of bodies with the other names of accounts that an officer confirmed for them."""
        return other_names_of([self.claim.applicant_id])

    @cached_property
    def register(self) -> Register:
        """The outside registers as the site has them for the claim's city."""
        return chosen_register(self.claim.city)

    @cached_property
    def labels(self) -> dict[str, str]:
        """The labels of numbers by kind."""
        facts = [fact for fact in self.context.item.facts if fact.type == "text"]
        columns = [column for fact in self.context.item.facts for column in fact.columns]
        return {fact.name: fact.label for fact in (*columns, *facts)}

    @cached_property
    def identifiers(self) -> frozenset[Identified]:
        """Every number by which the claim may be the same as another, personal data as keyed hashes."""
        return frozenset((*self._numbers(), *self._personal()))

    @cached_property
    def shared(self) -> dict[str, list[int]]:
        """By kind of personal data the claims of other applicants with the same, the newest first, of twenty in all."""
        asked = self.values_of(Common.PERSONAL)
        if not asked:
            return {}
        values = {each.value: each.kind for each in self.identifiers if each.kind in PERSONAL}
        rows = (
            ClaimIdentifier.objects.filter(value__in=asked, kind__in=PERSONAL)
            .exclude(claim__applicant_id=self.claim.applicant_id)
            .exclude(claim__status=ClaimStatus.WITHDRAWN)
            .order_by("-claim_id")
        )
        found: dict[str, list[int]] = {}
        for kind, value, claim_id in rows.values_list("kind", "value", "claim_id")[:_MOST_SHARED]:
            if values[value] == kind:
                found.setdefault(kind, []).append(claim_id)
        return found

    def _numbers(self) -> Iterator[Identified]:
        whole = self.context.whole
        for position, facts, values in (
            (0, facts_of(self.context.item, "claim"), whole.values),
            *((state.line.position, facts_of(self.context.item), state.reading.values) for state in self.lines),
        ):
            for fact in facts:
                rows: list[tuple[Fact, Mapping[str, Any]]] = [(fact, values)]
                if fact.type == "rows":
                    rows = [(column, row) for row in values.get(fact.name) or () for column in fact.columns]
                for column, row in rows:
                    key = comparison_key(str(row.get(column.name) or ""))[:_LONGEST]
                    if _is_number(column) and len(key) >= _SHORTEST:
                        yield Identified(position, column.name, key, str(values.get("fee_year") or ""))

    def _personal(self) -> Iterator[Identified]:
        applicant, payee = self.claim.applicant, self.payee
        account = payee.account_number if payee else ""
        for kind, text in ((ACCOUNT, account), (PHONE, applicant.contact_phone), (ADDRESS, applicant.address)):
            if bare := compact(text).casefold():
                yield Identified(0, kind, keyed_hash(bare))


_settings = LookupAmong(
    lambda items: CheckSetting.objects.in_force().filter(item_id__in=items).values_list("item_id", "name", "value")
)
_identifiers = LookupAmong(lambda claims: ClaimIdentifier.objects.filter(claim__in=claims))
_findings = Lookup(lambda claim: Finding.objects.filter(claim=claim), A_KEY)


def settings_of(item_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """The confirmed settings of items by name."""
    found: dict[int, dict[str, str]] = {item: {} for item in item_ids}
    for item, name, value in _settings(item_ids):
        found[item][name] = value
    return found


def read_together(claims: Sequence[Claim], *, on: date) -> list[Inputs]:
    """The inputs of several claims; who is paid, credit checks, settings and registers are read at once for all."""
    applicants = {claim.applicant_id for claim in claims}
    payees = payees_of([claim.pk for claim in claims])
    settings = settings_of({claim.item_id for claim in claims})
    credit, names = checks_of(applicants), other_names_of(applicants)
    registers: dict[str, Register] = {}
    of_applicants = OfApplicants(applicants, on)
    found = []
    for claim in claims:
        inputs = Inputs(claim, on=on, applicants=of_applicants)
        inputs.payee, inputs.settings = payees.get(claim.pk), settings[claim.item_id]
        inputs.credit_checks, inputs.other_names = credit[claim.applicant_id], names
        if claim.city_id not in registers:
            registers[claim.city_id] = inputs.register
        inputs.register = registers[claim.city_id]
        found.append(inputs)
    return found


def _is_number(fact: Fact) -> bool:
    """Whether a fact names a right, contract, invoice, case … by a number."""
    return fact.type == "text" and fact.name.endswith("_no") and fact.name not in OFFICERS_FACTS


def kept_identifiers_of(claim_ids: Collection[int]) -> dict[int, dict[Identified, int]]:
    """The numbers of claims that are written already, with the keys of their rows. One query."""
    found: dict[int, dict[Identified, int]] = {pk: {} for pk in claim_ids}
    for row in _identifiers(claim_ids):
        found[row.claim_id][Identified(row.position, row.kind, row.value, row.detail)] = row.pk
    return found


def keep_identifiers(inputs: Inputs) -> None:
    """Write the numbers of a claim by which later claims are compared with it; nothing where they stand already."""
    claim = inputs.claim
    kept = inputs.kept_identifiers
    if gone := [pk for identified, pk in kept.items() if identified not in inputs.identifiers]:
        ClaimIdentifier.objects.filter(pk__in=gone).delete()
    new = sorted(inputs.identifiers - kept.keys(), key=lambda each: (each.position, each.kind, each.value))
    rows = (
        ClaimIdentifier(claim=claim, position=each.position, kind=each.kind, value=each.value, detail=each.detail)
        for each in new
    )
    if new:
        ClaimIdentifier.objects.bulk_create(rows, ignore_conflicts=True)
