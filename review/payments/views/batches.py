"""The desk of batches: gather, check, prepare, release, file out, answer in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from portal.access import access, officials
from portal.accounts.enums import Role
from portal.accounts.persons import same_person
from portal.core.errors import show_refusal
from portal.core.files import file_response
from portal.core.http import act_of, user_of
from portal.core.money import to_yuan
from portal.core.paging import paginate
from review.funding.models import AwardPart
from review.funding.selectors import district_choices
from review.payments.enums import BatchState, LineState
from review.payments.formats import FORMATS
from review.payments.forms import AnswerForm, BatchFilterForm, BatchVoucherForm, CriteriaForm, ReasonForm
from review.payments.models import Batch, Disbursement
from review.payments.selectors.batches import check_list, sums_of
from review.payments.services.answers import take_answer
from review.payments.services.batches import (
    dissolve_batch,
    drop_stopped,
    due_parts,
    open_batch,
    prepare_batch,
    release_batch,
)
from review.payments.services.files import unusual_characters, write_bank_file
from review.payments.services.lines import settle_batch
from review.payments.services.long_batches import is_long, running_job, start_preparation, start_release

if TYPE_CHECKING:
    import uuid
    from typing import Any

finance = officials(Role.FINANCE)
readers = officials(Role.FINANCE, Role.AUDITOR)
PAGE = 50


@access(readers)
@require_GET
def batches(request: HttpRequest) -> HttpResponse:
    """The batches of the payers that the person serves or audits."""
    form = BatchFilterForm(request.GET)
    state = form.asked().get("state")
    found = Batch.objects.visible_to(user_of(request)).select_related("region__parent", "opened_by", "released_by")
    page = paginate(found.filter(state=state) if state else found, after=request.GET.get("after", ""), size=PAGE)
    may_open = bool(user_of(request).regions_for(Role.FINANCE))
    return render(request, "payments/batches.html", {"form": form, "page": page, "may_open": may_open})


@access(finance)
@require_http_methods(["GET", "POST"])
def new_batch(request: HttpRequest) -> HttpResponse:
    """Choose what a batch gathers: how many parts and how much, then gather them."""
    user = user_of(request)
    sent = request.POST if request.method == "POST" else (request.GET or None)
    regions = sorted(user.regions_for(Role.FINANCE))
    form = CriteriaForm(sent, regions=regions, districts=district_choices(user))
    criteria = form.criteria
    region = form.asked()["region"]
    code = getattr(region, "pk", region)
    due = due_parts(code, criteria)
    if request.method == "POST":
        with show_refusal(form):
            made = open_batch(region, criteria, act=act_of(request))
            messages.success(request, f"批次 {made.number} 已建立，请查看核对清单。")
            return redirect("payments:batch", key=made.key)
    parts = AwardPart.objects.filter(pk__in=due.values("pk"))
    waiting = Disbursement.objects.filter(part__in=parts, state=LineState.WAITING, batch=None)
    fen = parts.filter(disbursements=None).aggregate(fen=Sum("fen"))["fen"] or 0
    fen += waiting.aggregate(fen=Sum("fen"))["fen"] or 0
    context = {"form": form, "count": parts.count(), "total": to_yuan(fen)}
    return render(request, "payments/new_batch.html", context, status=422 if request.method == "POST" else 200)


@access(readers)
@require_http_methods(["GET", "POST"])
def batch(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One batch: its check list and lines, and the next thing to do."""
    seen = Batch.objects.visible_to(user_of(request)).select_related("region__parent", "prepared_by", "released_by")
    found = get_object_or_404(seen, key=key)
    if request.method == "POST":
        form = _form_of(request)
        if form is None or form.is_valid():
            with show_refusal(form if form is not None else request, denials=True):
                return _carry_out(request, found, form)
            if form is None:
                return redirect("payments:batch", key=key)
        return _batch_page(request, found, sent=form)
    return _batch_page(request, found)


def _form_of(request: HttpRequest) -> Any:
    """The form that belongs to what the person does; None where nothing is typed."""
    deed = request.POST.get("deed")
    if deed == "settle":
        return BatchVoucherForm(request.POST)
    if deed == "dissolve":
        return ReasonForm(request.POST)
    return AnswerForm(request.POST, request.FILES) if deed == "answer" else None


def _carry_out(request: HttpRequest, found: Batch, form: Any) -> HttpResponse:
    deed, act = request.POST.get("deed", ""), act_of(request)
    words = ""
    in_background = "笔数较多，正在后台逐件核查；办完后在“消息”中告知结果。"
    if deed == "prepare":
        withhold = bool(request.POST.get("withhold"))
        if is_long(found):
            start_preparation(found, withhold=withhold, act=act)
            words = in_background
        else:
            prepare_batch(found, withhold=withhold, act=act)
            words = "已核对，请由另一名财务人员复核发放。"
    elif deed == "drop":
        words = f"已移出 {drop_stopped(found, act=act)} 笔。"
    elif deed == "release":
        shown = request.POST.get("shown", "")
        if is_long(found):
            start_release(found, shown=shown, act=act)
            words = in_background
        else:
            release_batch(found, shown=shown, act=act)
            words = "已发放，请下载银行文件。"
    elif deed == "dissolve":
        dissolve_batch(found, reason=form.cleaned_data["reason"], act=act)
        words = "批次已解散，其中各笔可重新选取。"
    elif deed == "settle":
        is_done = settle_batch(found, voucher=form.paper, act=act)
        words = "到账已登记，将通知申报单位。" if is_done else "笔数较多，正在后台登记，请稍后刷新。"
    elif deed == "answer":
        file, is_new = take_answer(found.region, form.cleaned_data["answer"], batch=found, act=act)
        if not is_new:
            messages.warning(request, "该回盘文件此前已经上传，没有重复处理。")
        return redirect("payments:answer", pk=file.pk)
    if words:
        messages.success(request, words)
    return redirect("payments:batch", key=found.key)


def _batch_page(request: HttpRequest, found: Batch, *, sent: Any = None) -> HttpResponse:
    user = user_of(request)
    lines = paginate(found.lines.with_claims(), after=request.GET.get("after", ""), size=PAGE, oldest_first=True)
    is_open = found.state in (BatchState.OPEN, BatchState.PREPARED)
    checks = check_list(found, user) if is_open else None
    sums = sums_of(found)
    context = {
        "batch": found,
        "page": lines,
        "rows": [(line, checks.by_line.get(line.pk, ()) if checks else ()) for line in lines.rows],
        "checks": checks,
        "job": running_job(found) if is_open else None,
        "sums": sums,
        "count": sum(each.count for each in sums),
        "total": sum((each.yuan for each in sums), to_yuan(0)),
        "may_act": found.region_id in user.regions_for(Role.FINANCE),
        "is_preparer": same_person(user, found.prepared_by_id),
        "has_debts": checks is not None and any(finding.kind == "debt" for finding, _ in checks.kinds),
        "in_transit": any(each.state == LineState.IN_TRANSIT for each in sums),
        "files": found.files.all(),
        "formats": [(code, known.label) for code, known in FORMATS.items()],
        "unusual": unusual_characters(found)[:20] if found.state == BatchState.RELEASED else (),
        "voucher_form": sent if isinstance(sent, BatchVoucherForm) else BatchVoucherForm(),
        "reason_form": sent if isinstance(sent, ReasonForm) else ReasonForm(),
        "answer_form": sent if isinstance(sent, AnswerForm) else AnswerForm(),
    }
    return render(request, "payments/batch.html", context, status=422 if sent is not None else 200)


@access(finance)
@require_http_methods(["POST"])
def bank_file(request: HttpRequest, key: uuid.UUID, code: str) -> HttpResponseBase:
    """The batch as a file for the bank, its export on record."""
    found = get_object_or_404(Batch.objects.visible_to(user_of(request)), key=key)
    if code not in FORMATS:
        return redirect("payments:batch", key=key)
    with show_refusal(request, denials=True):
        file = write_bank_file(found, code=code, act=act_of(request))
        known = FORMATS[code]
        return file_response(file.path, sha256=file.sha256, filename=file.name, media_type=known.media_type)
    return redirect("payments:batch", key=key)
