"""The board of budgets: every payer's lines of a year, each figure with the postings behind it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from policies.published.models import SupportItem
from portal.access import access, officials
from portal.accounts.enums import Role
from portal.accounts.models import Region
from portal.accounts.persons import same_person
from portal.audit.security import exported_workbook
from portal.core.errors import RefusedError, show_refusal
from portal.core.filters import FilterError, choice_of, whole_of
from portal.core.http import act_of, user_of
from portal.core.numbers import NumberError, read_day
from portal.core.paging import paginate
from review.treasury.enums import AccountKind, MonthState
from review.treasury.forms import CloseForm, IssueForm, LineForm, ReopenForm
from review.treasury.models import BudgetLine, MonthClose
from review.treasury.months import month_bounds
from review.treasury.selectors import line_figures, postings_of, total_figures, use_chart
from review.treasury.services.lines import create_line, issue_budget
from review.treasury.services.month_close import ask_reopening, close_month, settle_reopening
from review.treasury.services.year_end import confirm_year_end, drop_year_end, propose_year_end, proposed
from review.treasury.sheets import board_sheet
from review.treasury.statements import statement_of, statement_sheet

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse, QueryDict

    from portal.accounts.models import User
    from review.treasury.models import MonthCloseQuerySet

finance = officials(Role.FINANCE)
closers = officials(Role.FINANCE, Role.DECISION_MAKER)
readers = officials(Role.FINANCE, Role.DECISION_MAKER, Role.AUDITOR)
PAGE = 50
# What was done with a month, by what was asked for.
MONTH_WORDS = {
    "close": "已结账，该月不能再记账。",
    "ask": "已申请反结账，须由另一人批准。",
    "agree": "已反结账，该月可以记账。更正后请重新结账。",
    "keep": "反结账申请已撤下，该月仍为已结账。",
}
# What the figures of the board are called, and which postings stand behind each.
FIGURES = {
    AccountKind.SOURCE: "下达",
    AccountKind.COMMITTED: "占用",
    AccountKind.PAYABLE: "批准",
    AccountKind.IN_TRANSIT: "在途",
    AccountKind.PAID: "已付",
    "returned": "退回",
    AccountKind.AVAILABLE: "余额",
}


@access(readers)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """The lines of a year with their figures."""
    lines, years, year = _lines_of_year(request)
    rows = line_figures(lines)
    context = {
        "rows": rows,
        "totals": total_figures(rows),
        "years": years,
        "year": year,
        "chart": use_chart(rows, year) if rows else None,
        "may_export_year": bool(user_of(request).roles & {Role.FINANCE, Role.AUDITOR}),
        "may_add": bool(_own_regions(user_of(request))),
    }
    return render(request, "treasury/board.html", context)


@access(readers)
@require_GET
def board_export(request: HttpRequest) -> HttpResponse:
    """The board of a year as a workbook."""
    lines, _, year = _lines_of_year(request)
    content = board_sheet(line_figures(lines), year=year, made_by=user_of(request).name)
    return exported_workbook(
        act_of(request), content, f"指标执行表-{year}.xlsx", rows=len(lines), filters=f"年度：{year}"
    )


@access(readers)
@require_GET
def statement(request: HttpRequest) -> HttpResponse:
    """A month's statement: every account of the lines that the person sees, opening, movements and closing."""
    return _statement_page(request, _month(request.GET))


@access(closers)
@require_http_methods(["POST"])
def close_statement(request: HttpRequest) -> HttpResponse:
    """Close a month of one's own region, ask to open it again, or settle what another person asked."""
    user, act, first = user_of(request), act_of(request), _month(request.POST, is_needed=True)
    intent, region = request.POST.get("intent", ""), request.POST.get("region", "")
    form = ReopenForm(request.POST) if intent == "ask" else None
    closed = MonthClose.objects.visible_to(user).standing().filter(region_id=region, month=first).first()
    if form is None or form.is_valid():
        with show_refusal(form or request, denials=True):
            if intent == "close":
                close_month(region, first, act=act)
            elif closed is None:
                raise RefusedError("该月没有结账，可能已由他人反结账。请刷新页面查看。")
            elif form is not None:
                ask_reopening(closed, reason=form.cleaned_data["reason"], act=act)
            else:
                settle_reopening(closed, agree=intent == "agree", act=act)
            messages.success(request, MONTH_WORDS.get(intent, MONTH_WORDS["keep"]))
            form = None
    if form is not None:
        return _statement_page(request, first, form=form, region=region)
    return redirect(f"{reverse('treasury:statement')}?month={first:%Y-%m}")


def _statement_page(
    request: HttpRequest, first: date, *, form: ReopenForm | None = None, region: str = ""
) -> HttpResponse:
    user = user_of(request)
    closes = _closes(request, first)
    standing = {close.region_id: close for close in closes.standing()}
    own = Region.objects.filter(code__in=user.regions_for(Role.FINANCE, Role.DECISION_MAKER)).select_related("parent")
    seen = {each.code: each for each in own} | {code: close.region for code, close in standing.items()}
    _, end = month_bounds(first)
    context = {
        "rows": statement_of(_seen_lines(request), first),
        "first": first,
        "months": [first.replace(month=number) for number in range(1, 13)],
        "years": [first.year - 1, first.year + 1],
        "is_over": end <= timezone.now(),
        "closings": [
            {
                "region": each,
                "close": standing.get(code),
                "may_close": code in user.regions_for(Role.FINANCE),
                "may_settle": code in user.regions_for(Role.FINANCE, Role.DECISION_MAKER),
                "is_asker": code in standing and same_person(user, standing[code].asked_by_id),
                "form": form if form is not None and code == region else ReopenForm(auto_id=f"id_{code}_%s"),
            }
            for code, each in sorted(seen.items())
        ],
        "opened": closes.filter(state=MonthState.OPENED),
    }
    return render(request, "treasury/statement.html", context, status=422 if form is not None else 200)


@access(readers)
@require_GET
def statement_export(request: HttpRequest) -> HttpResponse:
    """The month's statement as a workbook."""
    first = _month(request.GET)
    rows = statement_of(_seen_lines(request), first)
    closed = _closes(request, first).standing()
    content = statement_sheet(rows, first=first, closed=closed, made_by=user_of(request).name)
    name = f"对账单-{first:%Y%m}.xlsx"
    return exported_workbook(act_of(request), content, name, rows=len(rows), filters=f"月份：{first:%Y-%m}")


@access(finance)
@require_http_methods(["GET", "POST"])
def new_line(request: HttpRequest) -> HttpResponse:
    """Set up a budget line."""
    form = LineForm(request.POST or None, regions=_own_regions(user_of(request)))
    if form.is_valid():
        with show_refusal(form):
            year = form.cleaned_data["year"]
            made = create_line(form.chosen_region, year=year, plan=form.plan, act=act_of(request))
            messages.success(request, "指标已建立，请登记下达的金额。")
            return redirect("treasury:line", pk=made.pk)
    return render(request, "treasury/new_line.html", {"form": form}, status=422 if form.errors else 200)


@access(readers)
@require_GET
def line(request: HttpRequest, pk: int) -> HttpResponse:
    """One line: its figures, the postings behind the chosen one, and for its finance officer what can be done."""
    return _line_page(request, _visible_line(request, pk))


@access(finance)
@require_http_methods(["POST"])
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Book a sum that a paper gives to the line or takes from it."""
    found = _own_line(request, pk)
    form = IssueForm(request.POST)
    if form.is_valid():
        with show_refusal(form):
            given = form.cleaned_data
            paper_no, key = given["paper_no"], given["key"]
            issue_budget(found, amount=given["amount"], paper_no=paper_no, key=key, act=act_of(request))
            messages.success(request, "指标金额已登记。")
            return redirect("treasury:line", pk=pk)
    return _line_page(request, found, issue_form=form)


@access(closers)
@require_http_methods(["POST"])
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose to carry over what the line has available, or to let it lapse; another person confirms."""
    found = _visible_line(request, pk)
    settled = {"confirm": (confirm_year_end, "年末处理已办结。"), "drop": (drop_year_end, "年末处理已撤回。")}
    if (chosen := settled.get(request.POST.get("intent", ""))) is not None:
        settle, words = chosen
        with show_refusal(request, success=words):
            settle(found, act=act_of(request))
        return redirect("treasury:line", pk=pk)
    form = CloseForm(request.POST, line=found)
    if form.is_valid():
        with show_refusal(form):
            propose_year_end(found, carry_over_to=form.carry_over_to, act=act_of(request))
            messages.success(request, "年末处理已提出，请另一人确认。")
            return redirect("treasury:line", pk=pk)
    return _line_page(request, found, close_form=form)


def _line_page(
    request: HttpRequest, found: BudgetLine, *, issue_form: Form | None = None, close_form: Form | None = None
) -> HttpResponse:
    kind = choice_of(request, "figure", FIGURES)
    page = paginate(postings_of(found, kind=kind), after=request.GET.get("after", ""), size=PAGE)
    is_own = found.region_id in user_of(request).regions_for(Role.FINANCE)
    proposal = proposed(found)
    [figures] = line_figures([found])
    sums = {
        AccountKind.SOURCE: figures.issued,
        AccountKind.COMMITTED: figures.committed,
        AccountKind.PAYABLE: figures.payable,
        AccountKind.IN_TRANSIT: figures.in_transit,
        AccountKind.PAID: figures.paid,
        "returned": figures.returned,
        AccountKind.AVAILABLE: figures.available,
    }
    is_bad = bool((issue_form and issue_form.errors) or (close_form and close_form.errors))
    context = {
        "line": found,
        "figures": [(key, label, sums[key]) for key, label in FIGURES.items()],
        "chosen": kind,
        "chosen_label": FIGURES.get(kind, ""),
        "page": page,
        "may_change": is_own and found.is_controlled,
        "issue_form": issue_form or IssueForm(),
        "close_form": close_form or CloseForm(line=found),
        "left": figures.available,
        "items": SupportItem.objects.filter(code__in=found.items).order_by("code"),
        "proposal": proposal,
        "may_settle": found.region_id in user_of(request).regions_for(Role.FINANCE, Role.DECISION_MAKER),
        "may_confirm": proposal is not None and not same_person(user_of(request), proposal.proposed_by_id),
    }
    return render(request, "treasury/line.html", context, status=422 if is_bad else 200)


def _lines_of_year(request: HttpRequest) -> tuple[list[BudgetLine], list[int], int]:
    """The lines that the person sees of the year asked for, all years that have some, and the year."""
    seen = BudgetLine.objects.visible_to(user_of(request))
    years = list(seen.order_by("-year").values_list("year", flat=True).distinct())
    this_year = timezone.localdate().year
    usual = this_year if this_year in years or not years else years[0]
    year = whole_of(request, "year", {*years, this_year}, default=usual)
    lines = list(seen.filter(year=year).select_related("region__parent").order_by("region_id", "pk"))
    return lines, years or [this_year], year


def _closes(request: HttpRequest, first: date) -> MonthCloseQuerySet:
    found = MonthClose.objects.visible_to(user_of(request)).filter(month=first)
    return found.select_related("region__parent", "closed_by", "asked_by", "opened_by")


def _month(given: QueryDict, *, is_needed: bool = False) -> date:
    """The first day of the month asked for as `month=2026-11`; this month's where none is. Raises FilterError."""
    text = given.get("month", "")
    if not text and not is_needed:
        return timezone.localdate().replace(day=1)
    try:
        return read_day(f"{text}-01", first_year=2000, last_year=2998)
    except NumberError:
        raise FilterError(f"没有“{text[:40]}”这个月份，什么都没有办理。请从页面上选择月份，如 2026-11。") from None


def _seen_lines(request: HttpRequest) -> QuerySet[BudgetLine]:
    seen = BudgetLine.objects.visible_to(user_of(request)).select_related("region__parent")
    return seen.order_by("region_id", "-year", "pk")


def _visible_line(request: HttpRequest, pk: int) -> BudgetLine:
    return get_object_or_404(BudgetLine.objects.visible_to(user_of(request)).select_related("region__parent"), pk=pk)


def _own_line(request: HttpRequest, pk: int) -> BudgetLine:
    """A line of the person's own regions. Raises PermissionDenied for one that the person may only read."""
    found = _visible_line(request, pk)
    if found.region_id not in user_of(request).regions_for(Role.FINANCE):
        raise PermissionDenied("只有该地区的财务人员可以管理指标。")
    return found


def _own_regions(user: User) -> list[Region]:
    codes = user.regions_for(Role.FINANCE)
    return list(Region.objects.filter(code__in=codes).select_related("parent").order_by("code"))
