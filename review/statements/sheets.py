"""One sheet a year (资金安排表): call, clause, minutes, publicity, notice, parts and vouchers of every sum granted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from portal.core.money import ZERO
from portal.core.spreadsheets import Cell, Column, Kind, build_sheet
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import Decision, PublicityEntry
from review.funding.selectors import payable_claims, standing_payments, standing_shares
from review.notices.models import Notice, NoticeKind

if TYPE_CHECKING:
    from applications.claims.models import Claim
    from portal.accounts.models import User

# So many claims are held at a time, whatever the length of the sheet.
_AT_A_TIME = 100
COLUMNS = (
    Column("序号", Kind.NUMBER, 7),
    Column("申报通知", width=22),
    Column("事项", width=30),
    Column("条款", width=18),
    Column("申报编号", width=16),
    Column("申报单位", width=30),
    Column("区县", width=12),
    Column("会议纪要", width=20),
    Column("会议日期", Kind.DATE, 12),
    Column("公示", width=32),
    Column("公示开始", Kind.DATE, 12),
    Column("公示截止", Kind.DATE, 12),
    Column("决定通知书", width=24),
    Column("资助金额（元）", Kind.MONEY, 16),
    Column("市级承担（元）", Kind.MONEY, 16),
    Column("区级承担（元）", Kind.MONEY, 16),
    Column("列支指标", width=40),
    Column("已付（元）", Kind.MONEY, 16),
    Column("凭证号", width=24),
    Column("拨付日期", Kind.DATE, 12),
)


def awards_of(user: User, year: int) -> QuerySet[Claim]:
    """The claims granted money in a year of which the person pays a part, or that the person audits."""
    return payable_claims(user).filter(award__made_at__year=year).order_by("region_id", "award__made_at", "pk")


def year_sheet(claims: QuerySet[Claim], *, year: int, made_by: str) -> bytes:
    """The sheet of these claims; they are read in portions, and rows are written as they come."""
    final = Decision.objects.filter(stage=Stage.FINAL, conclusion=Conclusion.SUPPORT).order_by("pk")
    related = claims.select_related("call", "applicant", "item", "region", "award").prefetch_related(
        Prefetch("decisions", final, to_attr="final_decisions"),
        Prefetch("publicity_entries", PublicityEntry.objects.select_related("publicity").order_by("pk")),
        Prefetch("notices", Notice.objects.filter(kind=NoticeKind.GRANT).order_by("pk")),
        "award__parts__line",
    )
    note = f"单位：元　{timezone.localtime():%Y-%m-%d %H:%M} {made_by} 导出"
    return build_sheet(f"{year}年知识产权专项资金安排表", columns=COLUMNS, rows=_rows(related), note=note)


def _rows(claims: QuerySet[Claim]) -> Iterator[list[Cell]]:
    for number, claim in enumerate(claims.iterator(chunk_size=_AT_A_TIME), start=1):
        award = claim.award
        decision = next(reversed(claim.final_decisions), None)  # type: ignore[attr-defined]  # prefetched above
        entry = next(reversed(claim.publicity_entries.all()), None)
        notice = next(reversed(claim.notices.all()), None)
        city, district = standing_shares(claim)
        arrived = standing_payments(award)
        yield [
            number,
            claim.call.number if claim.call else "",
            claim.item.title,
            claim.item.article,
            claim.number,
            claim.applicant.name,
            claim.region.name,
            decision.minutes_number if decision else "",
            decision.minutes_date if decision else None,
            entry.publicity.title if entry else "",
            entry.publicity.starts_on if entry else None,
            entry.publicity.ends_on if entry else None,
            notice.number if notice else "",
            claim.approved_amount,
            city,
            district,
            "；".join(str(part.line) for part in award.parts.all()),
            sum((payment.amount for payment in arrived), ZERO) if arrived else None,
            "、".join(payment.voucher for payment in arrived),
            arrived[-1].on if arrived else None,
        ]
