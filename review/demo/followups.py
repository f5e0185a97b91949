"""What follows the awards of the demo: reports, a visit with faults, a complaint; and a sample of second looks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from applications.claims.models import Claim
from portal.accounts.models import Region
from portal.core.actor import ActorContext
from review.decisions.enums import Conclusion
from review.demo.papers import sample_paper
from review.followup.enums import Act, Kind
from review.followup.models import FollowUp
from review.followup.services.matters import GRANTED, Matter, Step, advance, begin_matter
from review.spotchecks.enums import Confidence
from review.spotchecks.selectors import judge_problem
from review.spotchecks.services import SamplePlan, draw_sample, judge_case, take_case

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.accounts.models import User

_DISTRICT, _CITY = "320211", "320200"


def load_followups(officials: Mapping[str, User], *, now: datetime) -> None:
    """Matters in every kind on granted claims of Binhu, the first three of them already under way; one sample."""
    officer = officials["chushen"]
    claims = list(
        Claim.objects.filter(region_id=_DISTRICT, status__in=GRANTED)
        .select_related("item", "applicant", "created_by")
        .order_by("pk")[:5]
    )
    earlier = ActorContext(user=officer, at=now - timedelta(days=40))
    today = timezone.localdate(now)
    matters = (
        Matter(
            kind=Kind.REPORT,
            title="年度绩效报告",
            due_on=today - timedelta(days=5),
            fields=("新增专利数", "新增销售收入"),
        ),
        Matter(kind=Kind.INSPECTION, title="资金使用现场检查", due_on=today + timedelta(days=20)),
        Matter(kind=Kind.MILESTONE, title="中期阶段目标", due_on=today + timedelta(days=25), fields=("完成情况",)),
        Matter(kind=Kind.COMPLAINT, title="反映申报材料不实", party="某公司", text="称所报专利系受让取得。"),
        Matter(kind=Kind.RENEWAL, title="认定有效期", due_on=today + timedelta(days=60)),
    )
    made = [begin_matter(claim, matter, act=earlier) for claim, matter in zip(claims, matters, strict=False)]
    for matter in made:
        _go_on(matter, officer, now=now)
    _look_again(officials, now=now)


def _go_on(matter: FollowUp, officer: User, *, now: datetime) -> None:
    """A report that came in, and a visit that found faults."""
    if matter.kind == Kind.REPORT:
        report = SimpleUploadedFile("绩效报告.pdf", sample_paper("绩效报告", unique=str(matter.key)), "application/pdf")
        answers = {"新增专利数": "6 件", "新增销售收入": "850 万元"}
        member = matter.claim.created_by
        advance(
            matter.pk,
            Act.SUBMIT,
            Step(answers=answers, files=[report]),
            act=ActorContext(member, now - timedelta(days=8)),
        )
    elif matter.kind == Kind.INSPECTION:
        visit = now - timedelta(days=3)
        photo = SimpleUploadedFile("现场照片.pdf", sample_paper("现场照片", unique=str(matter.key)), "application/pdf")
        words = "检测设备台账与发票型号不一致，请在期限内补充说明并更正台账。"
        step = Step(words=words, files=[photo], visited_on=timezone.localdate(visit), inspectors="陆初审、沈复核")
        advance(matter.pk, Act.FAULT, step, act=ActorContext(officer, visit))


def _look_again(officials: Mapping[str, User], *, now: datetime) -> None:
    """A sample of the city's conclusions, two of which a second officer has looked at."""
    today = timezone.localdate(now)
    plan = SamplePlan(today - timedelta(days=120), today, Confidence.NINETY, 15, seed="20261130")
    city = Region.objects.get(pk=_CITY)
    sample = draw_sample(city, plan, act=ActorContext(officials["shending"], now))
    judge = officials["shiji"]
    free = [case for case in sample.cases.select_related("decision__claim") if not judge_problem(judge, case)]
    for place, case in enumerate(free[:2]):
        first = case.decision
        same = place == 0
        take_case(case, act=ActorContext(judge, now))
        judge_case(
            case,
            conclusion=Conclusion(first.conclusion) if same else Conclusion.REFUSE,
            amount=first.amount,
            words="与申报内容和材料相符。" if same else "代理费发票抬头与申报单位不一致，不应支持。",
            act=ActorContext(judge, now),
        )
