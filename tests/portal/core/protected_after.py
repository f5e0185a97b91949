"""Rows of what is looked at again after a conclusion: samples, second looks, matters with their steps and files."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.core.files.base import ContentFile

from applications.claims.enums import ClaimStatus
from portal.core.files import keep_file
from review.decisions.models import Decision
from review.followup.models import CreditRecord, FollowUp, FollowUpEvent, FollowUpFile, Plan
from review.spotchecks.models import Case, Look, Sample
from tests.factories import ClaimFactory, make_official, wuxi


def _sample():
    return Sample.objects.create(
        region=wuxi(),
        since=date(2026, 1, 1),
        until=date(2026, 3, 1),
        confidence=95,
        margin=10,
        population=1,
        size=1,
        seed="1",
        drawn_by=make_official("decision_maker", wuxi()),
    )


def _case():
    officer = make_official("district_first", wuxi())
    decision = Decision.objects.create(
        claim=ClaimFactory(status=ClaimStatus.REJECTED),
        stage="district_first",
        round=1,
        conclusion="refuse",
        reason="无",
        officer=officer,
        officer_name=officer.name,
    )
    return Case.objects.create(sample=_sample(), decision=decision, position=1)


def _look():
    case = _case()
    return Look.objects.create(case=case, claim=case.decision.claim, officer=make_official("city_officer", wuxi()))


def _matter():
    claim = ClaimFactory(status=ClaimStatus.PAID, approved_amount=1)
    return FollowUp.objects.create(
        kind="report", claim=claim, region=claim.region, title="绩效报告", state="asked", due_on=date(2026, 9, 1)
    )


def _step():
    return FollowUpEvent.objects.create(followup=_matter(), action="begin", actor_name="甲")


def _file():
    kept = keep_file(ContentFile(b"%PDF-1.4 report"), folder=FollowUpFile.FOLDER)
    return FollowUpFile.objects.create(
        event=_step(), filename="a.pdf", sha256=kept.sha256, size=kept.size, media_type="application/pdf"
    )


def _plan():
    claim = ClaimFactory()
    officer = make_official("policy_admin", wuxi())
    return Plan.objects.create(item=claim.item, kind="report", title="绩效报告", months=12, added_by=officer)


def _credit_record():
    matter = _matter()
    officer = make_official("city_officer", wuxi())
    return CreditRecord.objects.create(
        applicant=matter.claim.applicant,
        followup=matter,
        region=matter.region,
        reason="不报送",
        basis="办法",
        from_on=date(2026, 9, 2),
        until_on=date(2027, 9, 2),
        entered_by=officer,
    )


# Table → (how a row of it comes to be, a change that nobody may make).
AFTER_ROWS = {
    "spotchecks.sample": (_sample, {"seed": "2"}),
    "followup.followupevent": (_step, {"words": "改写"}),
    "followup.followupfile": (_file, {"filename": "b.pdf"}),
}
# Tables whose rows may still change, and what somebody changes past the portal.
AFTER_OPEN_ROWS = {
    "spotchecks.case": (_case, {"position": 9}),
    "spotchecks.look": (_look, {"began_at": datetime(2026, 1, 1, tzinfo=UTC)}),
    "followup.followup": (_matter, {"title": "改写"}),
    "followup.plan": (_plan, {"months": 9}),
    "followup.creditrecord": (_credit_record, {"reason": "改写"}),
}
