"""Demo simulations: what the draft of the moment costs, and a lower standard over stored and over made claims."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from policies.drafting.models import PolicyDraft
from policies.drafting.selectors.catalogue import draft_catalogue
from portal.accounts.models import Region, User
from portal.core.actor import ActorContext
from portal.jobs.models import Job
from portal.jobs.services import run_job
from review.demo.people import DOMAIN
from review.whatif.enums import ChangeKind, Source
from review.whatif.labels import draft_labels
from review.whatif.models import SimulationRun
from review.whatif.rules import rules_of_draft, rules_of_item
from review.whatif.selectors import JOB, catalogue_in_force
from review.whatif.services.runs import Plan, start_run

_NAMESPACE = uuid.UUID("3c0b8f6e-58f5-4a4e-8f4e-6a8d2f1c9b55")
_CITY = "320200"
_ITEM = "wx2020-01-inv"
_BUDGET = Decimal("1000000.00")


def load_simulations(*, now: datetime) -> None:
    """Make them and compute them here, unless there are any."""
    if SimulationRun.objects.exists():
        return
    city, act = Region.objects.get(pk=_CITY), ActorContext(user=User.objects.get(email=f"zhengce@{DOMAIN}"), at=now)
    for number, plan in enumerate(_plans()):
        start_run(city, key=uuid.uuid5(_NAMESPACE, str(number)), plan=plan, act=act)
    for job_id in Job.objects.filter(kind=JOB).order_by("pk").values_list("pk", flat=True):
        run_job(job_id)


def _plans() -> list[Plan]:
    rules = catalogue_in_force()
    lower = rules_of_item(rules.items[_ITEM], {"steps.0.yuan": "4000"})
    words = ["每件最高：5,000 元 → 4,000 元"]
    stored: dict[str, Any] = {"documents": [], "years": [], "regions": []}
    plans = [
        Plan(
            "发明专利授权奖补降到 4,000 元 · 已存申报",
            ChangeKind.ITEM,
            Source.STORED,
            stored,
            _ITEM,
            0,
            words,
            lower,
            _BUDGET,
        ),
        Plan(
            "发明专利授权奖补降到 4,000 元 · 模拟 50,000 件",
            ChangeKind.ITEM,
            Source.GENERATED,
            {"documents": ["wx2020"], "size": 50_000, "seed": 1},
            _ITEM,
            0,
            words,
            lower,
        ),
    ]
    draft = PolicyDraft.objects.order_by("pk").first()
    if draft is not None:
        tried = rules_of_draft(rules, draft_catalogue(draft), document=draft.document_code, as_if=True)
        labels = draft_labels(rules, tried, as_if=True)
        target = str(draft.key)
        plans.append(
            Plan(f"草案：{draft.title}", ChangeKind.DRAFT, Source.STORED, stored, target, draft.revision, labels, tried)
        )
    return plans
