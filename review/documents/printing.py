"""Print a paper: at once, or by a job where it has many rows; what is asked for again and again is kept for a while."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import transaction

from portal.accounts.models import User
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.services import enqueue_job
from review.documents.enums import DocumentKind
from review.documents.kinds import FORMS, Paper

KIND = "documents.print"
# A request prints so many rows by itself: they take a processor about two seconds.
AT_ONCE = 200
# Seconds for which a printed paper is kept: what it says hardly changes.
KEPT = 600


def print_or_start(kind: DocumentKind, key: str, paper: Paper, user: User | AnonymousUser, **said: Any) -> bytes | Job:
    """The paper as a PDF, or the job that prints it. While one prints it, or has failed to, asking begins no other.

    `said` is what the paper was found with beside its key.
    """
    content: bytes | None = cache.get(_place(kind, paper)) if paper.mark else None
    if content is not None:
        return content
    if paper.rows * paper.weight <= AT_ONCE or not paper.mark:
        return _print(kind, paper)
    begins = f"{kind}:{paper.mark}:"
    jobs = Job.objects.filter(kind=KIND, key__startswith=begins)
    standing = jobs.exclude(state=JobState.DONE).order_by("pk").last()
    if standing is not None:
        return standing
    payload = {"kind": kind.value, "key": key, "user_id": user.pk, "said": said}
    with transaction.atomic():
        return enqueue_job(KIND, key=f"{begins}{jobs.count()}", payload=payload)


def print_by_job(*, kind: str, key: str, user_id: int | None, said: Mapping[str, Any]) -> None:
    """Print a paper as this person sees it, and keep it. A job; what is not there any more is passed over."""
    user = User.objects.get(pk=user_id) if user_id else AnonymousUser()
    paper = FORMS[DocumentKind(kind)](user, key, **said)
    if paper is not None:
        _print(DocumentKind(kind), paper)


def _print(kind: DocumentKind, paper: Paper) -> bytes:
    content = paper.printed()
    if paper.mark:
        cache.set(_place(kind, paper), content, KEPT)
    return content


def _place(kind: DocumentKind, paper: Paper) -> str:
    return f"paper:{kind}:{paper.mark}"
