"""Simulations over the published catalogue: what the tests of this app start from."""

import uuid
from typing import Any

from django.test import Client
from django.urls import reverse

from portal.accounts.enums import Role
from portal.accounts.models import User
from review.whatif.enums import ChangeKind, Source
from review.whatif.models import SimulationRun
from review.whatif.rules import rules_of_item
from review.whatif.selectors import catalogue_in_force
from review.whatif.services.runs import Plan, start_run
from review.whatif.services.work import simulate_run
from tests.factories import act, make_official, wuxi

EVERYTHING: dict[str, Any] = {"documents": [], "years": [], "regions": []}
ITEM = "wx2020-01-inv"


def simulator(role: Role = Role.CITY_OFFICER) -> User:
    """Somebody of Wuxi who simulates."""
    return make_official(role, wuxi())


def lower(yuan: str = "4000", **given: Any) -> Plan:
    """A plan that lowers the standard of the invention item."""
    fields: dict[str, Any] = {
        "title": "标准降低",
        "change": ChangeKind.ITEM,
        "source": Source.STORED,
        "scope": EVERYTHING,
        "target": ITEM,
        "rules": rules_of_item(catalogue_in_force().items[ITEM], {"steps.0.yuan": yuan}),
        "words": [f"每件最高：5,000 元 → {yuan} 元"],
    }
    return Plan(**(fields | given))


def made(size: int = 300, *, seed: int = 1, **given: Any) -> Plan:
    """The same over a made population of Wuxi's document."""
    scope = {"documents": ["wx2020"], "size": size, "seed": seed}
    return lower(source=Source.GENERATED, scope=scope, **given)


def published(**given: Any) -> Plan:
    """The published catalogue alone, over all stored claims."""
    fields: dict[str, Any] = {
        "title": "现行政策",
        "change": ChangeKind.PUBLISHED,
        "source": Source.STORED,
        "scope": EVERYTHING,
    }
    return Plan(**(fields | given))


def started(user: User, plan: Plan, **given: Any) -> SimulationRun:
    """A run that waits for the worker."""
    return start_run(wuxi(), key=given.get("key") or uuid.uuid4(), plan=plan, act=act(user))


def done(user: User, plan: Plan) -> SimulationRun:
    """A run that is computed."""
    run = started(user, plan)
    simulate_run(run.pk)
    run.refresh_from_db()
    return run


def ask_url(change: str = "item", target: str = ITEM) -> str:
    """Where a change is asked for."""
    return reverse("whatif:ask", args=[change]) + f"?target={target}"


def posted(**given: Any) -> dict[str, Any]:
    """The form of a made population as a browser sends it."""
    fields = {"key": str(uuid.uuid4()), "source": "generated", "size": "200", "seed": "1", "documents": ["wx2020"]}
    return fields | given


def page(client: Client, run: SimulationRun, **query: Any) -> Any:
    """The page of a run."""
    return client.get(reverse("whatif:run", args=[run.key]), query)
