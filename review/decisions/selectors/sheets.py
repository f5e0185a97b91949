"""The sheet of reviews (初审汇总 and 复审): one row a line, with every stage's sum."""

from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils import timezone

from applications.claims.models import Claim, ClaimLine
from portal.core.spreadsheets import Cell, Column, Kind, build_sheet
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import CreditSnapshot, Decision

MOST_CLAIMS = 5000
COLUMNS = (
    Column("序号", Kind.NUMBER, 6),
    Column("区县", width=10),
    Column("申报编号", width=16),
    Column("申报单位", width=30),
    Column("统一社会信用代码", width=22),
    Column("事项", width=26),
    Column("条款", width=14),
    Column("权利（合同）号", width=22),
    Column("申报金额（元）", Kind.MONEY, 15),
    Column("核减（元）", Kind.MONEY, 13),
    Column("区级审核（元）", Kind.MONEY, 15),
    Column("市级审核（元）", Kind.MONEY, 15),
    Column("审定（元）", Kind.MONEY, 15),
    Column("核减理由", width=28),
    Column("信用查询", width=18),
    Column("经办", width=10),
    Column("复核", width=10),
    Column("状态", width=12),
)
_SUMS = (Stage.DISTRICT_FIRST, Stage.CITY, Stage.FINAL)


def claims_of_sheet(claims: QuerySet[Claim]) -> dict[int, int]:
    """The keys of the claims, oldest first, each with its applicant's; one more than a sheet takes where it is full."""
    return dict(claims.order_by("submitted_at", "id").values_list("pk", "applicant_id")[: MOST_CLAIMS + 1])


def review_sheet(found: Mapping[int, int], *, made_by: str) -> bytes:
    """The sheet of these claims, newest last; the note says how many rows there are and whether some were left out.

    `found` are the claims as `claims_of_sheet` gives them.
    """
    ids = list(found)
    lines = (
        ClaimLine.objects.filter(claim_id__in=ids[:MOST_CLAIMS])
        .select_related("claim__applicant", "claim__item", "claim__region")
        .order_by("claim__submitted_at", "claim_id", "position")
    )
    decisions: dict[tuple[int, str], Decision] = {}
    for decision in Decision.objects.filter(claim_id__in=ids).prefetch_related("lines").order_by("pk"):
        decisions[decision.claim_id, decision.stage] = decision
    # What was known at the last conclusion: a check made later, or for another claim, says nothing of it.
    decided = {decision.claim_id: decision.at for decision in decisions.values()}
    credit = {
        snapshot.claim_id: f"{snapshot.get_result_display()} {snapshot.checked_on:%Y-%m-%d}"
        for snapshot in CreditSnapshot.objects.filter(claim_id__in=ids).order_by("checked_on", "pk")
        if snapshot.claim_id not in decided or snapshot.entered_at <= decided[snapshot.claim_id]
    }
    rows = [_row(number, line, decisions, credit) for number, line in enumerate(lines, start=1)]
    left_out = f"；只导出前 {MOST_CLAIMS} 件，请缩小范围" if len(ids) > MOST_CLAIMS else ""
    note = (
        f"单位：元　共 {min(len(ids), MOST_CLAIMS)} 件 {len(rows)} 项{left_out}　"
        f"{made_by} {timezone.localtime():%Y-%m-%d %H:%M} 导出"
    )
    return build_sheet("审核汇总表", columns=COLUMNS, rows=rows, note=note)


def _row(
    number: int, line: ClaimLine, decisions: dict[tuple[int, str], Decision], credit: dict[int, str]
) -> list[Cell]:
    claim = line.claim
    sums, reason = [], ""
    for stage in _SUMS:
        decision = decisions.get((claim.pk, stage))
        row = next((each for each in decision.lines.all() if each.line_id == line.pk), None) if decision else None
        supports = decision is not None and decision.conclusion == Conclusion.SUPPORT
        sums.append(row.amount if row and supports else None)
        reason = (row.reason if row else "") or (decision.reason if decision and not supports else "") or reason
    last = next((amount for amount in reversed(sums) if amount is not None), None)
    claimed = line.assessed_amount
    reduced = claimed - last if claimed is not None and last is not None else None
    first, second = (decisions.get((claim.pk, stage)) for stage in (Stage.DISTRICT_FIRST, Stage.DISTRICT_SECOND))
    return [
        number,
        claim.region.name,
        claim.number,
        claim.applicant.name,
        claim.applicant.masked_identifier,
        claim.item.title,
        claim.item.article,
        line.subject_key,
        claimed,
        reduced,
        *sums,
        reason,
        credit.get(claim.pk, ""),
        first.officer_name if first else "",
        second.officer_name if second else "",
        claim.get_status_display(),
    ]
