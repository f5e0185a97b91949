"""The demo's panels: a call whose claims go before experts, and a panel drawn, one scoring and one finished."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone

from policies.calls.models import Call
from policies.calls.services.changes import publish_call
from policies.calls.services.drafts import draft_call
from policies.calls.services.plans import CallPlan, ItemPlan
from policies.engine.procedure import Procedure
from policies.published.models import SupportItem
from portal.accounts.models import Region, User
from portal.core.sheet_rows import SheetRow
from portal.experts.services import COLUMNS, take_in_experts
from review.demo.calls import CONTACT, NAMESPACE, WUXI
from review.demo.people import EXPERT_LOGIN, user_named
from review.panels.models import Panel, Scheme, Seat
from review.panels.scoring import Criterion
from review.panels.services.confirming import confirm
from review.panels.services.forming import PanelPlan, draw_members, form_panel
from review.panels.services.judging import declare, hand_in, open_scoring, save_sheet
from review.panels.services.schemes import SchemePlan, make_scheme

if TYPE_CHECKING:
    from review.demo.claims import Demo

# Login, name, employer, title, fields.
EXPERTS = (
    (EXPERT_LOGIN, "祝专家", "江南示范大学", "教授", "专利、机械"),
    ("zhuanjia2", "柏专家", "示范知识产权研究院", "研究员", "专利、法律"),
    ("zhuanjia3", "郁专家", "示范会计师事务所", "高级会计师", "财务"),
    ("zhuanjia4", "单专家", "示范专利代理机构", "专利代理师", "专利"),
    ("zhuanjia5", "杭专家", "示范材料研究所", "高级工程师", "材料"),
    ("zhuanjia6", "洪专家", "示范律师事务所", "律师", "法律"),
    ("zhuanjia7", "左专家", "示范电子研究所", "高级工程师", "电子、专利"),
)
ITEM = "wx2020-03-hvcenter"
CRITERIA = (
    Criterion("目标和方案", Decimal(100), Decimal("0.4"), "培育目标明确，路线可行", may_not_apply=False),
    Criterion("技术和专利基础", Decimal(100), Decimal("0.35"), "核心专利的数量、质量和布局"),
    Criterion("资金使用", Decimal(100), Decimal("0.25"), "预算合理，配套到位"),
)
_TITLES = ("第一组", "第二组", "第三组")
_OPINIONS = ("方案较完整，指标可考核。", "专利基础好，产业化路径清楚。", "预算偏高，建议压缩设备费。")


def open_panel_call(demo: Demo) -> Call:
    """A call for projects of last year that experts judge; set by one policy administrator, published by another."""
    end = demo.end
    local = timezone.localtime(end - timedelta(days=16)).replace(hour=9, minute=0, second=0, microsecond=0)
    name, phone, address = CONTACT
    plan = CallPlan(
        number="锡知发〔2026〕35号",
        title="2026 年度高价值专利培育项目申报通知",
        introduction="项目经专家评审，择优支持。",
        opens_at=local,
        closes_at=local + timedelta(days=12),
        facts_from=date(2025, 1, 1),
        facts_to=date(2026, 1, 1),
        contact_name=name,
        contact_phone=phone,
        contact_address=address,
        procedure=Procedure("city", frozenset({"panel"})).as_dict(),
        items=(ItemPlan(SupportItem.objects.get(code=ITEM).pk),),
    )
    region = Region.objects.get(pk=WUXI)
    call = draft_call(region, plan=plan, key=uuid.uuid5(NAMESPACE, plan.number), act=demo.act(_official("zhengce")))
    return publish_call(call, seen=call.revision, act=demo.act(_official("zhengce2")))


def take_in(demo: Demo) -> Scheme:
    """The pool of experts, and the scheme by which they score."""
    keeper, region = _official("zhengce"), Region.objects.get(pk=WUXI)
    rows = []
    for number, (login, name, employer, title, fields) in enumerate(EXPERTS, start=2):
        user = user_named(login, name)
        texts = dict.fromkeys(COLUMNS, "") | {"name": name, "email": user.email, "employer": employer}
        texts |= {"title": title, "fields": fields, "serves_from": "2026-01-01", "serves_until": "2027-12-31"}
        rows.append(SheetRow(number, texts, dict.fromkeys(COLUMNS, "")))
    take_in_experts(rows, region=region, act=demo.act(keeper))
    plan = SchemePlan(
        title="高价值专利培育项目评分标准",
        criteria=CRITERIA,
        minimum=3,
        outlier_distance=Decimal(12),
        basis="项目评审办法（演示）",
        item=SupportItem.objects.get(code=ITEM),
        needed=Decimal(70),
        places=1,
    )
    return make_scheme(region, plan=plan, act=demo.act(keeper))


def judge(demo: Demo, scheme: Scheme, claim_ids: Sequence[int]) -> None:
    """Three panels over two claims each: one is only drawn, one scores, one is finished with its report."""
    officer, region = _official("shiji2"), Region.objects.get(pk=WUXI)
    until = timezone.localdate(demo.end) + timedelta(days=6)
    last = len(_TITLES) - 1
    for place, title in enumerate(_TITLES):
        ids = claim_ids[2 * place : 2 * place + 2]
        # The expert of the demo is the only one of their field: the panels that are not finished have work for them.
        needs = {"专利": 1} if place == last else {"机械": 1}
        plan = PanelPlan(f"2026 年高价值专利培育评审（{title}）", scheme, 3, until, needs)
        panel = form_panel(region, claim_ids=ids, plan=plan, act=demo.act(officer))
        draw_members(panel, act=demo.act(officer))
        if place == 0:
            continue
        seats = list(panel.seats.select_related("expert__user"))
        for seat in seats:
            declare(seat, conflicts={}, act=demo.act(seat.expert.user))
        open_scoring(panel, act=demo.act(officer))
        others = [seat for seat in seats if not seat.expert.user.email.startswith(f"{EXPERT_LOGIN}@")]
        _score(demo, panel, seats if place == last else others[:1])
    chair = panel.seats.select_related("expert__user").get(is_chair=True)
    confirm(chair, opinion="排名第一的项目目标明确、基础扎实，建议支持。", act=demo.act(chair.expert.user))


def _score(demo: Demo, panel: Panel, seats: Sequence[Seat]) -> None:
    entries = list(panel.entries.all())
    for number, seat in enumerate(seats):
        act = demo.act(seat.expert.user)
        for entry in entries:
            top = 88 - 9 * (entry.position - 1) - 6 * number
            points = [Decimal(top), None if number == 1 else Decimal(top - 4), Decimal(top + 5)]
            save_sheet(seat, entry, points=points, comment=_OPINIONS[number], revision=0, act=act)
        hand_in(seat, act=demo.act(seat.expert.user))


def _official(login: str) -> User:
    return User.objects.get(email__startswith=f"{login}@")
