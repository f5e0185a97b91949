"""Fill a draft's lines in from outside registers: what is empty, or one fact that the person takes over."""

from django.db import transaction
from django.utils import timezone

from applications.claims.models import Claim
from applications.claims.selectors.context import read_claim
from applications.claims.selectors.registered import stated_of_lines
from applications.claims.selectors.scope import editable_scope
from applications.claims.services.drafts import lock_editable, put_facts, touch
from portal.audit.services import record_audit
from portal.core.actor import ActorContext


def prefill_lines(claim: Claim, *, act: ActorContext, only: str = "") -> int:
    """Write what the register states where nothing was typed; with `only` (line's key and fact) just that, over it.

    Returns how many facts were written; the sources with their days go on record. What may not be changed stays.
    Raises RefusedError where the claim cannot be changed now.
    """
    with transaction.atomic():
        claim = lock_editable(claim, act=act)
        context, scope = read_claim(claim), editable_scope(claim)
        known = {fact.name for fact in context.item.facts}
        stated = stated_of_lines(context, on=timezone.localdate(act.at))
        count, sources = 0, set()
        for state in context.lines:
            if (says := stated.get(state.line.pk)) is None:
                continue
            values = state.reading.values
            wanted = (
                {n: v for n, v in says.values.items() if only == f"{state.line.pk}-{n}"}
                if only
                else says.missing(values)
            )
            allowed = scope.facts_at(state.line.position)
            wanted = {n: v for n, v in wanted.items() if n in known and (allowed is None or n in allowed)}
            if wanted:
                put_facts(state.line, context.item, values | wanted)
                state.line.save(update_fields=["facts", "subject_key"])
                count += len(wanted)
                sources.add(says.source)
        if count:
            touch(claim, act=act)
            record_audit(
                act,
                action="claim.prefilled",
                target=claim,
                region_code=claim.region_id,
                after={"facts": count, "registers": sorted(sources)},
            )
        return count
