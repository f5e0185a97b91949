"""Rating one's finished matters, and the desk that answers bad ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from portal.access import access, applicants, officials
from portal.core import clock
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of
from portal.core.paging import paginate
from review.ratings.enums import RatingState
from review.ratings.forms import AnswerForm, RatingFilterForm, RatingForm
from review.ratings.models import READERS, Rating
from review.ratings.selectors import is_overdue, own_ratings, ratable_claims, satisfaction
from review.ratings.services import answer_rating, rate_claim

if TYPE_CHECKING:
    import uuid

    from django.http import HttpRequest, HttpResponse

readers = officials(*READERS)
_SHOWN = 20
PAGE = 50


@access(applicants)
@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """What the person's applicants may still rate, and what they rated."""
    user = user_of(request)
    context = {"claims": ratable_claims(user)[:_SHOWN], "ratings": own_ratings(user)}
    return render(request, "ratings/own.html", context)


@access(applicants)
@require_http_methods(["GET", "POST"])
def rate(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Rate one finished claim."""
    claim = get_object_or_404(ratable_claims(user_of(request)), key=key)
    form = RatingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with show_refusal(form):
            rating = rate_claim(
                claim, level=form.cleaned_data["level"], text=form.cleaned_data["text"], act=act_of(request)
            )
            messages.success(
                request, "感谢您的评价。" if not rating.is_bad else "已收到您的评价，办理部门核实后会回复您。"
            )
            return redirect("ratings:own")
    return render(request, "ratings/rate.html", {"claim": claim, "form": form}, status=422 if form.errors else 200)


@access(readers)
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The ratings of the person's regions, and how content applicants are."""
    seen = Rating.objects.visible_to(user_of(request))
    form = RatingFilterForm(request.GET or None)
    asked = form.asked()
    wanted = {name: asked[name] for name in ("state", "level") if asked.get(name)}
    rows = seen.filter(**wanted).select_related("claim__item", "applicant", "region")
    page = paginate(rows, after=request.GET.get("after", ""), size=PAGE)
    levels, total, content = satisfaction(seen)
    today = clock.today()
    context = {
        "form": form,
        "page": page.map(lambda rating: (rating, is_overdue(rating, today))),
        "levels": levels,
        "total": total,
        "content": content,
        "narrowed": bool(wanted),
    }
    return render(request, "ratings/desk.html", context)


@access(readers | applicants)
@require_http_methods(["GET", "POST"])
def rating(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One rating with its answer; who answers for the office writes it here."""
    user = user_of(request)
    related = ("claim__item", "applicant", "region", "answered_by")
    found = get_object_or_404(Rating.objects.visible_to(user).select_related(*related), key=key)
    may_answer = found.state == RatingState.OPEN and Rating.objects.answerable_by(user).filter(pk=found.pk).exists()
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with show_refusal(form):
            answer_rating(found, answer=form.cleaned_data["answer"], act=act_of(request))
            messages.success(request, "已回复，申报单位会收到通知。")
            return redirect("ratings:desk")
    context = {"rating": found, "may_answer": may_answer, "form": form, "late": is_overdue(found, clock.today())}
    return render(request, "ratings/rating.html", context, status=422 if form.errors else 200)
