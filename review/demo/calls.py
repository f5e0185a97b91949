"""The demo's calls for claims: one that is over, one open now, one announced."""

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from policies.calls.enums import FilePurpose
from policies.calls.models import Call
from policies.calls.selectors import callable_items
from policies.calls.services.attachments import Material, add_attachment
from policies.calls.services.changes import extend_call, publish_call
from policies.calls.services.drafts import draft_call
from policies.calls.services.plans import CallPlan, ItemPlan
from portal.accounts.models import Region, User
from portal.core.actor import ActorContext
from review.demo.papers import sample_paper

NAMESPACE = uuid.UUID("0b0f5d3e-6c1b-4a53-9f5a-0f9f5b2f7d11")
WUXI = "320200"
DOCUMENTS = ("wx2020", "bh2024")
# The item with a sample of one of its materials.
_SAMPLED = "wx2020-01-inv"
CONTACT = ("无锡市知识产权局运用促进处 周工", "0510-81820000", "无锡市滨湖区观山路 199 号市民中心 5 号楼 212 室")


@dataclass(frozen=True, slots=True)
class CallScript:
    """One demo call: its moments in days from the demo's end (negative: before), the facts it takes, its money."""

    number: str
    title: str
    introduction: str
    opens: int
    closes: int
    facts: tuple[date, date]
    budget: str
    limits: dict[str, tuple[str | None, int | None]]


FIRST = CallScript(
    number="锡知发〔2026〕21号",
    title="2026 年度知识产权专项资金第一批项目申报通知",
    introduction="受理上半年取得的授权、认证和还清的质押贷款等。请先补全单位资料，再逐项填报。",
    opens=-50,
    closes=-25,
    facts=(date(2026, 1, 1), date(2026, 7, 1)),
    budget="1000000.00",
    limits={"wx2020-01-inv": ("300000.00", None), "wx2020-05-loan": ("400000.00", 10)},
)
SECOND = CallScript(
    number="锡知发〔2026〕34号",
    title="2026 年度知识产权专项资金第二批项目申报通知",
    introduction="受理今年前三季度的事项；第一批已经申报的权利不再重复受理。材料一次上传，以后可以选用。",
    opens=-15,
    closes=30,
    facts=(date(2026, 1, 1), date(2026, 10, 1)),
    budget="3000000.00",
    limits={"wx2020-05-loan": ("1000000.00", 20), "wx2020-06-ins": ("500000.00", None)},
)
THIRD = CallScript(
    number="锡知发〔2026〕36号",
    title="2026 年度知识产权专项资金第三批项目申报通知（第四季度事项）",
    introduction="受理第四季度的事项。可以先在事项页面测算金额，备好材料。",
    opens=41,
    closes=72,
    facts=(date(2026, 10, 1), date(2027, 1, 1)),
    budget="1500000.00",
    limits={},
)


def make_call(script: CallScript, *, act: ActorContext, publisher: User, end: datetime) -> Call:
    """Draft a call with its signed notice, and have another person publish it."""
    region = Region.objects.get(pk=WUXI)
    items = callable_items(region).filter(document__code__in=DOCUMENTS)
    name, phone, address = CONTACT
    plan = CallPlan(
        number=script.number,
        title=script.title,
        introduction=script.introduction,
        opens_at=_at(end, script.opens, hour=9),
        closes_at=_at(end, script.closes, hour=17),
        facts_from=script.facts[0],
        facts_to=script.facts[1],
        contact_name=name,
        contact_phone=phone,
        contact_address=address,
        budget=Decimal(script.budget),
        items=tuple(_item_plan(item.pk, *script.limits.get(item.code, (None, None))) for item in items),
    )
    call = draft_call(region, plan=plan, key=uuid.uuid5(NAMESPACE, script.number), act=act)
    paper = SimpleUploadedFile("申报通知.pdf", sample_paper("申报通知", unique=script.number))
    add_attachment(call, name="申报通知（盖章件）.pdf", file=paper, act=act)
    for item in items:
        if item.code == _SAMPLED:
            sample = SimpleUploadedFile("专利证书.pdf", sample_paper("专利证书", unique=f"样表 {script.number}"))
            material = Material(FilePurpose.SAMPLE, item.pk, "certificate")
            add_attachment(call, name="专利证书（样表）.pdf", file=sample, act=act, material=material)
    return publish_call(call, seen=call.revision, act=replace(act, user=publisher))


def extend_first(call: Call, *, act: ActorContext, end: datetime) -> Call:
    """The first call got five days more."""
    reason = "部分单位反映贷款利息凭证尚未取得，延长申报时间。"
    return extend_call(call, closes_at=_at(end, -20, hour=17), reason=reason, seen=call.revision, act=act)


def _item_plan(item_id: int, budget: str | None, quota: int | None) -> ItemPlan:
    return ItemPlan(item_id, None if budget is None else Decimal(budget), quota)


def _at(end: datetime, days: int, *, hour: int) -> datetime:
    """The full hour of a day so far from the demo's end, in local time."""
    local = timezone.localtime(end + timedelta(days=days))
    return local.replace(hour=hour, minute=0, second=0, microsecond=0)
