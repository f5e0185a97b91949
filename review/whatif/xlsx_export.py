"""A report as a workbook: one sheet for each way of grouping, totals by formula."""

from collections.abc import Sequence

from django.utils import timezone

from portal.core.spreadsheets import Cell, Column, Kind, Sheet, build_book
from review.whatif.report import Report
from review.whatif.view_models import Mover, Row

_SIDES = (
    Column("现行：可支持（件）", Kind.COUNT, 14),
    Column("方案：可支持（件）", Kind.COUNT, 14),
    Column("现行：金额（元）", Kind.MONEY, 18),
    Column("方案：金额（元）", Kind.MONEY, 18),
    Column("变化（元）", Kind.MONEY, 18),
    Column("变化（%）", width=10),
    Column("现行：市级（元）", Kind.MONEY, 18),
    Column("方案：市级（元）", Kind.MONEY, 18),
    Column("现行：区级（元）", Kind.MONEY, 18),
    Column("方案：区级（元）", Kind.MONEY, 18),
)
_CLAIMS = Column("申报（件）", Kind.COUNT, 12)


def report_book(report: Report, *, made_by: str) -> bytes:
    """The workbook of a finished run. Movers whose claims the reader may not see stand without number and name."""
    made = f"{report.run.title}　单位：元　{made_by} {timezone.localtime():%Y-%m-%d %H:%M} 导出"
    sheets = [
        _grouped("按事项", "事项", report.items, made, noted="政策文件"),
        _grouped("按文件", "政策文件", report.documents, made),
        _grouped("按区县", "区县", report.districts, made),
        _grouped("按规模", "企业规模", report.sizes, made),
        _grouped("按主体类型", "主体类型", report.kinds, made),
        _grouped("按年度", "年度", report.years, made),
    ]
    if not report.is_single:
        sheets += [
            _movers("增加的申报", report.movers(gains=True), made, is_stored=report.is_stored),
            _movers("减少的申报", report.movers(gains=False), made, is_stored=report.is_stored),
        ]
    sheets += [_quotas(report, made), _reasons(report, made)]
    return build_book(sheets)


def _grouped(title: str, what: str, rows: Sequence[Row], made: str, *, noted: str = "") -> Sheet:
    columns = [Column(what, width=30), *([Column(noted, width=30)] if noted else []), _CLAIMS, *_SIDES]
    return Sheet(title, columns, [_cells(row, is_noted=bool(noted)) for row in rows], made)


def _cells(row: Row, *, is_noted: bool) -> list[Cell]:
    before, after = row.before, row.after
    return [
        row.label,
        *([row.note] if is_noted else []),
        before.claims,
        before.payable,
        after.payable,
        before.amount,
        after.amount,
        row.change,
        row.percent,
        before.city,
        after.city,
        before.district,
        after.district,
    ]


def _movers(title: str, rows: Sequence[Mover], made: str, *, is_stored: bool) -> Sheet:
    columns = [
        Column("申报编号" if is_stored else "模拟序号", width=18),
        Column("申报单位", width=30),
        Column("事项", width=30),
        Column("现行（元）", Kind.MONEY, 18),
        Column("方案（元）", Kind.MONEY, 18),
        Column("变化（元）", Kind.MONEY, 18),
    ]
    cells: list[list[Cell]] = []
    for row in rows:
        number = row.claim.number if row.claim else ("无权查看" if is_stored else str(row.place))
        name = row.claim.applicant.name if row.claim else ""
        cells.append([number, name, row.item, row.before, row.after, row.change])
    note = f"{made}　变动最大的 {len(rows)} 件"
    return Sheet(title, columns, cells, note)


def _quotas(report: Report, made: str) -> Sheet:
    columns = [Column("名额", width=40), Column("年度", Kind.NUMBER, 8)]
    for side in ("现行", "方案"):
        columns += [Column(f"{side}：{what}", Kind.NUMBER, 12) for what in ("名额", "符合条件", "入选", "未入选")]
    rows: list[list[Cell]] = []
    for quota in report.quotas:
        cells: list[Cell] = [quota.label, quota.year]
        for places in (quota.before, quota.after):
            cells += [places.places, places.asked, places.taken, places.cut] if places else [None] * 4
        rows.append(cells)
    return Sheet("名额", columns, rows, made)


def _reasons(report: Report, made: str) -> Sheet:
    columns = [
        Column("事项", width=30),
        Column("不予支持的原因", width=50),
        Column("现行（件）", Kind.COUNT, 12),
        Column("方案（件）", Kind.COUNT, 12),
    ]
    rows: list[list[Cell]] = [[reason.item, reason.words, reason.before, reason.after] for reason in report.reasons]
    return Sheet("不予支持的原因", columns, rows, made)
