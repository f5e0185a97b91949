"""The check list of a batch: what stands against paying each of its lines, or should be looked at."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from applications.claims.enums import Action
from applications.claims.models import Claim, ClaimEvent
from applications.payees.enums import RequestState
from applications.payees.models import Payee, PayeeRequest
from applications.payees.selectors import payees_of
from portal.accounts.models import User
from portal.accounts.persons import same_person
from portal.core import clock
from portal.core.money import format_yuan, to_yuan
from portal.ownership.selectors import disputed_among
from review.checks.enums import Severity
from review.checks.services.examine import payment_findings
from review.decisions.models import Decision
from review.decisions.permissions import four_eyes_problem, persons_of
from review.notices.enums import NoticeKind
from review.notices.models import Notice
from review.payments.debts import debts_of
from review.payments.models import Disbursement


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a line: `stops` where it must be settled first. `kind` is the same for the same thing."""

    kind: str
    text: str
    stops: bool = False


def payee_digest(payee: Mapping[str, str]) -> str:
    """SHA-256 of who is paid."""
    return hashlib.sha256(json.dumps(dict(payee), ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def lines_digest(lines: Iterable[Disbursement]) -> str:
    """SHA-256 of what a batch sends: reference, sum and payee of every line, in order of their keys."""
    rows = [
        [line.reference, line.fen, line.payee_sha256, line.debt] for line in sorted(lines, key=lambda line: line.pk)
    ]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def check_lines(lines: Sequence[Disbursement], *, user: User) -> dict[int, list[Finding]]:
    """The findings of each line by its key, for the person who would act now. The same queries for any number."""
    claims = {line.part.award.claim_id: line.part.award.claim for line in lines}
    known = _Known.of(claims, user)
    regions = {line.part.region_id for line in lines}
    debts = {region: debts_of({claim.applicant_id for claim in claims.values()}, region) for region in regions}
    found: dict[int, list[Finding]] = {}
    for line in lines:
        claim = line.part.award.claim
        owed = sum(debt.fen for debt in debts[line.part.region_id].get(claim.applicant_id, ()))
        found[line.pk] = [] if line.debt else [*known.findings(claim, line), *_debt_findings(owed)]
    return found


def _debt_findings(fen: int) -> list[Finding]:
    return [Finding("debt", f"尚欠应退资金 {format_yuan(to_yuan(fen))} 元，可在核对时抵扣")] if fen else []


@dataclass(frozen=True, slots=True)
class _Known:
    """What the check list asks of, read at once for all claims."""

    user: User
    payees: Mapping[int, Payee]
    pending: frozenset[int]
    disputed: frozenset[int]
    confirmed_by: Mapping[int, int | None]
    approved_at: Mapping[int, object]
    with_notice: frozenset[int]
    concluded: Mapping[int, list[tuple[int, str]]]
    checked: Mapping[int, Sequence[tuple[str, Severity, str]]]

    @classmethod
    def of(cls, claims: Mapping[int, Claim], user: User) -> _Known:
        applicants = {claim.applicant_id for claim in claims.values()}
        payees = payees_of(list(claims))
        requests = {payee.request_id for payee in payees.values() if payee.request_id}
        concluded: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for claim_id, officer, principal, stage in Decision.objects.filter(claim_id__in=claims).values_list(
            "claim_id", "officer_id", "on_behalf_of_id", "stage"
        ):
            concluded[claim_id] += persons_of([(officer, principal, stage)])
        notices = Notice.objects.filter(
            claim_id__in=claims, kind=NoticeKind.GRANT, rendered_at__isnull=False, voided_at=None
        )
        return cls(
            user=user,
            payees=payees,
            pending=frozenset(
                PayeeRequest.objects.filter(applicant_id__in=applicants, state=RequestState.PENDING).values_list(
                    "applicant_id", flat=True
                )
            ),
            disputed=disputed_among(applicants),
            confirmed_by=dict(PayeeRequest.objects.filter(pk__in=requests).values_list("pk", "decided_by_id")),
            approved_at=dict(
                ClaimEvent.objects.filter(claim_id__in=claims, action=Action.APPROVE)
                .order_by("-pk")
                .values_list("claim_id", "at")
            ),
            with_notice=frozenset(notices.values_list("claim_id", flat=True)),
            concluded=concluded,
            checked=payment_findings(list(claims.values()), on=clock.today()),
        )

    def findings(self, claim: Claim, line: Disbursement) -> Iterable[Finding]:
        """What stands against paying a claim to its payee, the person who acts included."""
        if problem := four_eyes_problem(self.user, claim, self.concluded.get(claim.pk, ())):
            yield Finding("four_eyes", problem, stops=True)
        payee = self.payees.get(claim.pk)
        if payee is None or not all(payee.fields.values()):
            yield Finding("no_payee", "没有留存完整的收款账户，请联系申报单位补全后申请变更", stops=True)
        else:
            yield from self._payee_findings(claim, payee, line)
        if claim.applicant_id in self.disputed:
            yield Finding("disputed", "该单位有登记异议正在处理，办结前不得拨付", stops=True)
        if claim.applicant_id in self.pending:
            yield Finding("pending", "收款信息有变更待确认，请先在“收款变更”中办理", stops=True)
        for code, severity, words in self.checked.get(claim.pk, ()):
            yield Finding(code, words, stops=severity != Severity.NOTICE)
        if claim.pk not in self.with_notice:
            yield Finding("notice", "资助决定通知书尚未制作完成", stops=settings.PAYMENT_NEEDS_NOTICE)

    def _payee_findings(self, claim: Claim, payee: Payee, line: Disbursement) -> Iterable[Finding]:
        if payee.request_id and same_person(self.user, self.confirmed_by.get(payee.request_id)):
            yield Finding("confirmed", "收款账户的变更由您确认，须由其他财务人员办理", stops=True)
        approved = self.approved_at.get(claim.pk)
        if payee.request_id and approved and payee.at > approved:  # type: ignore[operator]
            yield Finding("changed", f"批准后（{timezone.localdate(payee.at):%Y-%m-%d}）更换过收款账户，请核对")
        if line.payee_sha256 and line.payee_sha256 != payee_digest(payee.fields):
            yield Finding("moved", "核对以后收款账户又有变更，请解散批次后重新核对", stops=True)
