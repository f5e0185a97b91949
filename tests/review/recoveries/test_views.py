"""The pages of recoveries: what each sees, what each may do, what comes back where something is missing."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from portal.jobs.services import run_due_jobs
from review.recoveries.enums import RecoveryState
from review.recoveries.models import Recovery
from review.recoveries.services.proceedings import open_hearing, propose_recovery
from tests.review.decisions.pages import as_
from tests.review.recoveries.worlds import DAY, PROPOSAL, awarded, heard, paid, served
from tests.review.worlds import again, on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def midday(settings, time_machine):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    time_machine.move_to(on(DAY).at)


def address(recovery):
    return reverse("recoveries:recovery", args=[recovery.key])


def post(client, recovery, action, **data):
    return client.post(address(recovery), {"action": action} | data)


def test_recovery_goes_from_the_claims_page_to_a_settled_end(client, office, time_machine):
    claim = paid(office)
    new = reverse("recoveries:new", args=[claim.key])
    as_(client, office.city)
    assert new in client.get(reverse("review:claim", args=[claim.key])).content.decode()
    sent = {"ground": "false", "clause": "办法第十六条", "new_sum": "0", "facts": "票据系伪造"}
    assert client.post(new, sent | {"new_sum": "5,000"}).status_code == 422
    assert client.post(new, sent).status_code == 302
    recovery = Recovery.objects.get()
    assert post(client, recovery, "hear", workdays="5").status_code == 302
    as_(client, claim.created_by)
    assert address(recovery) in client.get("/").content.decode()
    page = client.get(address(recovery)).content.decode()
    assert "票据系伪造" in page
    assert office.city.name not in page
    assert post(client, recovery, "state", statement=" ").status_code == 422
    assert post(client, recovery, "decide", number="1", reason="x", pay_days="30").status_code == 422
    assert post(client, recovery, "state", statement="票据真实").status_code == 302
    as_(client, office.decider)
    typed = {"number": "锡知追1号", "reason": "不采纳申辩", "pay_days": "30"}
    wrong = post(client, recovery, "decide", **typed, daily_rate="0.05")
    assert wrong.status_code == 422
    assert "不采纳申辩" in wrong.content.decode()
    ordered = post(client, recovery, "decide", **typed, daily_rate="0.05", interest_from="2026-06-10")
    assert ordered.status_code == 302
    recovery.refresh_from_db()
    assert recovery.daily_rate == Decimal("0.0005")
    unserved = post(client, recovery, "serve", on="2026-06-10", how="post")
    assert (unserved.status_code, "追缴通知书尚未制作完成" in unserved.content.decode()) == (422, True)
    run_due_jobs()
    assert "追缴通知书（无锡知追〔2026〕1号）" in client.get(address(recovery)).content.decode()
    assert post(client, recovery, "serve", on="2026-06-10", how="post").status_code == 302
    assert post(client, recovery, "plan", count="2", first_on="2026-07-10").status_code == 302
    as_(client, office.finance)
    for number in (1, 2):
        sent = post(client, recovery, "receive", amount="2,500", on="2026-06-10", voucher=f"回{number}")
        assert sent.status_code == 302
    recovery.refresh_from_db()
    assert (recovery.state, again(claim).status) == (RecoveryState.SETTLED, ClaimStatus.TERMINATED)
    page = client.get(address(recovery)).content.decode()
    assert "回1" in page
    assert '<form method="post">' not in page
    assert "5,000.00" in client.get(reverse("recoveries:recoveries")).content.decode()


def test_decision_maker_terminates_an_unpaid_claim_from_its_page(client, office):
    claim = awarded(office)
    as_(client, office.decider)
    page = client.get(reverse("recoveries:new", args=[claim.key])).content.decode()
    end = reverse("recoveries:terminate", args=[claim.key])
    assert end in page
    assert client.post(end, {"reason": ""}).status_code == 422
    assert client.post(end, {"reason": "列入严重失信名单"}).status_code == 302
    assert again(claim).status == ClaimStatus.TERMINATED
    page = as_(client, claim.created_by).get(reverse("applications:claim", args=[claim.key])).content.decode()
    assert "列入严重失信名单" in page


def test_stranger_sees_nothing_and_a_stale_page_is_told(client, office):
    claim = paid(office)
    recovery = heard(office, claim)
    assert as_(client, office.acceptance).get(address(recovery)).status_code == 403
    as_(client, office.city)
    assert post(client, recovery, "serve", on="2026-06-10", how="post").status_code == 422
    page = post(client, recovery, "hear", workdays="27").content.decode()
    assert "已由他人办理" in page
    assert "<dt>陈述申辩期限（工作日）</dt><dd>27</dd>" in page


def test_nobody_is_asked_to_answer_once_the_day_is_over(client, office, time_machine):
    claim = paid(office)
    recovery = propose_recovery(claim.pk, proposal=PROPOSAL, act=on(DAY, office.city))
    open_hearing(recovery.pk, act=on(DAY, office.city))
    as_(client, claim.created_by)
    assert "您可以陈述申辩" in client.get(address(recovery)).content.decode()
    recovery.refresh_from_db()
    time_machine.move_to(on(recovery.hearing_due_on + timedelta(days=1)).at)
    page = as_(client, claim.created_by).get(address(recovery)).content.decode()
    assert "陈述申辩已截止，等待决定" in page
    assert "<textarea" not in page


def test_pages_cost_few_queries(client, office, django_assert_max_num_queries):
    recovery = served(office, paid(office))
    as_(client, office.finance)
    with django_assert_max_num_queries(22):
        client.get(address(recovery))
