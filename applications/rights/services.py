"""Keep the register: record, change, remove, take over from claims and sheets; and begin a claim from what is held."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from applications.claims.models import Claim
from applications.claims.services.drafts import start_filled_claim
from applications.rights.models import Right
from applications.rights.selectors import Holding, identity_key
from policies.calls.models import Call
from policies.facts.values import implied_facts, read_facts
from policies.finder.events import Event
from policies.published.models import SupportItem
from portal.accounts.models import Applicant, User
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError, StaleStateError


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many records were made, and how many stood in the register already and were left as they are."""

    new: int
    known: int


def record_right(
    applicant: Applicant,
    *,
    event: Event,
    facts: Mapping[str, Any],
    key: uuid.UUID,
    act: ActorContext,
    item_code: str = "",
    source: str = "",
) -> Right:
    """Write down what an applicant holds. The same `key` again gives the record that is already there.

    `item_code` says which of the event's alternatives it was, `source` which outside register states the same. Raises
    RefusedError where a fact cannot be read or is missing, or the same thing is recorded already.
    """
    user = _member(applicant, act)
    kept, subject_key = kept_facts(event, facts)
    try:
        with transaction.atomic():
            right = Right.objects.create(
                key=key,
                applicant=applicant,
                kind=event.code,
                subject_key=subject_key,
                item_code=alternative_of(event, item_code),
                facts=kept,
                recorded_by=user,
                recorded_at=act.at,
                changed_at=act.at,
            )
            _audit(act, right, action="rights.record", after={"kind": event.code, "facts": kept} | _stated(source))
            return right
    except IntegrityError:
        again = Right.objects.filter(key=key, applicant=applicant).first()
        if again is None:
            raise RefusedError(_known_text(event)) from None
        return again


def change_right(
    right: Right,
    *,
    event: Event,
    facts: Mapping[str, Any],
    revision: int,
    act: ActorContext,
    item_code: str = "",
    source: str = "",
) -> Right:
    """Write a record anew. Raises StaleStateError where it was changed since `revision`, else as `record_right`."""
    kept, subject_key = kept_facts(event, facts)
    which = alternative_of(event, item_code)
    try:
        with transaction.atomic():
            right = _lock(right, act)
            if (right.facts, right.item_code) == (kept, which):
                return right
            if right.revision != revision:
                raise StaleStateError("这条记录已在别处修改。")
            before = {"facts": right.facts, "item_code": right.item_code}
            right.facts, right.subject_key, right.item_code = kept, subject_key, which
            right.changed_at = act.at
            right.revision += 1
            right.save(update_fields=["facts", "subject_key", "item_code", "changed_at", "revision"])
            after = {"facts": kept, "item_code": which} | _stated(source)
            _audit(act, right, action="rights.change", before=before, after=after)
            return right
    except IntegrityError:
        raise RefusedError(_known_text(event)) from None


def remove_right(right: Right, *, reason: str, act: ActorContext, together: bool = False) -> int:
    """Take a record off the register, or `together` all that were recorded in one go with it; how many were taken off.

    The rows stay, with who did it, when and why. Twice is once.
    """
    user = _member(right.applicant, act)
    with transaction.atomic():
        asked = Right.objects.recorded_with(right) if together else Right.objects.filter(pk=right.pk)
        rows = list(asked.held().select_for_update(of=("self",)).select_related("applicant").order_by("pk"))
        Right.objects.filter(pk__in=[row.pk for row in rows]).update(
            removed_at=act.at, removed_by=user, removal_reason=reason
        )
        if len(rows) > 1:
            _audit_many(act, right.applicant, action="rights.remove_many", count=len(rows), reason=reason)
        elif rows:
            _audit(act, rows[0], action="rights.remove", before={"facts": rows[0].facts}, after={"reason": reason})
    return len(rows)


def record_many(
    applicant: Applicant, *, rows: Sequence[tuple[Event, Mapping[str, Any], str]], act: ActorContext
) -> Recorded:
    """Record several things (kind, facts, which item), all or none; what is recorded already is left as it is.

    Raises RefusedError, naming the row, where one cannot be read or lacks what a record needs.
    """
    user = _member(applicant, act)
    with transaction.atomic():
        known = set(Right.objects.filter(applicant=applicant).held().values_list("kind", "subject_key"))
        fresh = []
        for number, (event, facts, item_code) in enumerate(rows, start=1):
            try:
                kept, subject_key = kept_facts(event, facts)
            except RefusedError as error:
                raise RefusedError(f"第 {number} 行：{error}") from None
            if subject_key and (event.code, subject_key) in known:
                continue
            known.add((event.code, subject_key))
            fresh.append(
                Right(
                    applicant=applicant,
                    kind=event.code,
                    subject_key=subject_key,
                    item_code=alternative_of(event, item_code),
                    facts=kept,
                    recorded_by=user,
                    recorded_at=act.at,
                    changed_at=act.at,
                )
            )
        try:
            with transaction.atomic():
                Right.objects.bulk_create(fresh)
        except IntegrityError:
            raise RefusedError("同时有人登记了其中的内容，请刷新后重试。") from None
        if fresh:
            _audit_many(act, applicant, action="rights.record_many", count=len(fresh))
    return Recorded(len(fresh), len(rows) - len(fresh))


def start_claim_from_holdings(
    applicant: Applicant,
    *,
    item: SupportItem,
    holdings: Sequence[Holding],
    key: uuid.UUID,
    act: ActorContext,
    call: Call | None = None,
) -> Claim:
    """Begin a claim whose lines are filled in from what is held; the same `key` again gives that draft as it is now.

    In the call, or the one that is open. Raises RefusedError as `start_claim` does.
    """
    rows = [holding.facts for holding in holdings]
    return start_filled_claim(applicant, item=item, key=key, act=act, rows=rows, call=call)


def kept_facts(event: Event, facts: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Facts in normal form with the key of their identity; RefusedError for the first that will not do."""
    reading = read_facts(event.kept_facts, facts)
    for problems in (reading.errors, reading.missing):
        for place, message in problems.items():
            label = next(fact.label for fact in event.kept_facts if fact.name == place.split(".")[0])
            raise RefusedError(f"{label}：{message}")
    kept = {name: value for name, value in reading.values.items() if value not in ("", None, [])}
    kept |= implied_facts(event.kept_facts, reading)
    return kept, identity_key(event, kept)


def _stated(source: str) -> dict[str, str]:
    return {"registers": source} if source else {}


def _lock(right: Right, act: ActorContext) -> Right:
    right = Right.objects.select_for_update(of=("self",)).select_related("applicant").get(pk=right.pk)
    _member(right.applicant, act)
    if right.removed_at is not None:
        raise RefusedError("这条记录已被移除，不能再修改。需要的请重新登记。")
    return right


def _member(applicant: Applicant, act: ActorContext) -> User:
    """Who acts, refused unless a member of the applicant."""
    if act.user is None or not any(m.applicant_id == applicant.pk for m in act.user.active_memberships):
        raise RefusedError("只能登记您所属单位的知识产权。")
    return act.user


def alternative_of(event: Event, item_code: str) -> str:
    return item_code if item_code in {item.id for item in event.alternatives} else ""


def _known_text(event: Event) -> str:
    labels = "、".join(fact.label for fact in event.kept_facts if fact.name in event.identity)
    return f"相同的{labels}已经登记过。请在台账中修改原来的记录，不要重复登记。"


def _audit(act: ActorContext, right: Right, *, action: str, **changes: Any) -> None:
    record_audit(act, action=action, target=right, region_code=right.applicant.region_id, **changes)


def _audit_many(act: ActorContext, applicant: Applicant, *, action: str, **after: Any) -> None:
    record_audit(act, action=action, target=applicant, region_code=applicant.region_id, after=after)
