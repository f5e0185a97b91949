"""Items that a document lets the district decide: its own people decide, publicise, approve and pay; the city reads."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from applications.claims.enums import ClaimStatus, Route
from applications.claims.models import Claim
from applications.claims.selectors.progress import progress_of, timeline_of
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.errors import RefusedError
from portal.notifications.models import Message
from review.decisions.models import Objection, PublicityList
from review.decisions.selectors.publicity import awaiting_claims
from review.decisions.selectors.queue import queues_of
from review.decisions.services.decisions import Minutes, confirm_district_review, support_claim
from review.decisions.services.objections import Objector, dismiss_objection, enter_objection
from review.decisions.services.publicity import PublicityPlan, approve_list, publish_claims
from review.decisions.services.sums import LineSum
from review.funding.selectors import district_choices, payable_claims
from review.home.selectors import awaiting_publicity, unpaid_for
from review.notices.enums import NoticeKind
from review.notices.services import issue_notice
from review.payments.services.batches import open_single
from tests.factories import act, binhu, make_official, wuxi, xishan
from tests.review.paying import pay
from tests.review.worlds import MINUTES, again, decided, expected, fresh, on, taken_up

pytestmark = pytest.mark.django_db

SETTING = Minutes("滨科纪〔2026〕2号", MINUTES.date, "滨湖区专题会议纪要〔2026〕5号")
PROJECT = {"project_name": "专利导航服务项目", "approved_on": "2026-03-01"}
PLAN = PublicityPlan(title="滨湖区拟资助名单公示", starts_on=MINUTES.date, workdays=5, contact="电话 0510-1")


@pytest.fixture
def decider(office):
    return make_official(Role.DECISION_MAKER, binhu())


@pytest.fixture
def finance(office):
    return make_official(Role.FINANCE, binhu())


def confirmed(office):
    """A claim of Binhu's own project, through both reviews of the district."""
    claim = taken_up(office, item="bh2024-s-projects", lines=[PROJECT])
    line = claim.lines.get()
    sums = {line.pk: LineSum(Decimal(80000), "比照同类项目")}
    support_claim(claim.pk, expected=expected(claim), sums=sums, act=act(office.first))
    confirm_district_review(claim.pk, expected=expected(claim), act=act(office.second))
    return again(claim)


def publicised(office, decider):
    claim = confirmed(office)
    support_claim(claim.pk, expected=expected(claim), minutes=SETTING, act=act(decider))
    listed = publish_claims(binhu(), claim_ids=[claim.pk], plan=PLAN, act=on(PLAN.starts_on, decider))
    return again(claim), listed


def approved(office, decider):
    claim, listed = publicised(office, decider)
    after = listed.ends_on + timedelta(days=1)
    approve_list(listed, act=on(after, office.second))
    return again(claim), after


def test_whoever_decided_for_the_district_does_not_approve_under_any_account(office, decider):
    claim, listed = publicised(office, decider)
    other = make_official(Role.DISTRICT_SECOND, binhu())
    User.objects.filter(pk__in=[decider.pk, other.pk]).update(identity_digest="one person")
    for account in (decider, other):
        (outcome,) = approve_list(listed, act=on(listed.ends_on + timedelta(days=1), fresh(account)))
        assert outcome.problem
        assert again(claim).status == ClaimStatus.PUBLICITY


def test_district_confirmation_leads_to_the_districts_own_decision(office, decider):
    claim = confirmed(office)
    assert (claim.route, claim.status) == (Route.DISTRICT, ClaimStatus.FINAL_DECISION)
    assert claim.holder == "无锡市滨湖区（审定）"
    assert Message.objects.filter(user=claim.created_by, body__contains="等待本区审定").exists()
    decision = support_claim(claim.pk, expected=expected(claim), minutes=SETTING, act=act(decider))
    claim = again(claim)
    assert (claim.status, claim.approved_amount, claim.city_amount) == (
        ClaimStatus.AWAITING_PUBLICITY,
        Decimal("80000.00"),
        None,
    )
    assert decision.reason == "比照同类项目"


@pytest.mark.parametrize("role", [Role.DECISION_MAKER, Role.CITY_OFFICER])
def test_city_does_not_decide_for_the_district(office, decider, role):
    claim = confirmed(office)
    city = {Role.DECISION_MAKER: office.decider, Role.CITY_OFFICER: office.city}[role]
    with pytest.raises(PermissionDenied):
        support_claim(claim.pk, expected=expected(claim), minutes=SETTING, act=act(city))
    assert again(claim).status == ClaimStatus.FINAL_DECISION
    assert claim.decisions.count() == 3
    assert Claim.objects.visible_to(fresh(city)).filter(pk=claim.pk).exists(), "the city supervises: it reads"


def test_another_district_neither_sees_nor_decides(office, decider):
    claim = confirmed(office)
    other = make_official(Role.DECISION_MAKER, xishan())
    with pytest.raises(PermissionDenied):
        support_claim(claim.pk, expected=expected(claim), minutes=SETTING, act=act(other))
    assert not Claim.objects.visible_to(fresh(other)).exists()
    assert again(claim).status == ClaimStatus.FINAL_DECISION


def test_district_decider_and_finance_see_nothing_that_the_city_decides(office, decider, finance):
    decided(office)
    assert not Claim.objects.visible_to(fresh(decider)).exists()
    assert not Claim.objects.visible_to(fresh(finance)).exists()
    assert not awaiting_claims(fresh(decider)).exists()


def test_each_decision_lies_on_one_desk_only(office, decider):
    claim = confirmed(office)
    (mine,) = queues_of(fresh(decider))
    (citys,) = queues_of(fresh(office.decider))
    assert list(mine.claims(fresh(decider))) == [claim]
    assert not citys.claims(fresh(office.decider)).exists()


def test_whoever_reviewed_in_the_district_does_not_decide_there(office, decider):
    claim = confirmed(office)
    office.second.appointments.update(role=Role.DECISION_MAKER)
    with pytest.raises(RefusedError, match="区级复核"):
        support_claim(claim.pk, expected=expected(claim), minutes=SETTING, act=act(fresh(office.second)))


def test_district_publicises_its_own_and_the_city_cannot(office, decider):
    claim = confirmed(office)
    support_claim(claim.pk, expected=expected(claim), minutes=SETTING, act=act(decider))
    assert (awaiting_publicity(fresh(decider)), awaiting_publicity(fresh(office.city))) == (1, 0)
    with pytest.raises(PermissionDenied):
        publish_claims(binhu(), claim_ids=[claim.pk], plan=PLAN, act=on(PLAN.starts_on, office.city))
    with pytest.raises(RefusedError, match="不由无锡市审定"):
        publish_claims(wuxi(), claim_ids=[claim.pk], plan=PLAN, act=on(PLAN.starts_on, office.city))
    listed = publish_claims(binhu(), claim_ids=[claim.pk], plan=PLAN, act=on(PLAN.starts_on, decider))
    assert listed.region == binhu()
    assert list(PublicityList.objects.workable_by(fresh(decider))) == [listed]
    assert not PublicityList.objects.workable_by(fresh(office.city)).exists()


def test_objection_to_a_districts_list_is_heard_in_the_district(office, decider):
    claim, listed = publicised(office, decider)
    entry = listed.entries.get()
    given = {"objector": Objector("赵实名", "139"), "text": "请核实", "received_on": listed.starts_on}
    with pytest.raises(PermissionDenied):
        enter_objection(entry, **given, act=on(listed.starts_on, office.city))
    objection = enter_objection(entry, **given, act=on(listed.starts_on, decider))
    assert again(claim).status == ClaimStatus.OBJECTION
    hearer = make_official(Role.DISTRICT_SECOND, binhu())
    assert list(Objection.objects.visible_to(fresh(hearer))) == [objection]
    for involved in (decider, office.second):
        with pytest.raises(RefusedError, match="请由其他人员办理"):
            dismiss_objection(objection.pk, conclusion="经核实不成立", act=on(listed.starts_on, fresh(involved)))
    with pytest.raises(RefusedError, match="您的职责"):
        dismiss_objection(objection.pk, conclusion="经核实不成立", act=on(listed.starts_on, office.hearer))
    dismiss_objection(objection.pk, conclusion="经核实不成立", act=on(listed.starts_on, hearer))
    assert again(claim).status == ClaimStatus.PUBLICITY


def test_district_pays_what_it_approved_and_issues_the_notice(office, decider, finance):
    claim, after = approved(office, decider)
    notice = issue_notice(claim.pk, kind=NoticeKind.GRANT, act=on(after))
    assert (notice.region, notice.number) == (binhu(), "无锡滨湖知资〔2026〕1号")
    assert notice.snapshot["remedies"]["reconsideration"] == "无锡市滨湖区人民政府"
    assert list(payable_claims(fresh(finance))) == [claim]
    assert [(sums.place, sums.count) for sums in unpaid_for(fresh(finance))] == [("无锡市滨湖区", 1)]
    assert district_choices(fresh(finance)) == [("320211", "滨湖区")]
    assert not payable_claims(fresh(office.finance)).exists()
    with pytest.raises(PermissionDenied):
        open_single(claim.award.parts.get(), act=on(after, office.finance))
    pay(claim, day=after)
    assert again(claim).status == ClaimStatus.PAID


def test_applicant_reads_who_decides(office, decider):
    claim, _ = publicised(office, decider)
    progress = progress_of(claim)
    assert [step.label for step in progress.steps] == ["填写", "受理", "区级审核", "区级审定", "公示", "拨付"]
    by = {entry["title"]: entry["by"] for entry in timeline_of(claim)}
    assert by["审定支持"] == by["列入公示"] == "无锡市滨湖区（审定）"


def test_district_decider_works_through_the_pages(office, decider, client, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    claim = confirmed(office)
    client.force_login(decider)
    page = client.get(reverse("review:claim", args=[claim.key])).content.decode()
    assert "金额依据" in page
    assert "市级审核" not in page
    typed = {"conclusion": "support", "status": claim.status, "round": claim.round, "minutes_number": "1"}
    line = claim.lines.get()
    typed |= {"minutes_date": "2026-06-01", f"amount_{line.pk}": "80000", f"reason_{line.pk}": "比照同类项目"}
    conclude = reverse("review:conclude", args=[claim.key])
    assert client.post(conclude, typed).status_code == 422, "no paper sets the sum"
    assert client.post(conclude, typed | {"decision_no": "滨湖区会议纪要"}).status_code == 302
    assert again(claim).status == ClaimStatus.AWAITING_PUBLICITY
    assert claim.number in client.get(reverse("review:publicity_new")).content.decode()
    client.force_login(office.decider)
    assert client.get(reverse("review:publicity_new")).status_code == 403
