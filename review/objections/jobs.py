"""The daily look at lists whose days are over: what a standing rule approves is approved in the background."""

import logging

from django.core.exceptions import PermissionDenied

from portal.core import clock
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from review.decisions.models import PublicityList
from review.decisions.services.long_lists import start_approval
from review.decisions.services.publicity import approvable
from review.objections.models import Filing
from review.objections.selectors import rule_for_list

logger = logging.getLogger(__name__)


def end_lists() -> None:
    """Start the approval of each ended list that a rule approves, in the name of who set the rule.

    Claims with an objection, open or not handled yet, stay; a rule of somebody who no longer approves does nothing.
    """
    ended = PublicityList.objects.complete().filter(closed_at=None, ends_on__lt=clock.today())
    for publicity in ended.select_related("region").order_by("pk"):
        rule = rule_for_list(publicity)
        waiting = Filing.objects.waiting().filter(entry__publicity=publicity)
        held = set(waiting.values_list("entry__claim_id", flat=True))
        if rule is None or all(claim.pk in held for claim in approvable(publicity)):
            continue
        try:
            start_approval(publicity, act=ActorContext(user=rule.set_by, at=clock.now(), address=""))
        except (RefusedError, PermissionDenied) as error:
            logger.warning("The list %s is not approved by its rule: %s", publicity.pk, error)
