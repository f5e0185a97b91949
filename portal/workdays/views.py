"""The system administrator's calendar."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from portal.access import access, officials
from portal.accounts.areas import covers
from portal.accounts.enums import Role
from portal.core.filters import whole_of
from portal.core.http import act_of, user_of
from portal.workdays.enums import SpanKind
from portal.workdays.forms import RemovalForm, SpanForm
from portal.workdays.selectors import FIRST_YEAR, is_complete, months_of, spans_of
from portal.workdays.services import remove_workdays, set_workdays

system_admins = officials(Role.SYSTEM_ADMIN)
_WEEKDAYS = "一二三四五六日"


@access(system_admins)
def day_list(request: HttpRequest) -> HttpResponse:
    """Show a year with what each day is, and take what the administrator sets."""
    form = SpanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        count = set_workdays(
            asked["first"],
            last=asked["last"],
            kind=SpanKind(asked["kind"]),
            basis=asked["basis"],
            act=act_of(request),
        )
        messages.success(request, f"已登记 {count} 天。此前已经推算好的期限不变。")
        return redirect(_year_url(asked["first"].year))
    this_year = timezone.localdate().year
    year = whole_of(request, "year", range(FIRST_YEAR, 9999), default=this_year)
    context = {
        "form": form,
        "may_set": covers(user_of(request), "", Role.SYSTEM_ADMIN),
        "year": year,
        "years": range(this_year - 1, this_year + 3),
        "months": months_of(year),
        "weekdays": _WEEKDAYS,
        "spans": spans_of(year),
        "is_complete": is_complete(year),
        "next_year": this_year + 1,
        "next_year_missing": not is_complete(this_year + 1),
    }
    return render(request, "workdays/list.html", context, status=400 if form.errors else 200)


@access(system_admins)
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Let the national calendar hold again on a span."""
    form = RemovalForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("日期有误，请返回后重试。")
    count = remove_workdays(form.cleaned_data["first"], last=form.cleaned_data["last"], act=act_of(request))
    messages.success(request, f"已取消 {count} 天的调整。" if count else "这些日子没有调整，无需取消。")
    return redirect(_year_url(form.cleaned_data["first"].year))


def _year_url(year: int) -> str:
    return f"{reverse('workdays:list')}?year={year}"
