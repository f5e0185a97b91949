"""The inputs of many claims, read at once: what the checks find is the same, with as many queries as for one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from django.db.models import F, Max, Min, QuerySet

from applications.claims.models import Claim, ClaimLine, Evidence
from applications.claims.selectors.context import read_claims
from applications.claims.selectors.progress import mandates_of
from portal.core.registers import Answer, Register, RegisterKind, UncheckedError
from review.checks.inputs import PERSONAL, Common, Inputs, kept_identifiers_of, read_together
from review.checks.kinds.holders import patents_of
from review.checks.models import ClaimIdentifier, Finding

_OF_PATENTS = (RegisterKind.PATENTS, RegisterKind.ABNORMAL)
_OF_BODIES = (RegisterKind.COMPANIES, RegisterKind.DISHONESTY)


class RememberingRegister:
    """A register that is asked once for what many claims ask. Where it gave no answer, each claim asks it again."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._answers: dict[tuple[RegisterKind, str, date], Answer] = {}

    def look_up(self, kind: RegisterKind, key: str, on: date) -> Answer:
        """See `portal.core.registers.Register`."""
        return self.look_up_many(kind, [key], on)[key]

    def look_up_many(self, kind: RegisterKind, keys: Iterable[str], on: date) -> dict[str, Answer]:
        """See `portal.core.registers.Register`."""
        wanted = list(dict.fromkeys(keys))
        if unknown := [key for key in wanted if (kind, key, on) not in self._answers]:
            for key, answer in self._register.look_up_many(kind, unknown, on).items():
                self._answers[kind, key, on] = answer
        return {key: self._answers[kind, key, on] for key in wanted}


def read_whole(claims: Sequence[Claim], *, on: date) -> list[Inputs]:
    """The inputs of several claims with all that the checks read of them, for checks that are then made in order."""
    found = read_together(claims, on=on)
    contexts, mandates = read_claims(claims), mandates_of([claim.pk for claim in claims])
    kept = kept_identifiers_of([claim.pk for claim in claims])
    findings: dict[int, list[Finding]] = defaultdict(list)
    for finding in Finding.objects.filter(claim__in=claims):
        findings[finding.claim_id].append(finding)
    for inputs in found:
        pk = inputs.claim.pk
        inputs.context, inputs.mandates = contexts[pk], mandates.get(pk, [])
        inputs.findings, inputs.kept_identifiers = findings[pk], kept[pk]
    _ask_registers(found, on)
    alone = _alone(found)
    for inputs in found:
        inputs.alone = alone[inputs.claim.pk]
    return found


def _ask_registers(found: Sequence[Inputs], on: date) -> None:
    by_city: dict[str, list[Inputs]] = defaultdict(list)
    for inputs in found:
        by_city[inputs.claim.city_id].append(inputs)
    for its in by_city.values():
        register = RememberingRegister(its[0].register)
        patents = {key for inputs in its for key in patents_of(inputs)}
        bodies = {inputs.claim.applicant.uscc for inputs in its if inputs.claim.applicant.uscc}
        for kinds, keys in ((_OF_PATENTS, patents), (_OF_BODIES, bodies)):
            for kind in kinds:
                # Where it gives no answer, the check of each claim says so.
                with suppress(UncheckedError):
                    register.look_up_many(kind, sorted(keys), on)
        for inputs in its:
            inputs.register = register


def _alone(found: Sequence[Inputs]) -> dict[int, frozenset[tuple[Common, str]]]:
    """By claim the values that no other claim has: neither one in the database nor one of these."""
    holders: dict[tuple[Common, str], set[int]] = defaultdict(set)
    values: dict[int, set[tuple[Common, str]]] = {}
    for inputs in found:
        own = values[inputs.claim.pk] = set(inputs.common)
        for each in own:
            holders[each].add(_holder(each[0], inputs.claim))
    wanted: dict[Common, list[str]] = defaultdict(list)
    for kind, value in holders:
        wanted[kind].append(value)
    for kind, rows in _holdings(wanted).items():
        for value, least, most in rows:
            holders[kind, value] |= {least, most}
    return {
        inputs.claim.pk: frozenset(
            each for each in values[inputs.claim.pk] if holders[each] == {_holder(each[0], inputs.claim)}
        )
        for inputs in found
    }


def _holder(kind: Common, claim: Claim) -> int:
    """Among whom a value of a kind is looked for: other applicants, or other claims."""
    return claim.applicant_id if kind == Common.PERSONAL else claim.pk


def _holdings(wanted: dict[Common, list[str]]) -> dict[Common, Iterable[tuple[str, int, int]]]:
    """Of these values by kind the first and the last who has each."""
    numbers = ClaimIdentifier.objects.filter(value__in=wanted[Common.NUMBER]).exclude(kind__in=PERSONAL)
    personal = ClaimIdentifier.objects.filter(value__in=wanted[Common.PERSONAL], kind__in=PERSONAL)
    lines = ClaimLine.objects.filter(subject_key__in=wanted[Common.SUBJECT])
    files = Evidence.objects.filter(file_id__in=wanted[Common.FILE], removed_at=None)
    return {
        Common.NUMBER: _ends(numbers, "value", "claim_id"),
        Common.PERSONAL: _ends(personal, "value", "claim__applicant_id"),
        Common.SUBJECT: _ends(lines, "subject_key", "claim_id"),
        Common.FILE: _ends(files, "file_id", "claim_id"),
    }


def _ends(rows: QuerySet[Any], value: str, holder: str) -> QuerySet[Any, Any]:
    counted = rows.order_by().values(same=F(value)).annotate(least=Min(holder), most=Max(holder))
    return counted.values_list("same", "least", "most")
