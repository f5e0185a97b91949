"""What mandates add to a copy of somebody's data: those that they asked for or decided."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from applications.mandates.models import Mandate
from portal.accounts.models import User
from portal.privacy.extension import OwnData, described


def _mandates(user: User) -> Iterable[dict[str, Any]]:
    theirs = Mandate.objects.filter(Q(asked_by=user) | Q(decided_by=user)).select_related("principal", "agency")
    for mandate in theirs.order_by("pk"):
        parties = {"委托书": mandate.number, "委托人": mandate.principal.name, "代理机构": mandate.agency.name}
        yield parties | described(mandate, "starts_on", "ends_on", "state", "asked_at", "decided_at", "ended_at")


OWN_MANDATES = OwnData("代理委托", _mandates)
