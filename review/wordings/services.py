"""Propose the template of a kind of notice, try it on paper, and release it as a second person."""

from __future__ import annotations

import uuid
from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.db import transaction

from portal.accounts.areas import covers_now
from portal.accounts.enums import Role
from portal.accounts.models import Region, User
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.closed_language import WordingError
from portal.core.errors import RefusedError
from portal.core.proposals import check_second_person, refuse, release
from review.notices.enums import NoticeKind
from review.notices.render import RenderError, draw_letter, render_notice
from review.notices.snapshot import Snapshot, Template
from review.wordings.enums import Trial
from review.wordings.language import check, standard
from review.wordings.models import Wording
from review.wordings.specimens import specimen


def propose_wording(region: Region, kind: NoticeKind, *, text: str, key: uuid.UUID, act: ActorContext) -> Wording:
    """Propose a template for a kind, empty for the standard one. The same key again is the same proposal.

    Raises PermissionDenied outside the person's regions; RefusedError for a text that may not stand there, and while
    another waits to be released.
    """
    user = _duty(act, region)
    text = "\n".join(text.split("\r\n")).strip()
    refuse_bad(region, kind, text)
    with transaction.atomic():
        Region.objects.select_for_update(no_key=True).get(pk=region.pk)
        known = Wording.objects.filter(key=key).first()
        if known is not None:
            return known
        if Wording.objects.of(region.pk, kind).waiting().exists():
            raise RefusedError("这种通知书已有待发布的模板，请先由另一人发布或不采纳。")
        made = Wording.objects.create(
            key=key, region=region, kind=kind, text=text, proposed_by=user, proposed_at=act.at
        )
        _record(made, "proposed", act)
    return made


def release_wording(wording_id: int, *, act: ActorContext) -> Wording:
    """Put a proposed template in force as its kind's next version, for the notices issued from now on.

    Raises PermissionDenied outside the person's regions; RefusedError for one's own proposal, for one that is decided
    already, and for a text that may not stand there (fonts and fields may have changed since it was proposed).
    """
    with transaction.atomic():
        found = _locked(wording_id, act)
        kind = NoticeKind(found.kind)
        refuse_bad(found.region, kind, found.text)
        release(found, last=Wording.objects.of(found.region_id, kind).in_force().first(), act=act)
        _record(found, "released", act)
    return found


def refuse_wording(wording_id: int, *, reason: str, act: ActorContext) -> Wording:
    """Do not take a proposed text, with the reason. Raises PermissionDenied and RefusedError as `release_wording`."""
    with transaction.atomic():
        found = _locked(wording_id, act)
        refuse(found, reason=reason, act=act)
        _record(found, "refused", act)
    return found


def preview(region: Region, kind: NoticeKind, text: str, trial: Trial) -> bytes:
    """A notice of nobody by this template, as a PDF. Raises RefusedError for a text that may not stand there."""
    _check(kind, text)
    return _printed(_tried(region, kind, text, trial))


def refuse_bad(region: Region, kind: NoticeKind, text: str) -> None:
    """Raise RefusedError for a template that is not understood or printable, lacks a must, or exceeds the page."""
    _check(kind, text)
    for trial in Trial:
        tried = _tried(region, kind, text, trial)
        if _fits(specimen(region, kind, trial)) and not _fits(tried):
            raise RefusedError(f"用这份模板，{trial.label}的正文和印章放不进一页，请缩短。", "text")
        # Beside its length, what the hardest adds stands outside the template.
        if trial != Trial.HARDEST:
            _printed(tried)


def _check(kind: NoticeKind, text: str) -> None:
    try:
        check(kind, text or standard(kind))
    except WordingError as error:
        raise RefusedError(str(error), "text") from error


def _tried(region: Region, kind: NoticeKind, text: str, trial: Trial) -> Snapshot:
    notice = specimen(region, kind, trial)
    return replace(notice, template=Template(version=0, text=text)) if text else notice


def _printed(notice: Snapshot) -> bytes:
    try:
        return render_notice(notice.to_json())
    except RenderError as error:
        raise RefusedError(str(error), "text") from error


def _fits(notice: Snapshot) -> bool:
    """Whether the letter, with what it lists in an annex, stands on one page."""
    letter, _ = draw_letter(notice, annex=bool(notice.listed))
    return letter.rows is not None


def _locked(wording_id: int, act: ActorContext) -> Wording:
    found = Wording.objects.select_for_update(of=("self",)).select_related("region__parent").get(pk=wording_id)
    _duty(act, found.region)
    check_second_person(found, act=act)
    return found


def _duty(act: ActorContext, region: Region) -> User:
    """The person who acts, who administers the policy of the region now. Raises PermissionDenied."""
    if act.user is None or not covers_now(act.user, region.pk, Role.POLICY_ADMIN):
        raise PermissionDenied("只有本市的政策管理人员可以修改通知书模板。")
    return act.user


def _record(wording: Wording, deed: str, act: ActorContext) -> None:
    record_contents([wording])
    record_audit(
        act,
        action=f"wordings.{deed}",
        target=wording,
        region_code=wording.region_id,
        after={"kind": wording.kind, "version": wording.version, "text": wording.text},
    )
