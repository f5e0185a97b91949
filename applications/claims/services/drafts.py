"""Write a claim before it is submitted: begin, save, add and take off lines. Stale pages overwrite nothing."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim, ClaimEvent, ClaimLine
from applications.claims.permissions import right_to_write, stands_for
from applications.claims.selectors.conflicts import Typed, changed_since_loaded, find_conflict, shows_revision
from applications.claims.selectors.problems import MAX_LINES
from applications.claims.selectors.scope import EditableScope, editable_scope, item_of
from applications.claims.services.evidence import purge_line_evidence
from applications.claims.services.transitions import lock_claim
from applications.mandates.enums import Right
from applications.mandates.selectors import mandate_for
from policies.calls.models import Call
from policies.calls.selectors import calls_of_item, upcoming_calls
from policies.engine.model import Fact, Item
from policies.engine.regions import covers
from policies.facts.values import facts_of, implied_facts, read_facts, subject_key
from policies.published.models import SupportItem
from policies.published.selectors import compiled_item, item_version_for
from portal.accounts.models import Applicant
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError, StaleStateError


def start_claim(
    applicant: Applicant, *, item: SupportItem, key: uuid.UUID, act: ActorContext, call: Call | None = None
) -> Claim:
    """Begin a draft with one empty line in a call (the open one unless named). The same `key` again gives the draft.

    Raises RefusedError where the item cannot be claimed by this applicant, or no call is open for it.
    """
    is_member = act.user is not None and any(m.applicant_id == applicant.pk for m in act.user.active_memberships)
    place = {"principal_id": applicant.pk, "item_id": item.pk, "begun_at": act.at}
    mandate = None if is_member else mandate_for(act.user, **place, right=Right.FILL)  # type: ignore[arg-type]
    if act.user is None or not (is_member or mandate):
        raise RefusedError("只能为您所属的单位，或以有效委托书委托您所在机构办理该事项的单位申报。")
    version = item_version_for(item, timezone.localdate(act.at))
    if version is None or not item.claimable:
        raise RefusedError("该事项目前不接受申报，只提供测算。")
    city = applicant.region.city
    if city is None or not covers(compiled_item(version).content["document"], applicant.region_id):
        area = item.document.region.full_name if item.document.region else "其他地区"
        raise RefusedError(f"该事项适用于{area}，{applicant.name}的注册地不在其中。")
    call = open_call(item, applicant.region_id, at=act.at, wanted=call)
    try:
        with transaction.atomic():
            claim = Claim.objects.create(
                key=key,
                call=call,
                applicant=applicant,
                item=item,
                version=version,
                region=applicant.region,
                city=city,
                route=compiled_item(version).route,
                created_by=act.user,
                created_at=act.at,
                saved_at=act.at,
                status_since=act.at,
            )
            ClaimLine.objects.create(claim=claim, position=1)
            ClaimEvent.objects.create(
                claim=claim,
                action=Action.CREATE,
                to_status=ClaimStatus.DRAFT,
                actor=act.user,
                actor_name=act.actor_name,
                role="applicant",
                mandate=mandate,
                at=act.at,
            )
            record_audit(
                act,
                action="claim.create",
                target=claim,
                region_code=claim.region_id,
                after={
                    "item": item.code,
                    "call": call.number,
                    "applicant": applicant.pk,
                    "status": ClaimStatus.DRAFT,
                },
            )
            return claim
    except IntegrityError:
        return Claim.objects.visible_to(act.user).get(key=key, applicant=applicant, item=item)


def start_filled_claim(
    applicant: Applicant,
    *,
    item: SupportItem,
    key: uuid.UUID,
    act: ActorContext,
    rows: Sequence[Mapping[str, Any]],
    call: Call | None = None,
) -> Claim:
    """Begin a draft with lines of what is known already; the same `key` again gives that draft as it is now.

    Raises RefusedError as `start_claim` does.
    """
    with transaction.atomic():
        claim = start_claim(applicant, item=item, key=key, act=act, call=call)
        if rows and lock_editable(claim, act=act).revision == 0:
            add_lines(claim, act=act, rows=rows[:MAX_LINES])
        return claim


def open_call(item: SupportItem, region_code: str, *, at: datetime, wanted: Call | None = None) -> Call:
    """The call in which the item is open to a region at a moment: the wanted one, or that for the latest facts.

    Raises RefusedError, saying when the next one opens.
    """
    calls = calls_of_item(item, at=at, region_code=region_code)
    if wanted is not None:
        calls = [call for call in calls if call.pk == wanted.pk]
    if calls:
        return calls[0]
    coming = upcoming_calls(at, region_code=region_code).get(item.code)
    if coming is not None:
        raise RefusedError(f"“{item.title}”将于 {coming.opens_words} 开放申报（{coming.title}），请届时再来。")
    raise RefusedError(f"“{item.title}”现在没有正在申报的通知。新的通知发布后会有消息告知您。")


def move_to_call(claim: Claim, *, call: Call, act: ActorContext) -> Claim:
    """Put a draft whose call is over into another open call of its item; what was filled in stays.

    Raises RefusedError where the claim is no draft, or the call not open for it.
    """
    with transaction.atomic():
        claim = lock_editable(claim, act=act)
        if claim.status != ClaimStatus.DRAFT:
            raise RefusedError("已经提交的申报不能改到另一份通知。")
        if claim.call_id == call.pk:
            return claim
        before = claim.call.number if claim.call else ""
        claim.call = open_call(claim.item, claim.region_id, at=act.at, wanted=call)
        claim.save(update_fields=["call"])
        touch(claim, act=act)
        record_audit(
            act,
            action="claim.moved",
            target=claim,
            region_code=claim.region_id,
            before={"call": before},
            after={"call": claim.call.number},
        )
        return claim


def save_draft(claim: Claim, *, act: ActorContext, revision: int, typed: Typed) -> Claim:
    """Keep what was typed, right or wrong, and count the revision up where anything changed.

    A page that says what it was loaded with overwrites nothing that it did not change. Raises StaleStateError where it
    changed what somebody else changed too (or, not saying so, is of another revision and differs), RefusedError where
    the claim cannot be changed now. What a correction did not ask about stays as it is.

    Where only this page has saved since it was opened, what it says now is right: the answer to its last save may never
    have reached it.
    """
    with transaction.atomic():
        claim = lock_editable(claim, act=act)
        lines = list(claim.lines.order_by("position"))
        is_alone = bool(typed.page) and claim.last_page == typed.page
        if not is_alone:
            typed = changed_since_loaded(claim, typed)
        clashes = bool(find_conflict(claim, lines, typed)) if typed.loaded and not is_alone else False
        if not clashes and not _write(claim, lines, typed, act=act, commit=False):
            return claim
        if clashes or (typed.loaded is None and revision != claim.revision and not is_alone):
            raise StaleStateError("该申报已在别处修改。", current=claim, attempted=typed)
        _write(claim, lines, typed, act=act, commit=True)
        touch(claim, act=act, page=typed.page if is_alone or shows_revision(typed.page, claim.revision) else "")
        return claim


def add_lines(claim: Claim, *, act: ActorContext, rows: Sequence[Mapping[str, Any]]) -> list[ClaimLine]:
    """Append lines with these facts (typed or normal); an empty mapping makes an empty line.

    An only line that is still empty gives way. Raises RefusedError past the number of lines a claim may have,
    and in a correction, where lines stay as they are.
    """
    with transaction.atomic():
        claim = lock_editable(claim, act=act)
        item = item_of(claim)
        _refuse_in_correction(claim)
        lines = list(claim.lines.order_by("position"))
        if any(rows) and len(lines) == 1 and not lines[0].evidence.filter(removed_at=None).exists():
            first = lines[0]
            if not first.is_defence and read_facts(facts_of(item), first.facts).is_blank:
                _delete_line(first, act=act)
                lines = []
        if len(lines) + len(rows) > MAX_LINES:
            raise RefusedError(
                f"一份申报最多 {MAX_LINES} 项，现有 {len(lines)} 项，不能再加 {len(rows)} 项。请另报一份。"
            )
        last = lines[-1].position if lines else 0
        fresh = []
        for offset, row in enumerate(rows, start=1):
            line = ClaimLine(claim=claim, position=last + offset)
            put_facts(line, item, row)
            fresh.append(line)
        ClaimLine.objects.bulk_create(fresh)
        touch(claim, act=act)
        return fresh


def remove_line(claim: Claim, *, act: ActorContext, line_id: int) -> None:
    """Take a line off a draft; its files are taken off with it. A line that is gone already is no error."""
    with transaction.atomic():
        claim = lock_editable(claim, act=act)
        _refuse_in_correction(claim)
        line = claim.lines.filter(pk=line_id).first()
        if line is None:
            return
        _delete_line(line, act=act)
        # Numbers on the page and positions stay the same thing; upwards, so that no two lines meet at one position.
        for position, other in enumerate(claim.lines.order_by("position"), start=1):
            if other.position != position:
                other.position = position
                other.save(update_fields=["position"])
        touch(claim, act=act)


def _delete_line(line: ClaimLine, *, act: ActorContext) -> None:
    """Its files stay on record without it, as removed."""
    files = list(line.evidence.all())
    line.evidence.filter(removed_at=None).update(removed_at=act.at)
    line.delete()
    record_contents(files)


def lock_editable(claim: Claim, *, act: ActorContext) -> Claim:
    """The claim under its lock, refused with RefusedError unless this person may change it now."""
    claim = lock_claim(claim.pk)
    if not stands_for(act.user, claim, right_to_write(claim)):
        raise RefusedError("只有申报单位的成员，或有相应权限的受托代理机构可以修改申报。")
    if not claim.is_editable:
        raise RefusedError(f"该申报现为“{claim.applicant_label}”，不能再修改。")
    return claim


def touch(claim: Claim, *, act: ActorContext, page: str = "") -> None:
    """Count a change of a locked claim; `page` is the one that has made all changes since it was opened, if one has."""
    claim.revision += 1
    claim.saved_at = act.at
    claim.last_page = page
    claim.save(update_fields=["revision", "saved_at", "last_page"])


def put_facts(line: ClaimLine, item: Item, facts: Mapping[str, Any]) -> None:
    """Set a line's facts in normal form, or as typed where they cannot be read, and the right it is about."""
    reading = read_facts(facts_of(item), with_implied(line, item, facts))
    line.facts = {name: value for name, value in reading.values.items() if value not in ("", None, [])}
    wrong = item.subject in reading.errors
    line.subject_key = "" if wrong else subject_key(item, reading.values)


def with_implied(line: ClaimLine, item: Item, facts: Mapping[str, Any]) -> dict[str, Any]:
    """A draft line's facts with what its first ones, or a new number, tell of others; what was emptied stays empty."""
    is_new = not line.facts
    if line.claim.status != ClaimStatus.DRAFT or not (
        is_new or (item.subject and facts.get(item.subject) != line.facts.get(item.subject))
    ):
        return dict(facts)
    asked, holder = facts_of(item), line.claim.applicant.name if is_new else ""
    return {**facts, **implied_facts(asked, read_facts(asked, facts), applicant=holder)}


def _refuse_in_correction(claim: Claim) -> None:
    if claim.status == ClaimStatus.CORRECTION:
        raise RefusedError("补正时不能增加或删除明细，请按要求修改对应内容。")


def _write(claim: Claim, lines: Iterable[ClaimLine], typed: Typed, *, act: ActorContext, commit: bool) -> bool:
    """Merge what was typed into the claim and its lines; whether that changes anything."""
    item = item_of(claim)
    scope = editable_scope(claim)
    changed = False
    own = _merged(facts_of(item, "claim"), claim.facts, typed.facts, scope, None)
    if own != claim.facts:
        changed = True
        if commit:
            claim.facts = own
            claim.save(update_fields=["facts"])
    for line in lines:
        if _write_line(line, item, typed, scope, act=act, commit=commit):
            changed = True
    return changed


def _write_line(
    line: ClaimLine, item: Item, typed: Typed, scope: EditableScope, *, act: ActorContext, commit: bool
) -> bool:
    defence = line.is_defence
    if typed.defence is not None and scope.is_everything:
        defence = line.pk in typed.defence
    if defence:
        if line.is_defence:
            return False
        if commit:
            line.is_defence, line.facts, line.subject_key = True, {}, ""
            line.save(update_fields=["is_defence", "facts", "subject_key"])
            purge_line_evidence(line, act=act)
        return True
    if line.pk not in typed.lines and not line.is_defence:
        return False
    merged = _merged(facts_of(item), line.facts, typed.lines.get(line.pk, {}), scope, line.position)
    facts = with_implied(line, item, merged)
    if facts == line.facts and not line.is_defence:
        return False
    if commit:
        line.is_defence = False
        put_facts(line, item, facts)
        line.save(update_fields=["is_defence", "facts", "subject_key"])
    return True


def _merged(
    facts: Sequence[Fact],
    stored: Mapping[str, Any],
    typed: Mapping[str, Any],
    scope: EditableScope,
    position: int | None,
) -> dict[str, Any]:
    """Stored facts with what was typed over them, where it may be changed; empty ones are dropped."""
    allowed = scope.facts_at(position)
    over = {name: value for name, value in typed.items() if allowed is None or name in allowed}
    values = read_facts(facts, {**stored, **over}).values
    return {name: value for name, value in values.items() if value not in ("", None, [])}
