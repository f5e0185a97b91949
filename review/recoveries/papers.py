"""What the notices of an award's change, of its revocation and of a demand say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.engine.shortage import share_by_largest_remainder
from portal.core.money import to_yuan
from review.funding.models import Award
from review.notices import snapshot as content
from review.notices.compose import NO_MONEY, NoticeNotDue, common, names_of_lines
from review.notices.enums import NoticeKind
from review.notices.kinds import NoticeForm, Occasion
from review.notices.models import Notice
from review.recoveries.models import AwardVersion, Recovery
from review.recoveries.selectors import granted_sums

if TYPE_CHECKING:
    from applications.claims.models import Claim
    from review.notices.compose import Heading


def find_version(claim: Claim, key: int) -> Occasion:
    """The version of an award that a notice tells of."""
    version = AwardVersion.objects.select_related("recovery", "award").filter(pk=key, award__claim=claim).first()
    if version is None:
        raise NoticeNotDue(f"申报 {claim.number} 的资助没有变更，不能制作通知书。")
    return Occasion(version, version.at, claim.deciding_region)


def find_demand(claim: Claim, key: int) -> Occasion:
    """The decided recovery that demands a sum back."""
    recovery = Recovery.objects.filter(pk=key, claim=claim, decided_at__isnull=False, fen__gt=0).first()
    if recovery is None:
        raise NoticeNotDue(f"申报 {claim.number} 没有应退回的资金，不制作追缴通知书。")
    return Occasion(recovery, recovery.decided_at, claim.deciding_region)


def compose_version(claim: Claim, heading: Heading, version: AwardVersion) -> content.Snapshot:
    """变更 or 撤销资助决定通知书: the sums before and after, of a change also of each line and payer, and why."""
    award, recovery = version.award, version.recovery
    before = AwardVersion.objects.filter(award=award, version__lt=version.version).order_by("-version").first()
    own = {
        "total": to_yuan(version.fen) if version.fen else None,
        "reasons": _reasons(recovery.facts, recovery.decision_text) if recovery else _reasons(version.reason),
    }
    return content.Snapshot(
        **common(claim, heading),
        **NO_MONEY | own,
        previous=to_yuan(before.fen) if before else award.total,
        line_changes=_line_changes(claim, before, version) if version.fen else [],
        payer_changes=_payer_changes(claim, award, before, version) if version.fen else [],
        clause=recovery.clause if recovery else "",
        decision_no=recovery.decision_no if recovery else "",
        grant_number=grant_number(claim),
    )


def compose_demand(claim: Claim, heading: Heading, recovery: Recovery) -> content.Snapshot:
    """追缴通知书: the sum, by when and to which account, and why."""
    own = {"total": recovery.yuan, "reasons": _reasons(recovery.facts, recovery.decision_text)}
    return content.Snapshot(
        **common(claim, heading),
        **NO_MONEY | own,
        clause=recovery.clause,
        decision_no=recovery.decision_no,
        grant_number=grant_number(claim),
        demand=content.Demand(pay_days=recovery.pay_days, account=recovery.account, interest=_interest(recovery)),
    )


def grant_number(claim: Claim) -> str:
    """The number of the valid notice that granted a claim, "" where there is none."""
    valid = Notice.objects.filter(claim=claim, kind=NoticeKind.GRANT, voided_at=None)
    return valid.values_list("number", flat=True).first() or ""


def _interest(recovery: Recovery) -> str:
    if recovery.daily_rate is None or recovery.interest_from is None:
        return ""
    day = recovery.interest_from
    return f"自{day.year}年{day.month}月{day.day}日起，按尚未退回金额每日{recovery.daily_percent}计收利息"


def _line_changes(claim: Claim, before: AwardVersion | None, version: AwardVersion) -> list[content.Change]:
    granted = granted_sums(claim)
    if not sum(granted):
        return []
    old = share_by_largest_remainder(before.fen, granted) if before else granted
    new = share_by_largest_remainder(version.fen, granted)
    names = names_of_lines(claim)
    return [
        content.Change(what=name, previous=to_yuan(was), changed=to_yuan(becomes))
        for name, was, becomes in zip(names, old, new, strict=True)
        if was
    ]


def _payer_changes(
    claim: Claim, award: Award, before: AwardVersion | None, version: AwardVersion
) -> list[content.Change]:
    old = before.parts if before else dict(award.parts.values_list("region_id", "fen"))
    names = {claim.region_id: "区级", claim.city_id: "市级"}
    return [
        content.Change(what=names[code], previous=to_yuan(fen), changed=to_yuan(version.parts.get(code, 0)))
        for code, fen in sorted(old.items())
    ]


def _reasons(*texts: str) -> list[content.Reason]:
    rows = (line.strip() for text in texts for line in text.splitlines())
    return [content.Reason(text=row if row.endswith("。") else f"{row}。", basis="") for row in rows if row]


NOTICES = {
    NoticeKind.CHANGE: NoticeForm(
        "知变", "notices.issue_change", frozenset(), compose_version, announced=False, find=find_version
    ),
    NoticeKind.REVOCATION: NoticeForm(
        "知撤", "notices.issue_revocation", frozenset(), compose_version, announced=False, find=find_version
    ),
    NoticeKind.DEMAND: NoticeForm("知追", "notices.issue_demand", frozenset(), compose_demand, find=find_demand),
}
