"""How the demo's officers work: points to look at, a note, a rule of assignment, an absence, a recusal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from portal.accounts.models import Applicant, Region
from portal.core.actor import ActorContext
from portal.recusal.enums import Ground
from portal.recusal.services import declare_recusal
from review.assignments.enums import Way
from review.assignments.services.absences import enter_absence
from review.assignments.services.rules import write_rule
from review.checklists.services import add_point
from review.decisions.enums import Stage
from review.notes.models import Reach
from review.notes.services import add_note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.accounts.models import User

POINTS = (
    (Stage.DISTRICT_FIRST, "票据抬头与申报单位一致"),
    (Stage.DISTRICT_FIRST, "证书上的权利人与申报单位一致"),
    (Stage.CITY, "同一权利没有在其他区县获得资助"),
)


def load_desks(officials: Mapping[str, User], *, now: datetime) -> None:
    """Set all of it up, as people with these duties do."""

    def act(login: str) -> ActorContext:
        return ActorContext(officials[login], now)

    city, today = Region.objects.get(pk="320200"), timezone.localdate(now)
    for stage, text in POINTS:
        add_point(city, stage=stage, item=None, text=text, is_required=False, act=act("zhengce"))
    weights = {officials["shiji"].pk: 2, officials["shiji2"].pk: 1}
    write_rule(
        city,
        status=ClaimStatus.CITY_REVIEW,
        item=None,
        way=Way.ROUND_ROBIN,
        weights=weights,
        is_active=True,
        act=act("guanli"),
    )
    days = {"starts_on": today + timedelta(days=7), "ends_on": today + timedelta(days=11)}
    enter_absence(officials["shiji2"], deputy=officials["shiji"], note="参加业务培训", act=act("shiji2"), **days)
    potter = Applicant.objects.get(name="无锡惠山泥人工艺有限公司")
    declare_recusal(potter, ground=Ground.RELATIVE, reason="配偶在该单位任职。", act=act("shiji"))
    waiting = Claim.objects.filter(region_id="320211", status=ClaimStatus.DISTRICT_CONFIRMATION).order_by("pk").first()
    if waiting is not None:
        words = f"@{officials['fuhe'].name} 代理费发票已与税务平台核对，金额无误。"
        add_note(waiting, text=words, reach=Reach.EVERYBODY, act=act("chushen"))
