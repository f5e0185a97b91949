"""File an objection online, take it up or decline it, and say what the end of a list's days does."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from policies.calls.models import Call
from portal.accounts.models import Appointment, Region, User
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.files import PDF, Allowed, check_file, keep_file
from portal.core.limits import count_use
from portal.notifications.services import notify_users
from review.decisions.enums import ObjectionState
from review.decisions.models import PublicityEntry, PublicityList
from review.decisions.permissions import approver_in, publishing_regions
from review.decisions.services.objections import Objector, enter_objection
from review.objections.enums import FilingState
from review.objections.models import EndRule, Filing
from review.objections.workflow import FILINGS

ATTACHED = Allowed(
    {PDF: ("pdf",), "image/jpeg": ("jpg", "jpeg"), "image/png": ("png",)}, "PDF、JPG 或 PNG", 10 * 1024 * 1024
)
_DAY = 24 * 3600
# Read aloud without mistakes: no letters that look like figures.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 12


@dataclass(frozen=True, slots=True)
class FilingDraft:
    """What somebody files: who they are, how to reach them, what they object to, and a paper."""

    name: str
    contact: str
    text: str
    file: UploadedFile[bytes] | None = None


def file_objection(entry: PublicityEntry, *, draft: FilingDraft, act: ActorContext) -> Filing:
    """Keep an objection of anybody; it holds the claim's approval back, and an officer takes it up or declines it.

    Raises RefusedError without name, contact or content, outside of the list's days, for an entry that has left the
    list, for a file that is none of the allowed, and above the day's limit of an address.
    """
    publicity = entry.publicity
    name, contact, text = draft.name.strip(), draft.contact.strip(), draft.text.strip()
    given = (("name", name, "姓名或单位"), ("contact", contact, "联系方式"), ("text", text, "异议内容"))
    for field, value, label in given:
        if not value:
            raise RefusedError(f"异议须实名：请填写{label}。", field)
    if not publicity.starts_on <= timezone.localdate(act.at) <= publicity.ends_on or publicity.withdrawn_reason:
        raise RefusedError("该公示不在公示期内，不能在网上提出异议。如有问题，请与受理部门联系。")
    if not PublicityList.objects.complete().filter(pk=publicity.pk).exists():
        raise RefusedError("该公示尚未发布。")
    kept, filename, media_type = None, "", ""
    if draft.file is not None:
        filename = PurePath(draft.file.name or "").name[-200:]
        media_type = check_file(filename, draft.file, allowed=ATTACHED)
    if not count_use(f"objection:{act.address}", limit=settings.OBJECTIONS_PER_DAY, seconds=_DAY):
        raise RefusedError("今天从您的网络地址提出的异议已达上限，请明天再提，或按公示中的方式书面提出。")
    if draft.file is not None:
        kept = keep_file(draft.file, folder=Filing.FOLDER)
    with transaction.atomic():
        # Locked, so that the claim is not approved between the question and the answer.
        claim = type(entry.claim).objects.select_for_update(of=("self",)).get(pk=entry.claim_id)
        is_standing = publicity.entries.standing().filter(pk=entry.pk).exists()
        if not is_standing or claim.status not in (ClaimStatus.PUBLICITY, ClaimStatus.OBJECTION):
            raise RefusedError("该申报已退出这次公示，不需再提出异议。")
        filing = Filing.objects.create(
            code="".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH)),
            entry=entry,
            name=name,
            contact=contact,
            text=text,
            filename=filename,
            sha256=kept.sha256 if kept else "",
            size=kept.size if kept else 0,
            media_type=media_type,
            filed_at=act.at,
        )
        notify_users(
            _officers(publicity),
            "objections.filed",
            key=f"objections.filed:{filing.pk}",
            url=reverse("objections:filing", args=[filing.key]),
            region_code=publicity.region_id,
            number=claim.number,
        )
        # Whoever files stays unnamed in the record: an objection is nobody's business but its officers'.
        nobody = ActorContext(user=None, at=act.at, address="")
        record_audit(nobody, action="objections.filed", target=filing, region_code=publicity.region_id)
    return filing


def accept_filing(filing: Filing, *, act: ActorContext) -> Filing:
    """Take a filing up: an objection of its day, which freezes the claim. Raises as `enter_objection` does."""
    with transaction.atomic():
        filing = _locked(filing, act)
        FILINGS.check(filing, FilingState.ACCEPTED)
        objection = enter_objection(
            filing.entry,
            objector=Objector(filing.name, filing.contact),
            text=filing.text,
            received_on=timezone.localdate(filing.filed_at),
            act=act,
        )
        changes = {"objection": objection, "handled_by": act.user, "handled_at": act.at}
        FILINGS.move(filing, FilingState.ACCEPTED, changes=changes)
        _record(filing, "accepted", act)
    return filing


def decline_filing(filing: Filing, *, reason: str, act: ActorContext) -> Filing:
    """Not take a filing up; its author reads the reason. Raises RefusedError without one."""
    if not reason.strip():
        raise RefusedError("请写明不予受理的理由，异议人可以查询到。", field="reason")
    with transaction.atomic():
        filing = _locked(filing, act)
        changes = {"reason": reason.strip(), "handled_by": act.user, "handled_at": act.at}
        FILINGS.move(filing, FilingState.DECLINED, changes=changes)
        _record(filing, "declined", act)
    return filing


def state_for_author(filing: Filing) -> tuple[str, str]:
    """What its author reads: where it stands, and the reason or conclusion."""
    objection = filing.objection
    if objection is None:
        return filing.get_state_display(), filing.reason
    if objection.state == ObjectionState.OPEN:
        return "已受理，正在核实", f"核实期限 {objection.due_on:%Y-%m-%d}。"
    return f"已办结：{objection.get_state_display()}", objection.conclusion


def set_rule(region: Region, *, call: Call | None, approves: bool, act: ActorContext) -> EndRule:
    """Say whether the end of a list's days approves by itself; only who approves the region's lists may.

    Raises PermissionDenied for anybody else.
    """
    user = act.user
    if user is None or region.pk not in user.regions_for(approver_in(region)):
        raise PermissionDenied("公示期满规则由批准本地区名单的人员设定。")
    with transaction.atomic():
        rule = EndRule.objects.create(region=region, call=call, approves=approves, set_by=user, set_at=act.at)
        after = {"approves": approves, "call": call.number if call else ""}
        record_audit(act, action="objections.rule", target=rule, region_code=region.pk, after=after)
    return rule


def _locked(filing: Filing, act: ActorContext) -> Filing:
    found = Filing.objects.select_for_update(of=("self",)).select_related("entry__publicity", "entry__claim")
    locked = found.get(pk=filing.pk)
    if act.user is None or locked.entry.publicity.region_id not in publishing_regions(act.user):
        raise PermissionDenied("网上异议由发布公示的人员受理。")
    return locked


def _officers(publicity: PublicityList) -> list[User]:
    """Who publishes in the list's region, and so takes up objections."""
    held = Appointment.objects.in_force().filter(region_id=publicity.region_id)
    people = User.objects.filter(pk__in=held.values("user_id"), is_active=True).order_by("pk")
    return [user for user in people if publicity.region_id in publishing_regions(user)]


def _record(filing: Filing, action: str, act: ActorContext) -> None:
    region = filing.entry.publicity.region_id
    record_audit(act, action=f"objections.{action}", target=filing, region_code=region, after={"state": filing.state})
