"""The system administrator's screen of background jobs, and the health check that monitors ask."""

import hmac

from django.conf import settings
from django.contrib import messages
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from portal.access import access, needs_second_factor, officials, public
from portal.accounts.enums import Role
from portal.core.http import act_of, user_of
from portal.core.metrics import all_measurements
from portal.jobs.forms import JobFilterForm
from portal.jobs.health import check_all
from portal.jobs.kinds import kind_label
from portal.jobs.metrics import JobCollector
from portal.jobs.models import Job
from portal.jobs.selectors import page_of_jobs, standing
from portal.jobs.services import retry_dead_jobs, retry_job

system_admins = officials(Role.SYSTEM_ADMIN)


@access(system_admins)
def job_list(request: HttpRequest) -> HttpResponse:
    """Show how the machinery stands, and the jobs with their errors."""
    form = JobFilterForm(request.GET)
    narrowed = form.to_filter()
    page = page_of_jobs(user_of(request), narrowed=narrowed, after=request.GET.get("after", ""))
    now = timezone.now()
    found = standing(user_of(request), now=now)
    context = {
        "form": form,
        "page": page,
        "standing": found,
        "narrowed": any((narrowed.state, narrowed.kind, narrowed.text)),
        "now": now,
    }
    return render(request, "jobs/list.html", context)


@access(system_admins)
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one failed job back in line."""
    job = get_object_or_404(Job.objects.visible_to(user_of(request)), pk=pk)
    if retry_job(job, act=act_of(request)):
        messages.success(request, f"“{job.kind_label}”（{job.key}）已重新排队。")
    else:
        messages.info(request, "这个任务现在不是失败状态，无需重试。")
    return redirect("jobs:list")


@access(system_admins)
@require_POST
def retry_kind(request: HttpRequest) -> HttpResponse:
    """Put every failed job of a kind back in line."""
    kind = request.POST.get("kind", "")
    count = retry_dead_jobs(kind, act=act_of(request))
    if count:
        messages.success(request, f"已将 {count} 个失败的“{kind_label(kind)}”重新排队。")
    else:
        messages.info(request, "没有失败的这类任务，无需重试。")
    return redirect("jobs:list")


@access(public)
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while every check holds, else 503; which one does not is for the system administrator alone."""
    checks = check_all()
    is_healthy = all(check.is_ok for check in checks)
    answer: dict[str, object] = {"status": "ok" if is_healthy else "unavailable"}
    if _may_see_details(request):
        answer["checks"] = {check.name: {"ok": check.is_ok, "detail": check.detail} for check in checks}
    return JsonResponse(answer, status=200 if is_healthy else 503)


def _may_see_details(request: HttpRequest) -> bool:
    try:
        return system_admins.allows(request.user) and not needs_second_factor(request.user)
    except DatabaseError:
        return False


@access(public)
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Every measurement, for whoever brings METRICS_TOKEN as a bearer token; 404 for everybody else."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        raise Http404
    return HttpResponse(all_measurements(JobCollector()), content_type=CONTENT_TYPE_LATEST)
