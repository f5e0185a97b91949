"""Gather what a notice says from the claim, its decisions and its award, and freeze it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import Action
from applications.claims.models import Claim, ClaimEvent, ClaimLine
from applications.payees.selectors import payee_of
from policies.engine import Item
from policies.engine.split import OTHERS
from policies.engine.stages import sums_of
from policies.facts.values import facts_of, read_facts
from policies.published.selectors import compiled_item
from portal.accounts.enums import DISTRICT_ROLES, RegionLevel
from portal.accounts.models import Region
from portal.core.money import ZERO, to_yuan
from portal.core.text import closed_up
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import Decision, PublicityEntry
from review.funding.models import Award
from review.notices import snapshot as content
from review.notices.enums import NoticeKind

COURT = "有管辖权的人民法院"
# What a notice has that tells of no sum and no meeting.
NO_MONEY: dict[str, Any] = {
    "minutes": None,
    "publicity": None,
    "lines": [],
    "reduction": None,
    "total": None,
    "shares": None,
    "reasons": [],
}


class NoticeNotDue(Exception):
    """The claim is not in a state that this notice tells of; the message says in which it is."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What distinguishes one notice from others, before it has a number: kind, code, day, issuing region."""

    kind: NoticeKind
    code: str
    issued_on: date
    region: Region


def issuing_region(claim: Claim, event: ClaimEvent | None) -> Region:
    """Whose bureau issues: the district's of a submission and its officers' steps, else the deciding region's."""
    if event is not None and (event.action == Action.SUBMIT or event.role in DISTRICT_ROLES):
        return claim.region
    return claim.deciding_region


def office_of(region: Region) -> str:
    """The office in whose name a region's papers are issued."""
    return region.bureau or f"{region.full_name}知识产权局"


def number_mark(region: Region, series: str) -> str:
    """What stands before the year of a number: `无锡知资`, `无锡滨湖知不支`, no other office's alike."""
    places = [region.parent, region] if region.level == RegionLevel.DISTRICT else [region]
    return "".join(_short(place.name) for place in places if place) + series


def document_number(region: Region, series: str, *, year: int, sequence: int) -> str:
    """`无锡知资〔2026〕1号`, `无锡滨湖知不支〔2026〕1号`: no leading zeros, and no other office's number alike."""
    return f"{number_mark(region, series)}〔{year}〕{sequence}号"


def verification_url(code: str) -> str:
    """The public address that the QR code leads to."""
    return f"{settings.PUBLIC_URL}{reverse('verification:notice', args=[code])}"


def compose_receipt(claim: Claim, heading: Heading, _: ClaimEvent | None) -> content.Snapshot:
    """申报回执: what was filed, and when."""
    files = claim.evidence.filter(removed_at=None).order_by("pk").values_list("filename", flat=True)
    return content.Snapshot(**common(claim, heading), **NO_MONEY, files=list(files))


def compose_acceptance(claim: Claim, heading: Heading, _: ClaimEvent | None) -> content.Snapshot:
    """受理通知书."""
    return content.Snapshot(**common(claim, heading), **NO_MONEY)


def compose_declined(claim: Claim, heading: Heading, event: ClaimEvent | None) -> content.Snapshot:
    """不予受理通知书: every paragraph of the recorded reason becomes one reason."""
    return content.Snapshot(**common(claim, heading), **NO_MONEY | {"reasons": _reasons(event)})


def compose_correction(claim: Claim, heading: Heading, event: ClaimEvent | None) -> content.Snapshot:
    """补正通知书: every place of the round with what is wrong there, and the last day."""
    asked = claim.correction_points.filter(asked_at=event.at) if event else claim.correction_points.none()
    points = [content.Reason(text=f"{p.field_label}：{p.remark.rstrip('。')}。", basis="") for p in asked]
    due_on = next((point.due_on for point in asked), None)
    return content.Snapshot(**common(claim, heading), **NO_MONEY | {"reasons": points}, due_on=due_on)


def compose_abandoned(claim: Claim, heading: Heading, event: ClaimEvent | None) -> content.Snapshot:
    """视为放弃申报通知书: the last day of the correction that did not come, and the recorded reason."""
    last = claim.correction_points.order_by("-round", "-pk").first()
    reasons = NO_MONEY | {"reasons": _reasons(event)}
    return content.Snapshot(**common(claim, heading), **reasons, due_on=last.due_on if last else None)


def compose_grant(claim: Claim, heading: Heading, _: ClaimEvent | None) -> content.Snapshot:
    """资助决定通知书 of a claim with its award. Raises NoticeNotDue without the final decision that it tells of."""
    decision = _last_decision(claim, Stage.FINAL, Conclusion.SUPPORT)
    if decision is None:
        raise NoticeNotDue(f"申报 {claim.number} 没有审定意见，不能制作资助决定通知书。")
    award = Award.objects.get(claim=claim)
    lines = _lines(claim, decision)
    excess = sum((line.approved for line in lines), ZERO) - award.total
    return content.Snapshot(
        **common(claim, heading),
        minutes=_minutes(decision),
        publicity=_publicity(claim),
        recognised=decision.title,
        decision_no=decision.decision_no,
        stages=_stages(award, decision),
        lines=lines,
        reduction=content.Reduction(amount=excess, reason=decision.reason) if excess else None,
        total=award.total,
        shares=_shares(award, decision),
        reasons=[],
    )


def _shares(award: Award, decision: Decision) -> content.Shares | None:
    """Who bears how much of an award; None where the document states no ratio."""
    if award.city_share is not None and award.district_share is not None:
        return content.Shares(city=award.city_share, district=award.district_share, basis=award.basis)
    answer = decision.assessment.answer if decision.assessment else {}
    if not answer.get("others"):
        return None
    others = [content.NamedSum(name=OTHERS[name], sum=Decimal(yuan)) for name, yuan in answer["others"].items()]
    city, district = Decimal(answer["city"]), Decimal(answer["district"])
    return content.Shares(city=city, district=district, basis=award.basis, others=others)


def _stages(award: Award, decision: Decision) -> list[content.NamedSum]:
    """What is paid when; nothing where the document pays at once."""
    stages = compiled_item(decision.assessment.version).stages if decision.assessment else ()
    sums = sums_of([part.fen for part in award.parts.all()], stages) if stages else []
    return [content.NamedSum(name=stage.when, sum=to_yuan(fen)) for stage, fen in zip(stages, sums, strict=True)]


def compose_recognition(claim: Claim, heading: Heading, _: ClaimEvent | None) -> content.Snapshot:
    """认定通知书. Raises NoticeNotDue without the final decision that it tells of."""
    decision = _last_decision(claim, Stage.FINAL, Conclusion.SUPPORT)
    if decision is None or not decision.title:
        raise NoticeNotDue(f"申报 {claim.number} 没有认定的审定意见，不能制作认定通知书。")
    papers = {"minutes": _minutes(decision), "publicity": _publicity(claim)}
    subjects = names_of_lines(claim) if compiled_item(claim.version).subject else []
    return content.Snapshot(**common(claim, heading), **NO_MONEY | papers, recognised=decision.title, subjects=subjects)


def compose_refusal(claim: Claim, heading: Heading, event: ClaimEvent | None) -> content.Snapshot:
    """不予支持通知书: every paragraph of the recorded reason becomes one reason."""
    decision = _last_decision(claim, Stage.FINAL, Conclusion.REFUSE)
    minutes = _minutes(decision) if decision and decision.minutes_number else None
    return content.Snapshot(**common(claim, heading), **NO_MONEY | {"minutes": minutes, "reasons": _reasons(event)})


def _reasons(event: ClaimEvent | None) -> list[content.Reason]:
    texts = map(str.strip, event.reason.splitlines() if event else [])
    return [content.Reason(text=text if text[-1] in "。；！？" else f"{text}。", basis="") for text in texts if text]


def _publicity(claim: Claim) -> content.Period | None:
    entry = PublicityEntry.objects.filter(claim=claim).select_related("publicity").order_by("-pk").first()
    return content.Period(starts_on=entry.publicity.starts_on, ends_on=entry.publicity.ends_on) if entry else None


def names_of_lines(claim: Claim) -> list[str]:
    """What each line of a claim is about, as the applicant named it."""
    item = compiled_item(claim.version)
    facts = facts_of(item)
    return [_right(item, line, read_facts(facts, line.facts).values) for line in claim.lines.order_by("position")]


def common(claim: Claim, heading: Heading) -> dict[str, Any]:
    """What every notice on a claim has: number, office, party, claim, basis, remedies, contact, code."""
    applicant, document, region = claim.applicant, claim.item.document, heading.region
    payee = payee_of(claim)
    return {
        "layout": content.LAYOUT,
        "kind": str(heading.kind),
        # Given when all else is there.
        "number": "",
        "issuer": office_of(region),
        "issued_on": heading.issued_on,
        "party": content.Party(
            name=payee.name if payee else applicant.name,
            id_label="公民身份号码" if applicant.is_individual else "统一社会信用代码",
            id=applicant.masked_identifier,
            is_person=applicant.is_individual,
        ),
        "claim": content.ClaimSummary(
            number=claim.number or "",
            item=claim.item.title,
            submitted_on=timezone.localdate(claim.submitted_at or claim.created_at),
        ),
        "basis": [content.Basis(number=document.number, title=document.title, article=claim.item.article)],
        "remedies": content.Remedies(reconsideration=f"{region.full_name}人民政府", court=COURT),
        "contact": content.Contact(office=office_of(region), phone=region.contact, address=""),
        "verification": content.Verification(code=heading.code, url=verification_url(heading.code)),
    }


def _lines(claim: Claim, decision: Decision) -> list[content.Line]:
    item = compiled_item(claim.version)
    steps = decision.assessment.answer.get("steps", []) if decision.assessment else []
    numbers = {pk: number for number, pk in enumerate(claim.lines.order_by("position").values_list("pk", flat=True), 1)}
    return [
        _line(item, row.line, steps=[step for step in steps if step.get("line") == numbers[row.line_id]], decided=row)
        for row in decision.lines.select_related("line").order_by("line__position")
    ]


def _line(item: Item, line: ClaimLine, *, steps: list[dict[str, Any]], decided: Any) -> content.Line:
    values = read_facts(facts_of(item), line.facts).values
    key_date = values.get(item.as_of) if item.as_of else None
    standards: list[str] = []
    others: list[str] = []
    for step in steps:
        if not step["applied"] or step["amount_after"] is None:
            continue
        # The table gives the line's number.
        text = step["text"].removeprefix(f"第{step['line']}项：")
        # The step that grants cites its clause; the notice names the clause once, above the table.
        standard = text.removeprefix(f"依据 {step['citation']}：")
        (others if standard == text else standards).append(standard)
    if decided.reason:
        others.append(f"{'核减' if decided.amount < decided.ceiling else '审定理由'}：{decided.reason}")
    return content.Line(
        right=_right(item, line, values),
        key_date=date.fromisoformat(key_date) if key_date else None,
        standard=closed_up("；".join(standards)),
        approved=Decimal(decided.amount),
        explanation=closed_up("；".join(others)),
    )


def _right(item: Item, line: ClaimLine, values: dict[str, Any]) -> str:
    if line.is_defence:
        return "国防专利（线下登记）"
    return str(values.get(item.subject) or line.subject_key) if item.subject else f"第 {line.position} 项"


def _minutes(decision: Decision) -> content.Minutes | None:
    if not decision.minutes_number or decision.minutes_date is None:
        return None
    return content.Minutes(number=decision.minutes_number, held_on=decision.minutes_date)


def _last_decision(claim: Claim, stage: Stage, conclusion: Conclusion) -> Decision | None:
    decisions = Decision.objects.filter(claim=claim, stage=stage, conclusion=conclusion)
    return decisions.select_related("assessment").order_by("-pk").first()


def _short(name: str) -> str:
    """A place without the word for its level: 无锡市 → 无锡, but 郊区 stays."""
    return name[:-1] if len(name) > 2 and name[-1] in "省市区县" else name
