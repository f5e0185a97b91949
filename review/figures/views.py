"""The pages of figures: the board, what stands behind a figure, and one page for those who decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from portal.access import access, officials
from portal.audit.security import exported_workbook
from portal.core.filters import choice_of
from portal.core.http import act_of, user_of
from review.figures.cells import breakdown_columns, breakdown_rows, ground_rows, number_stats, sum_stats
from review.figures.charts import desk_chart, number_chart, sum_chart
from review.figures.forms import FigureFilterForm
from review.figures.measures import Measure
from review.figures.models import READERS, SUPERVISORS
from review.figures.selectors import (
    AGES,
    GROUND_LABELS,
    behind,
    counted_until,
    desks_of,
    figures_of,
    officers_of,
)
from review.figures.sheets import figures_book
from review.treasury.models import BudgetLine
from review.treasury.selectors import line_figures, total_figures

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

readers = officials(*READERS)


@access(readers)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """The figures of the months asked for, with charts and breakdowns."""
    return render(request, "figures/board.html", _figures(request, _form(request)))


@access(readers)
@require_GET
def board_export(request: HttpRequest) -> HttpResponse:
    """The same as a workbook."""
    user, found = user_of(request), _figures(request, _form(request))
    asked, until = found["asked"], found["until"]
    note = f"统计至 {timezone.localtime(until):%Y-%m-%d %H:%M}　{user.name} 导出" if until else f"{user.name} 导出"
    content = figures_book(found["figures"], desks=found["desks"], officers=found["officers"], note=note)
    name = f"办理统计-{asked.words}.xlsx"
    return exported_workbook(act_of(request), content, name, rows=len(found["figures"].months), filters=asked.words)


@access(readers)
@require_GET
def claims_behind(request: HttpRequest) -> HttpResponse:
    """The steps or entries that one figure was counted from."""
    form = _form(request)
    asked = form.as_filter()
    measure = Measure(choice_of(request, "measure", Measure.values, default=Measure.RECEIVED))
    ground = choice_of(request, "ground", GROUND_LABELS)
    page, count = behind(user_of(request), asked, measure, ground=ground, after=request.GET.get("after", ""))
    context = {"form": form, "asked": asked, "measure": measure, "page": page, "count": count}
    return render(request, "figures/behind.html", context | {"ground": GROUND_LABELS.get(ground, "")})


@access(readers)
@require_GET
def summary(request: HttpRequest) -> HttpResponse:
    """One page of a year for those who decide, to be read or printed."""
    found = _figures(request, _form(request))
    lines = BudgetLine.objects.visible_to(user_of(request)).filter(year=found["asked"].first.year)
    budget = line_figures(lines.select_related("region"))
    return render(request, "figures/summary.html", found | {"budget": total_figures(budget) if budget else None})


def _form(request: HttpRequest) -> FigureFilterForm:
    return FigureFilterForm(request.GET or None, user=user_of(request))


def _figures(request: HttpRequest, form: FigureFilterForm) -> dict[str, Any]:
    user, asked = user_of(request), form.as_filter()
    figures = figures_of(user, asked)
    desks = desks_of(user, asked, today=timezone.localdate())
    return {
        "form": form,
        "asked": asked,
        "figures": figures,
        "total": figures.total,
        "until": counted_until(),
        "desks": desks,
        "stats": number_stats(figures.total, request.GET),
        "sums": sum_stats(figures.total, request.GET),
        "tables": [
            (
                table.title,
                breakdown_columns(table.heading),
                breakdown_rows(table, request.GET, narrows=table.parameter in form.fields),
            )
            for table in figures.breakdowns
        ],
        "grounds": ground_rows(figures.grounds, request.GET),
        "desk_columns": " | ".join(["状态", *(f"{words} >" for words, _, _ in AGES), "合计 >", "申报金额 >"]),
        "open_count": sum(desk.count for desk in desks),
        "officers": officers_of(user, asked) if user.roles & set(SUPERVISORS) else [],
        "number_chart": number_chart(figures.months),
        "sum_chart": sum_chart(figures.months),
        "desk_chart": desk_chart(desks) if desks else None,
    }
