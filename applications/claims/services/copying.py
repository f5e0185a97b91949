"""A claim again as a new draft: copied as it stands, or withdrawn to be changed before anybody took it up."""

import uuid

from django.db import transaction

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim, ClaimLine
from applications.claims.selectors.scope import item_of
from applications.claims.services.drafts import put_facts, start_claim, touch
from applications.claims.services.evidence import attach
from applications.claims.services.submission import withdraw_claim
from applications.claims.services.transitions import lock_claim
from policies.calls.models import Call
from policies.facts.values import facts_of, read_facts
from portal.audit.services import recorded_together
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError

WITHDRAWN_TO_EDIT = "撤回修改"


def copy_claim(source: Claim, *, act: ActorContext, key: uuid.UUID, call: Call | None = None) -> Claim:
    """Begin a draft with what a claim says, and its files, under the rules of today. The same `key` gives the draft.

    Lines of defence patents hold nothing and are not copied; a file for which the item no longer asks waits for a
    place. Raises RefusedError as `start_claim` does.
    """
    with transaction.atomic(), recorded_together():
        is_new = not Claim.objects.filter(key=key).exists()
        copy = start_claim(source.applicant, item=source.item, key=key, act=act, call=call)
        if not is_new:
            return copy
        item = item_of(copy)
        copy.facts = {
            name: value
            for name, value in read_facts(facts_of(item, "claim"), source.facts).values.items()
            if value not in ("", None, [])
        }
        copy.save(update_fields=["facts"])
        lines = _copy_lines(source, copy)
        asked = {wanted.code: wanted.per == "line" for wanted in item.evidence}
        for evidence in source.evidence.filter(removed_at=None).select_related("file").order_by("pk"):
            line = lines.get(evidence.line_id or 0)
            fits = asked.get(evidence.requirement) is (line is not None)
            if evidence.line_id and line is None:
                continue
            attach(
                copy,
                act=act,
                requirement=evidence.requirement if fits else "",
                line=line if fits else None,
                stored=evidence.file,
                filename=evidence.filename,
            )
        touch(copy, act=act)
        return copy


def _copy_lines(source: Claim, copy: Claim) -> dict[int, ClaimLine]:
    """Write the lines in the draft, whose one line is empty; by the keys of those that they are of."""
    item, lines = item_of(copy), {}
    kept = source.lines.filter(is_defence=False).order_by("position")
    for position, line in enumerate(kept, start=1):
        fresh = copy.lines.filter(position=position).first() or ClaimLine(claim=copy, position=position)
        put_facts(fresh, item, line.facts)
        fresh.save()
        lines[line.pk] = fresh
    return lines


def withdraw_to_edit(claim: Claim, *, act: ActorContext, key: uuid.UUID) -> Claim:
    """Withdraw a claim that nobody has taken up, and begin a draft with all that it says, in its own call.

    Raises RefusedError where it was taken up, or its call is over: it stays as it is then. Pressed twice, the second
    press gives the same draft.
    """
    if draft := Claim.objects.filter(key=key, applicant=claim.applicant_id).first():
        return draft
    with transaction.atomic():
        locked = lock_claim(claim.pk)
        if locked.status != ClaimStatus.SUBMITTED:
            raise RefusedError(
                f"该申报现为“{locked.applicant_label}”，不能撤回修改。需要改动的，请联系办理人员退回补正。"
            )
        withdraw_claim(locked, act=act, reason=WITHDRAWN_TO_EDIT)
        return copy_claim(locked, act=act, key=key, call=locked.call)
