"""A row of every table whose rows are written once, and a change that nobody may make to it."""

import uuid
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Assessment, AssessmentReplay, ClaimEvent
from applications.ledger.models import EntryKind, LimitBucket, LimitEntry
from applications.payees.enums import RequestState
from applications.payees.models import PayeeRequest
from applications.payees.services import freeze_payee
from policies.calls.enums import ChangeKind
from policies.calls.models import CallChange
from policies.drafting.enums import DraftState
from policies.drafting.models import PolicyDraft
from policies.published.enums import TextOrigin
from policies.published.models import DocumentText
from policies.rates.enums import RateState
from policies.rates.models import DistrictRate
from portal.audit.enums import SecurityKind
from portal.audit.models import AuditRoot
from portal.audit.security import record_disclosure, record_security
from portal.audit.services import record_audit
from portal.core.proposals import ProposalState
from portal.privacy.models import Removal
from portal.privacy.services.consent import give_consent
from review.appropriations.models import Receipt
from review.decisions.enums import Conclusion, CreditResult, Stage
from review.decisions.models import ClaimScore, CreditSnapshot, Decision, LineDecision, PublicityEntry, PublicityList
from review.funding.models import Award, AwardPart, Payment, PaymentKind
from review.notices.enums import NoticeEventKind, NoticeKind
from review.notices.models import Notice, NoticeEvent
from review.payments.models import BankFile, BankRow
from review.recoveries.models import AwardVersion, Instalment, Recovery, RecoveryEvent
from review.recoveries.models import Receipt as RecoveryReceipt
from review.treasury.enums import EntryKind as BookEntryKind
from review.treasury.models import Account, BudgetLine, MonthClose, Posting
from review.treasury.months import month_bounds
from review.treasury.services.books import EntryDraft, post_entries
from review.whatif.enums import ChangeKind as WhatIfChange
from review.whatif.enums import RunState, Source
from review.whatif.models import SimulationRun
from review.wordings.models import Wording
from tests.factories import CallFactory, ClaimFactory, ItemVersionFactory, act, make_member, make_official, wuxi
from tests.portal.core.protected_after import AFTER_ROWS
from tests.portal.core.protected_checks import CHECK_ROWS
from tests.portal.core.protected_desk import DESK_ROWS
from tests.portal.core.protected_mandates import MANDATE_ROWS
from tests.portal.core.protected_messages import MESSAGE_ROWS
from tests.portal.core.protected_panels import PANEL_ROWS
from tests.portal.core.protected_reports import REPORT_ROWS
from tests.portal.core.protected_targets import TARGET_ROWS
from tests.portal.ownership.worlds import contest_row, organisation_check
from tests.review.appropriations.worlds import Treasury


def _claim():
    return ClaimFactory(status=ClaimStatus.APPROVED)


def _officer():
    return make_official("city_officer", wuxi())


def _decision(claim=None):
    return Decision.objects.create(
        claim=claim or _claim(), stage=Stage.CITY, round=1, conclusion=Conclusion.SUPPORT, officer=_officer(), amount=1
    )


def _line_decision():
    claim = _claim()
    return LineDecision.objects.create(decision=_decision(claim), line=claim.lines.get(), amount=1, ceiling=1)


def _credit_snapshot():
    claim = _claim()
    return CreditSnapshot.objects.create(
        claim=claim,
        applicant=claim.applicant,
        result=CreditResult.values[0],
        source="信用中国",
        checked_on=date(2026, 3, 2),
        entered_by=_officer(),
    )


def _claim_score():
    return ClaimScore.objects.create(claim=_claim(), score=90, paper="评审纪要1号", entered_by=_officer())


def _publicity_entry():
    today = date(2026, 3, 2)
    publicity = PublicityList.objects.create(
        region=wuxi(), title="公示", starts_on=today, ends_on=today, workdays=1, contact="电话", created_by=_officer()
    )
    return PublicityEntry.objects.create(
        publicity=publicity,
        claim=_claim(),
        applicant_name="甲",
        district_name="滨湖区",
        item_title="乙",
        count=1,
        amount=1,
    )


def _call_change():
    return CallChange.objects.create(call=CallFactory(), kind=ChangeKind.EXTENDED, reason="凭证未到", by=_officer())


def _award():
    return Award.objects.create(claim=_claim(), total=Decimal("5000.00"))


def _award_part():
    line = BudgetLine.objects.create(region=wuxi(), year=2026, name="指标", source="city")
    return AwardPart.objects.create(award=_award(), region=wuxi(), line=line, fen=500000)


def _bank_row():
    file = BankFile.objects.create(
        direction="in", region=wuxi(), format="csv", name="回盘.csv", sha256="0" * 64, size=1, officer=_officer()
    )
    return BankRow.objects.create(file=file, number=2, checksum="0" * 64, state="unmatched")


def _month_close():
    first = date(2026, 3, 1)
    starts_at, ends_at = month_bounds(first)
    return MonthClose.objects.create(
        region=wuxi(), month=first, starts_at=starts_at, ends_at=ends_at, closed_by=_officer()
    )


def _payment():
    return Payment.objects.create(
        award=_award(),
        sequence=1,
        kind=PaymentKind.PAID,
        amount=1,
        voucher="1",
        on=date(2026, 3, 2),
        officer=_officer(),
    )


def _limit_entry():
    bucket = LimitBucket.objects.create(key="k", label="限额")
    return LimitEntry.objects.create(
        bucket=bucket, sequence=1, claim=_claim(), kind=EntryKind.RESERVE, amount=1, amount_after=1, times_after=1
    )


def _assessment():
    claim = _claim()
    return Assessment.objects.create(
        claim=claim, stage=Action.SUBMIT, version=claim.version, question={}, answer={}, hash="0" * 64
    )


def claim_event():
    return ClaimEvent.objects.create(
        claim=_claim(), action=Action.SUBMIT, to_status=ClaimStatus.SUBMITTED, actor_name="张三"
    )


def notice():
    return Notice.objects.create(
        claim=_claim(),
        kind=NoticeKind.GRANT,
        region=wuxi(),
        year=2026,
        sequence=1,
        number="锡知〔2026〕1号",
        snapshot={"party": "甲"},
        issued_on=date(2026, 3, 2),
    )


def _notice_event():
    return NoticeEvent.objects.create(
        notice=notice(), kind=NoticeEventKind.VOIDED, on=date(2026, 3, 2), note="有误", user=_officer()
    )


def audit_record():
    return record_audit(act(), action="jobs.retry", target=wuxi())


def _rate():
    now = timezone.now()
    return DistrictRate.objects.create(
        region=wuxi(),
        item=ItemVersionFactory().item,
        ratio="15%",
        valid_from=date(2026, 1, 1),
        source="规定",
        state=RateState.CONFIRMED,
        proposed_by=_officer(),
        proposed_at=now,
        decided_by=_officer(),
        decided_at=now,
    )


def _wording():
    now = timezone.now()
    return Wording.objects.create(
        region=wuxi(),
        kind="grant",
        text="特此通知。",
        version=1,
        state=ProposalState.RELEASED,
        proposed_by=_officer(),
        proposed_at=now,
        decided_by=_officer(),
        decided_at=now,
    )


def _document_text():
    document = ItemVersionFactory().item.document
    return DocumentText.objects.create(
        document=document, number=1, text="甲", sha256="0" * 64, origin=TextOrigin.PACKAGE, published_at=timezone.now()
    )


def _draft():
    now = timezone.now()
    return PolicyDraft.objects.create(
        document_code="x", title="甲", created_by=_officer(), created_at=now, saved_at=now, state=DraftState.WITHDRAWN
    )


def _simulation():
    return SimulationRun.objects.create(
        city=wuxi(),
        title="甲",
        change=WhatIfChange.values[0],
        source=Source.GENERATED,
        inputs_hash="0" * 64,
        asked_by=_officer(),
        state=RunState.CANCELLED,
        finished_at=timezone.now(),
    )


def _replay():
    return AssessmentReplay.objects.create(started_at=timezone.now(), checked=1, differing=0)


def _root():
    return AuditRoot.objects.create(day=date(2026, 3, 2), first=1, last=2, head="1" * 64, sha256="2" * 64, sm3="3" * 64)


def _security_event():
    return record_security(act(), kind=SecurityKind.REFUSED)


def _security_subject():
    applicant = ClaimFactory().applicant
    return record_disclosure(act(), applicant, fields=["银行账号"]).subjects.get()


def _account():
    return _posting().account


def _posting():
    line = BudgetLine.objects.create(region=wuxi(), year=2026, name="指标", source="city")
    accounts = [Account.objects.create(line=line, kind=kind, guarded=False) for kind in ("source", "available")]
    amounts = {account.pk: fen for account, fen in zip(accounts, (-1, 1), strict=True)}
    with transaction.atomic():
        post_entries([EntryDraft(id=uuid.uuid4(), kind=BookEntryKind.ISSUE, amounts=amounts)], act=act())
    return Posting.objects.filter(account=accounts[1]).get()


def _entry():
    return _posting().entry


def _appropriation():
    return Treasury().issued()


def _allocation():
    return _appropriation().allocation


def _receipt():
    return Receipt.objects.create(line=_appropriation().lines.first(), officer=_officer())


def _payee():
    claim = _claim()
    return freeze_payee(claim, act=act())


def _payee_request():
    person = make_member()
    return PayeeRequest.objects.create(
        applicant=person.active_memberships[0].applicant,
        region_code="320211",
        before={},
        after={},
        reason="换了开户行",
        requested_by=person,
        state=RequestState.REFUSED,
        decided_by=_officer(),
        decided_at=timezone.now(),
        decision_reason="不符",
    )


def _recovery():
    claim = _claim()
    return Recovery.objects.create(
        claim=claim,
        applicant=claim.applicant,
        region=wuxi(),
        ground="false",
        clause="第十六条",
        facts="不实",
        new_fen=0,
        fen=9,
        proposed_by=_officer(),
    )


def _recovery_event():
    return RecoveryEvent.objects.create(recovery=_recovery(), action="propose", to_state="proposed", actor_name="甲")


def _instalment():
    return Instalment.objects.create(recovery=_recovery(), due_on=date(2026, 7, 1), fen=9)


def _recovery_receipt():
    return RecoveryReceipt.objects.create(
        recovery=_recovery(), voucher="1", on=date(2026, 7, 1), principal_fen=9, officer=_officer()
    )


def _award_version():
    return AwardVersion.objects.create(award=_award(), version=2, fen=0, parts={}, reason="不实", officer=_officer())


# Table → (how a row of it comes to be, a change that nobody may make).
ROWS = {
    "audit.auditrecord": (audit_record, {"actor_name": "别人"}),
    "audit.auditroot": (_root, {"sm3": "0" * 64}),
    "audit.securityevent": (_security_event, {"name": "别人"}),
    "audit.securitysubject": (_security_subject, {"keep_until": date(2026, 1, 1)}),
    "calls.callchange": (_call_change, {"reason": "别的理由"}),
    "policies.documenttext": (_document_text, {"text": "乙"}),
    "drafting.policydraft": (_draft, {"title": "乙"}),
    "rates.districtrate": (_rate, {"ratio": "90%"}),
    **(AFTER_ROWS | MESSAGE_ROWS | DESK_ROWS | MANDATE_ROWS | CHECK_ROWS | PANEL_ROWS | REPORT_ROWS | TARGET_ROWS),
    "wordings.wording": (_wording, {"text": "别的文字"}),
    "whatif.simulationrun": (_simulation, {"title": "乙"}),
    "privacy.consent": (lambda: give_consent(make_member(), act=act()), {"version": "9"}),
    "privacy.removal": (lambda: Removal.objects.create(kind="a", count=1, before=timezone.now()), {"count": 9}),
    "applications.assessmentreplay": (_replay, {"checked": 2}),
    "policies.itemversion": (ItemVersionFactory, {"content": {"amount": 1}}),
    "applications.assessment": (_assessment, {"amount": 9}),
    "applications.claimevent": (claim_event, {"reason": "改写"}),
    "ledger.limitentry": (_limit_entry, {"amount": 9}),
    "ownership.contest": (lambda: contest_row("contest"), {"opinion": "改写"}),
    "ownership.organisationpaper": (lambda: contest_row("paper_own"), {"kind": "authority"}),
    "ownership.organisationcheck": (organisation_check, {"name": "乙"}),
    "payees.payee": (_payee, {"account_number": "0"}),
    "payees.payeerequest": (_payee_request, {"after": {"account_number": "0"}}),
    "review.decision": (_decision, {"amount": 9}),
    "review.linedecision": (_line_decision, {"reason": "改写"}),
    "review.creditsnapshot": (_credit_snapshot, {"remark": "改写"}),
    "review.claimscore": (_claim_score, {"score": 1}),
    "review.publicityentry": (_publicity_entry, {"amount": 9}),
    "appropriations.allocation": (_allocation, {"title": "乙"}),
    "appropriations.appropriation": (_appropriation, {"title": "乙"}),
    "appropriations.receipt": (_receipt, {"note": "改写"}),
    "funding.award": (_award, {"total": 9}),
    "funding.awardpart": (_award_part, {"fen": 9}),
    "funding.payment": (_payment, {"amount": 9}),
    "recoveries.recoveryevent": (_recovery_event, {"note": "改写"}),
    "recoveries.instalment": (_instalment, {"fen": 8}),
    "recoveries.receipt": (_recovery_receipt, {"principal_fen": 8}),
    "recoveries.awardversion": (_award_version, {"fen": 8}),
    "payments.bankrow": (_bank_row, {"note": "改写"}),
    "treasury.account": (_account, {"guarded": True}),
    "treasury.entry": (_entry, {"note": "改写"}),
    "treasury.monthclose": (_month_close, {"reason": "改写"}),
    "treasury.posting": (_posting, {"account_id": 0}),
    "notices.notice": (notice, {"number": "锡知〔2026〕2号"}),
    "notices.noticeevent": (_notice_event, {"note": "改写"}),
}
