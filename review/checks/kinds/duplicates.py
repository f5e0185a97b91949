"""The same right, contract, invoice or file in another claim: of any year, item, applicant, district and city."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, F, QuerySet, Value

from applications.claims.enums import RELEASED
from applications.claims.models import ClaimLine, Evidence
from review.checks.enums import EVERY_STEP, Severity
from review.checks.inputs import PERSONAL, Common, Inputs
from review.checks.models import ClaimIdentifier
from review.checks.registry import CHECKS, Check, Found

_SUBJECT, _FILE = "subject", "file"
_MOST = 200
Row = tuple[str, str, int, int, int, str]


def others_with(inputs: Inputs, *, files: bool) -> Iterable[Row]:
    """Kind, value, claim, applicant, item and detail of what other claims that hold rights have in common with this."""
    claim = inputs.claim
    found: list[tuple[QuerySet[Any], str, str]] = []
    if files:
        if names := inputs.values_of(Common.FILE):
            found = [(Evidence.objects.filter(file_id__in=names, removed_at=None), "file_id", _FILE)]
    elif (subjects := inputs.values_of(Common.SUBJECT)) + (values := inputs.values_of(Common.NUMBER)):
        found = [
            (ClaimLine.objects.filter(subject_key__in=subjects), "subject_key", _SUBJECT),
            (ClaimIdentifier.objects.filter(value__in=values).exclude(kind__in=PERSONAL), "value", ""),
        ]
    if not found:
        return []
    rows = [_rows(rows, field, kind, claim.pk) for rows, field, kind in found]
    return rows[0].union(*rows[1:], all=True).order_by("-claim_id")[:_MOST]


def _rows(rows: QuerySet[Any], field: str, kind: str, claim_id: int) -> QuerySet[Any, Any]:
    text = CharField()
    return (
        rows.exclude(claim_id=claim_id)
        .exclude(claim__submitted_at=None)
        .exclude(claim__status__in=RELEASED)
        .order_by()
        .annotate(
            same_kind=Value(kind, output_field=text) if kind else F("kind"),
            same=F(field),
            said=Value("", output_field=text) if kind else F("detail"),
        )
        .values_list("same_kind", "same", "claim_id", "claim__applicant_id", "claim__item_id", "said")
    )


def find_numbers(inputs: Inputs) -> Iterable[Found]:
    """One finding for each line and other claim, with the numbers that both have."""
    claim = inputs.claim
    subject = inputs.context.item.subject or ""
    places: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for state in inputs.lines:
        if state.line.subject_key:
            year = str(state.reading.values.get("fee_year") or "")
            places[state.line.subject_key].append((state.line.position, subject, year))
    for each in inputs.identifiers:
        if each.kind not in PERSONAL:
            places[each.value].append((each.position, each.kind, each.detail))
    same: dict[tuple[int, int], set[str]] = defaultdict(set)
    grave: set[tuple[int, int]] = set()
    own: set[int] = set()
    for _, value, other, applicant_id, item_id, detail in others_with(inputs, files=False):
        own |= {other} if applicant_id == claim.applicant_id else set()
        for position, kind, year in places[value]:
            same[position, other].add(inputs.labels.get(kind, "号码"))
            # An applicant's own other item, or another fee year of one patent, is in order more often than not.
            if applicant_id != claim.applicant_id or (item_id == claim.item_id and not (year and detail != year)):
                grave.add((position, other))
    numbers = {state.line.position: state.number for state in inputs.lines}
    for (position, other), labels in same.items():
        yield Found(
            f"{position}:{other}",
            {"line": numbers.get(position, 0), "labels": "、".join(sorted(labels)), "claims": [other]},
            words="own" if other in own else "other",
            source="本系统的其他申报",
            at_most=Severity.BLOCKING if (position, other) in grave else Severity.NOTICE,
        )


def find_files(inputs: Inputs) -> Iterable[Found]:
    """One finding for each file whose bytes other claims have too."""
    names = {evidence.file_id: evidence.filename for evidence in inputs.context.evidence}
    others: dict[str, dict[int, int]] = defaultdict(dict)
    for _, file_id, other, applicant_id, _, _ in others_with(inputs, files=True):
        others[file_id][other] = applicant_id
    for file_id, claims in others.items():
        is_own = set(claims.values()) == {inputs.claim.applicant_id}
        yield Found(
            file_id,
            {"file": names[file_id], "claims": sorted(claims)},
            words="own" if is_own else "other",
            source="材料的 SHA-256",
            at_most=Severity.NOTICE if is_own else Severity.BLOCKING,
        )


CHECKS.add(
    "duplicate",
    Check(
        title="同一权利、合同或票据的其他申报",
        find=find_numbers,
        words={
            "own": "{place}的{labels}也见于本单位的{claims}，请核实是否重复。",
            "other": "{place}的{labels}也见于其他单位的{claims}，请核实是否重复。",
        },
        severity=Severity.QUESTION,
    ),
)
CHECKS.add(
    "same_file",
    Check(
        title="内容完全相同的材料",
        find=find_files,
        words={
            "own": "《{file}》也用于本单位的{claims}。",
            "other": "《{file}》与其他单位的{claims}的材料完全相同，请核实。",
        },
        severity=Severity.NOTICE,
        steps=EVERY_STEP,
    ),
)
