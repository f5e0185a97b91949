"""Walk the demo claims through the real services, in the order of time, each to its status."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from applications.claims.enums import ClaimStatus, Route
from applications.claims.models import Claim
from applications.claims.services.corrections import PointAsked, request_correction
from applications.claims.services.drafts import add_lines, start_claim
from applications.claims.services.evidence import Upload, add_evidence
from applications.claims.services.submission import submit_claim, withdraw_claim
from policies.calls.models import Call
from policies.published.models import SupportItem
from policies.published.selectors import compiled_item
from portal.accounts.enums import Role
from portal.accounts.models import Applicant, Appointment, Region, User
from portal.core.actor import ActorContext
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.services import run_job
from review.decisions.enums import CreditResult
from review.decisions.models import PublicityEntry, PublicityList
from review.decisions.services.credit import record_credit
from review.decisions.services.decisions import (
    LineSum,
    Minutes,
    accept_claim,
    confirm_district_review,
    refuse_claim,
    support_claim,
)
from review.decisions.services.locking import ExpectedState
from review.decisions.services.objections import Objector, enter_objection
from review.decisions.services.publicity import PublicityPlan, approve_list, publish_claims
from review.demo.calls import FIRST, SECOND, THIRD, CallScript, extend_first, make_call
from review.demo.findings import answer_findings
from review.demo.panels import judge, open_panel_call, take_in
from review.demo.papers import sample_paper
from review.demo.payments import leave_batches, pay_part, return_and_pay_again
from review.demo.recoveries import demand_part, recover_part, repay_in_part
from review.demo.scripts import PANEL_SCRIPTS, SCRIPTS, Script, with_own_name
from review.funding.models import AwardPart
from review.payments.models import Disbursement

S = ClaimStatus
NAMESPACE = uuid.UUID("6f1f0c0e-9d5c-4c7e-8f0a-2f6a5c1d7b10")
WUXI = "320200"
# How far each status lies along the way; a claim takes every step up to its own.
_WAY = (
    S.DRAFT,
    S.SUBMITTED,
    S.DISTRICT_REVIEW,
    S.DISTRICT_CONFIRMATION,
    S.CITY_REVIEW,
    S.FINAL_DECISION,
    S.AWAITING_PUBLICITY,
    S.PUBLICITY,
    S.APPROVED,
    S.PAID,
)
_ASIDE = {
    S.CORRECTION: S.SUBMITTED,
    S.WITHDRAWN: S.SUBMITTED,
    S.NOT_ACCEPTED: S.SUBMITTED,
    S.OBJECTION: S.PUBLICITY,
    S.RECOGNISED: S.APPROVED,
}
_OLD = frozenset({S.PAID, S.APPROVED, S.RECOGNISED, S.REJECTED, S.NOT_ACCEPTED})
_LISTED = frozenset({S.PUBLICITY, S.OBJECTION, S.AWAITING_PUBLICITY})
PAPER = "无锡市人民政府专题会议纪要〔2026〕18号，2026-10-20"
MEETINGS = {"old": "锡知专资会〔2026〕9号", "listed": "锡知专资会〔2026〕11号"}


@dataclass
class Walk:
    """One claim on its way; it has none before its day of submission."""

    script: Script
    claim: Claim = field(init=False)

    @property
    def wave(self) -> str:
        """Decided weeks ago, on the public list, or fresh."""
        return "old" if self.script.target in _OLD else "listed" if self.script.target in _LISTED else "fresh"

    @property
    def falls_at_the_meeting(self) -> bool:
        """Of the refused ones, the loan falls at the meeting, the other in its district."""
        return self.script.target == S.REJECTED and self.script.item == "wx2020-05-loan"

    def goes_past(self, status: ClaimStatus) -> bool:
        """Whether its way leads beyond a status."""
        target = self.script.target
        if target == S.REJECTED:
            target = S.FINAL_DECISION if self.falls_at_the_meeting else S.DISTRICT_CONFIRMATION
        return _WAY.index(_ASIDE.get(target, target)) > _WAY.index(status)

    @property
    def expected(self) -> ExpectedState:
        return ExpectedState(self.claim.status, self.claim.round)


class Demo:
    """The demo's past: its calls and claims, its clock, and what happened on which day."""

    call: Call

    def __init__(self, applicants: list[Applicant], *, now: datetime) -> None:
        self.applicants = applicants
        self.end = now
        self.now = now - timedelta(days=60)
        self.walks = [Walk(script) for script in SCRIPTS]

    def run(self) -> None:
        """Tell the whole story, each day's deeds after those of the day before."""
        self.open_first_call()
        self.on(40, self.submit, "old")
        self.on(38, self.accept, "old")
        self.on(36, self.review_first, "old")
        self.on(34, self.review_second, "old")
        self.on(31, self.review_city, "old")
        self.on(30, self.submit, "listed")
        self.on(28, self.decide, "old")
        self.extend_first_call()
        self.on(27, self.accept, "listed")
        first = self.publish("old", days_ago=26, title="2026 年第一批知识产权专项资金拟资助名单")
        self.on(24, self.review_first, "listed")
        self.on(22, self.review_second, "listed")
        self.on(18, self.review_city, "listed")
        self.bring_before_experts()
        self.open_second_call()
        self.jump(12)
        approve_list(first, act=self.act(self.officer(Role.DECISION_MAKER, WUXI)))
        finish_jobs()
        self.on(10, self.decide, "listed")
        self.on(9, self.pay, "old")
        self.jump(8)
        recover_part(self, self.walks[0].claim)
        recovery = recover_part(self, self.paid_to_a_person.claim, taken=Decimal(1500))
        self.on(7, self.submit, "fresh")
        demand_part(self, recovery)
        finish_jobs()
        self.on(6, self.accept, "fresh")
        repay_in_part(self, recovery)
        self.on(5, self.review_first, "fresh")
        self.on(4, self.review_second, "fresh")
        self.on(3, self.review_city, "fresh")
        self.announce_third_call()
        self.jump(2)
        self.return_a_payment()
        due = [walk.claim for walk in self.walks if walk.script.target == S.APPROVED and not walk.script.lowered]
        leave_batches(WUXI, due[-4:], act=self.act)
        second = self.publish("listed", days_ago=1, title="2026 年第二批知识产权专项资金拟资助名单")
        self.jump(0)
        self.object_to(second)
        finish_jobs()

    def open_first_call(self) -> None:
        """The call in which everything that is decided by now was filed."""
        self.jump(55)
        self.call = self.make_call(FIRST)

    def extend_first_call(self) -> None:
        """It stays open some days longer than announced."""
        extend_first(self.call, act=self.act(self.officer(Role.POLICY_ADMIN, WUXI)), end=self.end)

    def open_second_call(self) -> None:
        """The call that is open when the demo opens."""
        self.jump(17)
        self.call = self.make_call(SECOND)

    def bring_before_experts(self) -> None:
        """The claims of a call whose projects experts judge."""
        self.jump(17)
        self.call = open_panel_call(self)
        self.jump(15)
        walks = [Walk(script) for script in PANEL_SCRIPTS]
        for deed in (self.submit, self.accept, self.review_first, self.review_second, self.review_city):
            for walk in walks:
                deed(walk)
                walk.claim.refresh_from_db()
        judge(self, take_in(self), [walk.claim.pk for walk in walks])

    def announce_third_call(self) -> None:
        """The call that opens next."""
        self.make_call(THIRD)

    def on(self, days_ago: float, deed: Callable[[Walk], None], wave: str) -> None:
        """Do a deed on its day to every claim of a wave."""
        self.jump(days_ago)
        for walk in self.walks:
            if walk.wave == wave:
                deed(walk)
                walk.claim.refresh_from_db()

    def jump(self, days_ago: float) -> None:
        """Let time pass until so many days before the end; never backwards."""
        self.now = max(self.now, self.end - timedelta(days=days_ago))

    def act(self, user: User) -> ActorContext:
        """The next deed, two minutes after the last."""
        self.now = min(self.now + timedelta(minutes=2), self.end)
        return ActorContext(user=user, at=self.now, address="192.0.2.10")

    def make_call(self, script: CallScript) -> Call:
        """A call of the city, drafted by one and published by another."""
        act = self.act(self.officer(Role.POLICY_ADMIN, WUXI))
        return make_call(script, act=act, publisher=self.officer(Role.POLICY_ADMIN, WUXI, place=1), end=self.end)

    def officer(self, role: Role, region: str, *, place: int = 0) -> User:
        """The demo's official of this role there, the first or another."""
        held = Appointment.objects.in_force().select_related("user").filter(role=role, region_id=region)
        return held.order_by("pk")[place].user

    def owner(self, walk: Walk) -> User:
        """Who files for the walk's applicant."""
        return self.applicants[walk.script.applicant].memberships.select_related("user").order_by("pk")[0].user

    def submit(self, walk: Walk) -> None:
        """Write the claim with its lines and papers, and submit it unless it is to stay a draft."""
        script, owner = walk.script, self.owner(walk)
        item = SupportItem.objects.get(code=script.item)
        key = uuid.uuid5(NAMESPACE, f"{(*SCRIPTS, *PANEL_SCRIPTS).index(script)}")
        applicant = self.applicants[script.applicant]
        claim = start_claim(applicant, item=item, key=key, act=self.act(owner), call=self.call)
        lines = add_lines(claim, act=self.act(owner), rows=with_own_name(script.lines, applicant.name))
        for wanted in compiled_item(claim.version).evidence:
            if not wanted.required:
                continue
            for line in lines if wanted.per == "line" else [None]:
                name = f"{wanted.label}{line.position if line else ''}.pdf"
                # One paper for all lines: each file is opened and checked when it is taken.
                paper = sample_paper(wanted.label, unique=f"{key} {wanted.code}")
                file = SimpleUploadedFile(name, paper, content_type="application/pdf")
                add_evidence(
                    claim,
                    act=self.act(owner),
                    requirement=wanted.code,
                    line_id=line.pk if line else None,
                    upload=Upload(name, file),
                )
        claim.refresh_from_db()
        walk.claim = claim
        if script.target != S.DRAFT:
            submit_claim(claim, act=self.act(owner), revision=claim.revision, commitment=True)
        if script.target == S.WITHDRAWN:
            withdraw_claim(claim, act=self.act(owner), reason="保费发票开具有误，重开后再申报。")

    def accept(self, walk: Walk) -> None:
        """Accept, decline, or ask for a correction."""
        officer = self.officer(Role.ACCEPTANCE, walk.claim.region_id)
        if walk.script.target == S.NOT_ACCEPTED:
            reason = "申报事项不属于本区受理范围：投保人注册地不在本区。请向注册地受理部门申报。"
            refuse_claim(walk.claim.pk, expected=walk.expected, reason=reason, act=self.act(officer))
        elif walk.script.target == S.CORRECTION:
            request_correction(
                walk.claim,
                act=self.act(officer),
                points=[
                    PointAsked(1, "fees", "填报金额与票据合计不一致，请核对后更正。"),
                    PointAsked(1, "evidence:fee_receipts", "缺少代理费发票，请补充上传。"),
                ],
            )
        elif walk.goes_past(S.SUBMITTED):
            accept_claim(walk.claim.pk, expected=walk.expected, act=self.act(officer))

    def review_first(self, walk: Walk) -> None:
        """The district's first officer checks credit, then proposes support or refusal."""
        if not walk.goes_past(S.DISTRICT_REVIEW):
            return
        officer = self.officer(Role.DISTRICT_FIRST, walk.claim.region_id)
        record_credit(
            walk.claim,
            result=CreditResult.CLEAR,
            source="信用中国（江苏无锡）",
            checked_on=timezone.localdate(self.now),
            act=self.act(officer),
        )
        answer_findings(walk.claim, act=self.act(officer))
        if walk.script.target == S.REJECTED and not walk.falls_at_the_meeting:
            reason = "该专利系受让取得，申报人不是授权时的第一权利人，不符合支持条件。"
            refuse_claim(walk.claim.pk, expected=walk.expected, reason=reason, act=self.act(officer))
            return
        sums = {}
        if walk.script.proposed:
            reason = "规模和影响力达到同类活动的中上水平，比照上年度标准。"
            sums = {line.pk: LineSum(Decimal(walk.script.proposed), reason) for line in walk.claim.lines.all()}
        if walk.script.lowered:
            line = walk.claim.lines.order_by("position")[0]
            sums[line.pk] = LineSum(Decimal(walk.script.lowered), "一张代理费发票抬头不是申报单位，予以核减。")
        support_claim(walk.claim.pk, expected=walk.expected, sums=sums, act=self.act(officer))

    def review_second(self, walk: Walk) -> None:
        """The second officer confirms."""
        if walk.goes_past(S.DISTRICT_CONFIRMATION) or walk.script.target == S.REJECTED:
            officer = self.officer(Role.DISTRICT_SECOND, walk.claim.region_id)
            confirm_district_review(walk.claim.pk, expected=walk.expected, act=self.act(officer))

    def review_city(self, walk: Walk) -> None:
        """The city's officer supports as the district did; what the district decides itself passes by the city."""
        if walk.goes_past(S.CITY_REVIEW) and walk.claim.route == Route.CITY:
            officer = self.officer(Role.CITY_OFFICER, walk.claim.city_id)
            support_claim(walk.claim.pk, expected=walk.expected, act=self.act(officer))

    def decide(self, walk: Walk) -> None:
        """The meeting decides."""
        officer = self.officer(Role.DECISION_MAKER, WUXI)
        day = timezone.localdate(self.now) - timedelta(days=1)
        minutes = Minutes(MEETINGS[walk.wave], day, PAPER if walk.script.proposed else "")
        if walk.falls_at_the_meeting:
            reason = "贷款资金用途与知识产权成果实施无关，经会议研究不予支持。"
            refuse_claim(walk.claim.pk, expected=walk.expected, reason=reason, minutes=minutes, act=self.act(officer))
        elif walk.goes_past(S.FINAL_DECISION):
            support_claim(walk.claim.pk, expected=walk.expected, minutes=minutes, act=self.act(officer))

    def publish(self, wave: str, *, days_ago: float, title: str) -> PublicityList:
        """Put a wave's decided claims on a public list for five working days."""
        self.jump(days_ago)
        act = self.act(self.officer(Role.CITY_OFFICER, WUXI))
        listed = [w for w in self.walks if w.wave == wave and w.goes_past(S.AWAITING_PUBLICITY)]
        plan = PublicityPlan(
            title=title,
            starts_on=timezone.localdate(act.at),
            workdays=5,
            contact="无锡市知识产权局运用促进处，0510-81820000",
        )
        region = Region.objects.get(pk=WUXI)
        publicity = publish_claims(region, claim_ids=[w.claim.pk for w in listed], plan=plan, act=act)
        for walk in listed:
            walk.claim.refresh_from_db()
        return publicity

    def pay(self, walk: Walk) -> None:
        """City and district each pay their part of what has come to that."""
        if walk.script.target == S.PAID:
            for part in AwardPart.objects.filter(award__claim=walk.claim).select_related("region", "award__claim"):
                pay_part(part, act=self.act)

    def return_a_payment(self) -> None:
        """The bank returns the city's part of one payment; its account is found right, and it is paid again."""
        walk = next(w for w in self.walks if w.script.target == S.PAID and w.script.applicant == 3)
        line = Disbursement.objects.filter(part__award__claim=walk.claim, part__region=WUXI).get()
        return_and_pay_again(line, act=self.act)

    @property
    def paid_to_a_person(self) -> Walk:
        """The paid claim of somebody who is no body."""
        return next(
            w for w in self.walks if w.script.target == S.PAID and self.applicants[w.script.applicant].is_individual
        )

    def object_to(self, publicity: PublicityList) -> None:
        """Somebody objects to one claim of the running list."""
        walk = next(w for w in self.walks if w.script.target == S.OBJECTION)
        act = self.act(self.officer(Role.CITY_OFFICER, WUXI))
        enter_objection(
            PublicityEntry.objects.get(publicity=publicity, claim=walk.claim),
            objector=Objector("赵实名", "13700000000"),
            text="该商标的国际注册权利人与申报单位名称不一致，请核实。",
            received_on=timezone.localdate(act.at),
            act=act,
        )


def finish_jobs() -> None:
    """Do here what the worker would do, so that the demo opens with its notices made and its mails sent."""
    for job_id in Job.objects.filter(state=JobState.WAITING).order_by("pk").values_list("pk", flat=True):
        run_job(job_id)
