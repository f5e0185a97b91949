"""The list of findings, its sheet, and the answer to one."""

import uuid

from django.contrib import messages
from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from portal.access import access, officials
from portal.accounts.enums import Role
from portal.audit.security import exported_workbook
from portal.core.errors import show_refusal
from portal.core.fields import filter_words
from portal.core.http import act_of, user_of
from portal.core.paging import paginate
from portal.core.spreadsheets import Column, build_sheet
from review.checks.forms import AnswerForm, FindingFilterForm
from review.checks.models import Finding, FindingAnswer
from review.checks.selectors import shown_findings
from review.checks.services.answers import answer_finding
from review.decisions.views.claim import claim_or_404
from review.decisions.views.queue import credit_checkers

PAGE_SIZE = 50
MOST_ROWS = 20_000
COLUMNS = (
    Column("区县", width=10),
    Column("申报编号", width=16),
    Column("申报单位", width=30),
    Column("事项", width=26),
    Column("核查项", width=22),
    Column("程度", width=10),
    Column("疑点", width=60),
    Column("来源", width=30),
    Column("首次发现", width=12),
    Column("答复", width=16),
    Column("说明", width=40),
    Column("答复人", width=10),
)
listed_for = officials(
    *(Role.ACCEPTANCE, Role.DISTRICT_FIRST, Role.DISTRICT_SECOND, Role.CITY_OFFICER, Role.DECISION_MAKER),
    Role.AUDITOR,
)


def _wanted(request: HttpRequest, form: FindingFilterForm) -> QuerySet[Finding]:
    """The standing findings of the claims that the person sees, as the filters ask. Raises FilterError."""
    user, asked = user_of(request), form.asked()
    rows = Finding.objects.visible_to(user).standing().exclude(claim__applicant_id__in=user.recused_from)
    same = {name: asked[name] for name in ("code", "severity") if asked.get(name)}
    if asked.get("item"):
        same["claim__item_id"] = asked["item"]
    if asked.get("answered"):
        answered = Exists(FindingAnswer.objects.filter(finding=OuterRef("pk"), digest=OuterRef("digest")))
        rows = rows.filter(answered if asked["answered"] == "yes" else ~answered)
    return rows.filter(**same).select_related("claim__applicant", "claim__item", "claim__region")


@access(listed_for)
@require_GET
def findings(request: HttpRequest) -> HttpResponse:
    """What the checks found on the claims that one sees, the newest first."""
    form = FindingFilterForm(request.GET)
    page = paginate(_wanted(request, form), after=request.GET.get("after", ""), size=PAGE_SIZE, by="first_seen")
    shown = shown_findings(page.rows, user=user_of(request))
    shown.sort(key=lambda each: (each.finding.first_seen, each.finding.pk), reverse=True)
    narrowed = any(request.GET.get(name) for name in form.fields)
    context = {"form": form, "page": page, "shown": shown, "narrowed": narrowed}
    return render(request, "checks/findings.html", context)


@access(listed_for)
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The findings of the list as a sheet, with what was answered to each."""
    form, user = FindingFilterForm(request.GET), user_of(request)
    rows = list(_wanted(request, form).order_by("claim__submitted_at", "pk")[: MOST_ROWS + 1])
    shown = shown_findings(rows[:MOST_ROWS], user=user)
    shown.sort(key=lambda each: each.finding.claim_id)
    left_out = f"；只导出前 {MOST_ROWS} 项，请缩小范围" if len(rows) > MOST_ROWS else ""
    note = f"共 {len(shown)} 项{left_out}　{user.name} {timezone.localtime():%Y-%m-%d %H:%M} 导出"
    content = build_sheet(
        "核查疑点",
        columns=COLUMNS,
        rows=(
            [
                each.finding.claim.region.name,
                each.finding.claim.number,
                each.finding.claim.applicant.name,
                each.finding.claim.item.title,
                each.title,
                each.severity.label,
                each.words,
                each.finding.source,
                f"{timezone.localtime(each.finding.first_seen):%Y-%m-%d}",
                each.answer.get_verdict_display() if each.answer else "",
                each.answer.reason if each.answer else "",
                each.answer.officer_name if each.answer else "",
            ]
            for each in shown
        ),
        note=note,
    )
    return exported_workbook(
        act_of(request),
        content,
        f"核查疑点-{timezone.localdate():%Y%m%d}.xlsx",
        rows=len(shown),
        filters=filter_words(form),
        applicants={each.finding.claim.applicant_id for each in shown},
    )


@access(credit_checkers)
@require_POST
def answer(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Take an officer's answer to a finding; what is refused comes back with everything that was typed."""
    claim = claim_or_404(request, key)
    form = AnswerForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        with show_refusal(form, denials=True):
            answer_finding(claim.pk, act=act_of(request), **given)
            messages.success(request, f"{claim.number}：核查疑点的答复已登记。")
            return redirect(f"{reverse('review:claim', args=[key])}#panel-findings")
    row = Finding.objects.filter(
        claim=claim, code=request.POST.get("code", ""), key=request.POST.get("key", "")
    ).annotate(number=F("claim__number"))
    shown = shown_findings(list(row), user=user_of(request))
    return render(request, "checks/answer.html", {"claim": claim, "form": form, "shown": shown}, status=422)
