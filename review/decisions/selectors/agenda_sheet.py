"""The agenda of a meeting as a workbook."""

from django.utils import timezone

from portal.core.money import format_yuan
from portal.core.spreadsheets import Column, Kind, build_sheet
from review.decisions.selectors.agenda import Agenda, with_names

COLUMNS = (
    Column("序号", Kind.NUMBER, 6),
    Column("申报编号", width=16),
    Column("申报单位", width=30),
    Column("区县", width=12),
    Column("事项", width=28),
    Column("提交时间", width=18),
    Column("评审得分", Kind.NUMBER, 10),
    Column("审核金额（元）", Kind.MONEY, 16),
    Column("拟审定金额（元）", Kind.MONEY, 16),
    Column("说明", width=24),
)


def agenda_sheet(agenda: Agenda, *, made_by: str) -> bytes:
    """The claims in the agenda's order, with what each would get."""
    limits = "；".join(f"{use.label}：尚余 {format_yuan(use.left)} 元" for use in agenda.uses if use.left is not None)
    made = f"{timezone.localtime():%Y-%m-%d %H:%M} {made_by} 导出"
    note = f"{limits or '不设预算上限'}　资金不足时{agenda.way.label}　{made}"
    return build_sheet(
        f"审定议程：{agenda.call or '无申报通知'}",
        columns=COLUMNS,
        note=note,
        rows=(
            (
                number,
                row.claim.number,
                row.claim.applicant.name,
                row.claim.region.name,
                row.claim.item.title,
                f"{timezone.localtime(row.claim.submitted_at):%Y-%m-%d %H:%M}" if row.claim.submitted_at else "",
                row.score,
                row.wanted,
                row.granted,
                "余额不足，暂不审定" if row.is_left_out else row.reason,
            )
            for number, row in enumerate(with_names(agenda.rows), start=1)
        ),
    )
