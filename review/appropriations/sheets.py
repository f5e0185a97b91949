"""The calculation of an allocation as a sheet: a workbook, and a page to sign and file."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils import timezone

from portal.accounts.models import Region
from portal.core.money import to_fen, to_yuan, yuan_in_words
from portal.core.spreadsheets import Cell, Column, Kind, Sheet, build_book
from review.appropriations.calculation import calculation, percent
from review.notices.letter import Letter
from review.notices.render import print_html

if TYPE_CHECKING:
    from review.appropriations.models import Allocation

STYLE = Path(__file__).with_name("print.css")
# Characters of 12 pt in the 225 mm of a page across: a city's districts and their notes stand on one page.
MEASURE = 53


def calculation_sheet(allocation: Allocation, *, made_by: str) -> bytes:
    """The districts' values, contributions, ratios and shares, and on a second sheet the factors with their sources."""
    columns = [Column("代码", width=10), Column("区县", width=14)]
    for each in allocation.inputs:
        columns.append(Column(each["name"], Kind.FIGURE, 16))
        columns.append(Column(f"折算（权重 {each['weight']}%）", width=18))
    columns += [Column("分配系数", width=14), Column("份额（元）", Kind.MONEY, 18)]
    names = _names(allocation)
    rows: list[list[Cell]] = []
    for row in calculation(to_fen(allocation.pool), allocation.inputs):
        cells: list[Cell] = [row.code, names.get(row.code, row.code)]
        for value, part in zip(row.values, row.contributions, strict=True):
            cells += [value, percent(part, 6)]
        rows.append([*cells, percent(row.ratio, 6), to_yuan(row.share)])
    note = f"单位：元　{allocation.basis}　{timezone.localtime():%Y-%m-%d %H:%M} {made_by} 导出"
    factors = [[each["name"], each["weight"], each["source"]] for each in allocation.inputs]
    factor_columns = (Column("因素", width=24), Column("权重（%）", width=12), Column("数据来源", width=70))
    return build_book([Sheet(allocation.title, columns, rows, note), Sheet("因素和来源", factor_columns, factors)])


def calculation_pdf(allocation: Allocation) -> tuple[bytes, str]:
    """The calculation as a PDF, and its SHA-256. The same allocation gives the same bytes."""
    names = _names(allocation)
    rows = [
        {
            "name": names.get(row.code, row.code),
            "values": [f"{value:,}" for value in row.values],
            "ratio": percent(row.ratio),
            "share": to_yuan(row.share),
        }
        for row in calculation(to_fen(allocation.pool), allocation.inputs)
    ]
    context = {
        "allocation": allocation,
        "letter": Letter(measure=MEASURE),
        "rows": rows,
        "words": yuan_in_words(allocation.pool),
        "document": getattr(allocation, "appropriation", None),
    }
    content = print_html(render_to_string("appropriations/print.html", context), style=STYLE.read_text())
    return content, hashlib.sha256(content).hexdigest()


def _names(allocation: Allocation) -> dict[str, str]:
    codes = [share.region_id for share in allocation.shares.all()]
    return dict(Region.objects.filter(pk__in=codes).values_list("code", "name"))
