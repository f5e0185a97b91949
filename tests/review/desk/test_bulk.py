"""Several claims of a queue at once, at every stage: a rehearsal, then each by itself; many as a job."""

from typing import Any

import pytest
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from portal.audit.models import AuditRecord
from portal.jobs.models import Job
from portal.notifications.models import Message
from review.decisions.enums import Stage
from review.decisions.services.bulk import BULK_KIND, conclude_in_background
from review.decisions.views import bulk
from tests.applications.worlds import patent_facts
from tests.depth import by_depth
from tests.review.decisions.pages import as_, post
from tests.review.worlds import accepted, again, city_passed, confirmed, expected, reviewed, submitted

pytestmark = pytest.mark.django_db
# As many as an office concludes at once on a busy day.
MANY = by_depth(3, nightly=200)
MINUTES = {"minutes_number": "3号", "minutes_date": "2026-06-01"}
# Of each stage: who concludes, a claim that is there, and where it goes.
STAGES: dict[Stage, tuple[str, Any, ClaimStatus]] = {
    Stage.ACCEPTANCE: ("acceptance", lambda _, **given: submitted(**given), ClaimStatus.DISTRICT_REVIEW),
    Stage.DISTRICT_FIRST: ("first", accepted, ClaimStatus.DISTRICT_CONFIRMATION),
    Stage.DISTRICT_SECOND: ("second", reviewed, ClaimStatus.CITY_REVIEW),
    Stage.CITY: ("city", confirmed, ClaimStatus.FINAL_DECISION),
    Stage.FINAL: ("decider", city_passed, ClaimStatus.AWAITING_PUBLICITY),
}


@pytest.fixture(autouse=True)
def without_second_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


def refuse_the_second(monkeypatch, claim):
    """Have one claim of several refused, whatever the stage."""
    problem = [lambda found, *_: "缺少查询记录。" if found.pk == claim.pk else ""]
    monkeypatch.setattr("review.decisions.services.locking.CONCLUSION_CHECKS", problem)


@pytest.mark.parametrize("stage", STAGES)
def test_rehearsed_then_done_one_by_one_and_nothing_the_second_time(client, office, monkeypatch, stage):
    who, make, after = STAGES[stage]
    claims = [make(office, lines=[patent_facts(number)]) for number in (1, 2, 3)]
    before = claims[0].status
    refuse_the_second(monkeypatch, claims[1])
    as_(client, getattr(office, who))
    place = "320211" if stage in {Stage.ACCEPTANCE, Stage.DISTRICT_FIRST, Stage.DISTRICT_SECOND} else "320200"
    address = f"{reverse('review:decide_many')}?desk={stage}-{place}"
    recorded = AuditRecord.objects.count()
    html = client.post(address, MINUTES | {"whole": "1"}).content.decode()
    assert html.count('name="claim"') == 3
    assert html.count("缺少查询记录。") == 1
    assert ({again(claim).status for claim in claims}, AuditRecord.objects.count()) == ({before}, recorded)
    sent = MINUTES | {"claim": [claim.pk for claim in claims], "intent": "decide"}
    page = client.post(address, sent, follow=True).content.decode()
    assert [again(claim).status for claim in claims] == [after, before, after]
    assert f"{claims[1].number} 未办理：缺少查询记录。" in page
    recorded = AuditRecord.objects.count()
    client.post(address, sent)
    assert [again(claim).status for claim in claims] == [after, before, after]
    assert AuditRecord.objects.count() == recorded


def test_all_means_all_that_the_filter_leaves_up_to_the_limit(client, office, settings):
    one, other, third = (submitted(lines=[patent_facts(number)]) for number in (1, 2, 3))
    as_(client, office.acceptance)
    address = f"{reverse('review:decide_many')}?desk=acceptance-320211"
    html = client.post(f"{address}&q={other.number}", {"whole": "1"}).content.decode()
    assert [claim.number in html for claim in (one, other, third)] == [False, True, False]
    settings.BULK_MAX_CLAIMS = 2
    html = client.post(address, {"whole": "1"}).content.decode()
    assert [claim.number in html for claim in (one, other, third)] == [True, True, False]
    assert "一次最多办理 2 件" in html
    assert client.post(address, {"claim": ["x", "9" * 30]}).status_code == 302


def test_proposal_to_refuse_is_confirmed_by_itself_only(client, office):
    claim = accepted(office)
    post(as_(client, office.first), claim, "refuse", grounds="other", text="不符")
    as_(client, office.second)
    address = f"{reverse('review:decide_many')}?desk=district_second-320211"
    assert "请打开该件逐件办理" in client.post(address, {"claim": claim.pk}).content.decode()


def test_many_are_concluded_by_a_job_that_may_begin_again(client, office, monkeypatch):
    claims = [submitted(lines=[patent_facts(number)]) for number in range(1, MANY + 1)]
    refuse_the_second(monkeypatch, claims[1])
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 2)
    as_(client, office.acceptance)
    address = f"{reverse('review:decide_many')}?desk=acceptance-320211"
    progress = client.post(address, {"whole": "1", "intent": "decide"}).url
    job = Job.objects.get(kind=BULK_KIND)
    assert "every 2s" in client.get(progress).content.decode()
    assert {expected(claim).status for claim in claims} == {ClaimStatus.SUBMITTED}
    assert as_(client, office.first).get(progress).status_code == 404
    for _ in range(2):
        conclude_in_background(**job.payload)
    message = Message.objects.get(user=office.acceptance, key__startswith=BULK_KIND)
    assert message.body == f"已办理 {MANY - 1} 件，未办理 1 件：\n{claims[1].number}：缺少查询记录。"
