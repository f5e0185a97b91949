"""The home page of officials: what waits on each desk, for how long."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from portal.accounts.enums import Role
from portal.audit.models import ChainHead
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import Decision, Objection
from review.home.selectors import waiting_for
from tests.factories import (
    ApplicantFactory,
    ClaimFactory,
    UserFactory,
    binhu,
    give_role,
    make_official,
    suzhou,
    wuxi,
    xishan,
)
from tests.review.home.pages import home, publicity, put_on

pytestmark = pytest.mark.django_db


# ---- officials ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("role", "status", "title"),
    [
        (Role.ACCEPTANCE, ClaimStatus.SUBMITTED, "待受理"),
        (Role.DISTRICT_FIRST, ClaimStatus.DISTRICT_REVIEW, "待区级初审"),
        (Role.DISTRICT_SECOND, ClaimStatus.DISTRICT_CONFIRMATION, "待区级复核"),
        (Role.CITY_OFFICER, ClaimStatus.CITY_REVIEW, "待市级复审"),
        (Role.DECISION_MAKER, ClaimStatus.FINAL_DECISION, "待审定"),
    ],
)
def test_each_duty_sees_its_own_desk_with_age_and_next_claim(role, status, title):
    region = wuxi() if role in (Role.CITY_OFFICER, Role.DECISION_MAKER) else binhu()
    user = make_official(role, region)
    assert f"{title} {region.full_name} 0 件 都办完了" in home(user)
    newer = ClaimFactory(status=status)
    older = ClaimFactory(status=status)
    older.submitted_at -= timedelta(days=9)
    older.save()
    ClaimFactory(status=status, applicant=ApplicantFactory(region=suzhou()), city=suzhou())
    page = home(user)
    assert f"{title} {region.full_name} 2 件" in page
    assert "已等 9 天" in page
    assert f"下一件： {older.number}" in page
    assert newer.number not in page


def test_another_districts_claims_are_on_nobody_elses_desk():
    ClaimFactory(status=ClaimStatus.DISTRICT_REVIEW)
    assert "0 件" in home(make_official(Role.DISTRICT_FIRST, xishan()))


def test_what_one_decided_on_before_is_not_ones_next_claim():
    user = make_official(Role.DISTRICT_SECOND, binhu())
    claim = ClaimFactory(status=ClaimStatus.DISTRICT_CONFIRMATION)
    Decision.objects.create(
        claim=claim,
        stage=Stage.DISTRICT_FIRST,
        round=1,
        conclusion=Conclusion.SUPPORT,
        officer=user,
        officer_name=user.name,
    )
    page = home(user)
    assert "1 件" in page
    assert "要由其他人员办理" in page
    assert "办理下一件" not in page


def test_lists_that_end_today_and_open_objections_are_named():
    listed = publicity(wuxi(), title="今天到期的名单")
    publicity(wuxi(), title="还没到期的名单", ends_in=2)
    publicity(suzhou(), title="苏州的名单")
    claim = ClaimFactory(status=ClaimStatus.OBJECTION)
    Objection.objects.create(
        entry=put_on(listed, claim),
        objector="某某",
        contact="x",
        text="x",
        received_on=timezone.localdate(),
        due_on=timezone.localdate() + timedelta(days=9),
        entered_by=UserFactory(),
    )
    ClaimFactory(status=ClaimStatus.AWAITING_PUBLICITY)
    page = home(make_official(Role.CITY_OFFICER, wuxi()))
    assert "今天到期的名单" in page
    assert "今天期满" in page
    assert f"{claim.applicant.name} {claim.item.title}，因异议暂停" in page
    assert "等待列入公示 1 件" in page
    assert "还没到期的名单" not in page
    assert "苏州的名单" not in page
    assert "某某 " not in page


def test_an_auditor_sees_the_last_records_and_the_end_of_the_chain(catalogue):
    page = home(make_official(Role.AUDITOR, wuxi()))
    assert "锡政办发〔2020〕11号" in page
    head = ChainHead.objects.get()
    assert f"第 {head.sequence} 号，哈希 {head.hash}" in page


def test_the_system_administrator_sees_dead_jobs_and_no_business(catalogue):
    ClaimFactory(status=ClaimStatus.SUBMITTED)
    Job.objects.create(kind="x", key="1", state=JobState.DEAD)
    user = make_official(Role.SYSTEM_ADMIN, wuxi())
    page = home(user)
    assert "失败的任务 1 个 需要人工处理" in page
    assert "等我办理" not in page
    assert "后台任务没有在执行" not in page
    Job.objects.create(kind="x", key="2", run_after=timezone.now() - timedelta(minutes=11))
    assert "后台任务没有在执行" in home(user)


def test_the_policy_administrator_sees_the_documents_of_the_region(catalogue):
    page = home(make_official(Role.POLICY_ADMIN, wuxi()))
    assert "锡政办发〔2020〕11号" in page
    assert "连云港" not in page


def test_several_offices_show_several_desks():
    user = make_official(Role.ACCEPTANCE, binhu())
    give_role(user, Role.DISTRICT_FIRST, xishan())
    page = home(user)
    assert "待受理 无锡市滨湖区" in page
    assert "待区级初审 无锡市锡山区" in page


def test_an_officials_page_costs_the_same_with_one_claim_and_with_three(
    client, django_assert_num_queries, django_assert_max_num_queries
):
    user = make_official(Role.DISTRICT_FIRST, binhu())
    client.force_login(user)
    costs = []
    for _ in range(2):
        ClaimFactory(status=ClaimStatus.DISTRICT_REVIEW)
        ClaimFactory(status=ClaimStatus.DISTRICT_REVIEW)
        client.get(reverse("home"))
        with django_assert_max_num_queries(13) as page:
            client.get(reverse("home"))
        costs.append(len(page))
        assert user.active_appointments  # read once, outside what is counted
        assert not user.active_memberships
        with django_assert_num_queries(2):
            waiting_for(user)
    assert costs[0] == costs[1]


def test_officials_desk_stays_shut_without_the_second_factor(client, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = True
    client.force_login(make_official(Role.FINANCE, wuxi()))
    response = client.get(reverse("home"))
    assert (response.status_code, response.url) == (302, reverse("mfa_activate_totp"))
