"""The home page: what strangers can get and what applicants have to do."""

import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.rights.models import Right
from applications.rights.selectors import right_kinds
from applications.rights.services import record_right
from policies.calls.models import Call
from policies.published.models import ItemVersion, SupportItem
from portal.accounts.models import User
from portal.notifications.models import Message
from review.home.selectors import applicant_overview
from tests.factories import (
    ApplicantFactory,
    ClaimFactory,
    UserFactory,
    act,
    binhu,
    make_member,
    make_patent_no,
    open_claimable,
    suzhou,
    wuxi,
)
from tests.review.home.pages import home, publicity

pytestmark = pytest.mark.django_db


# ---- strangers ------------------------------------------------------------------------------------
def test_a_stranger_sees_what_can_be_had_for_how_much_and_on_which_basis(catalogue):
    page = home()
    for words in (
        "发明专利授权奖补",
        "每件最高 5,000 元",
        "锡政办发〔2020〕11号 第一条第1款第1项",
        "知识产权质押贷款贴息",
    ):
        assert words in page, words
    assert "质押融资利息及服务费资助" not in page  # a draft's
    assert "由审定决定" not in page  # nothing to look forward to with a figure


def test_a_stranger_sees_the_way_in_steps_and_can_check_a_notice(catalogue):
    page = home()
    steps = [page.index(words) for words in ("选事项、填几个数", "注册单位", "区级初审", "名单和金额", "下载通知书")]
    assert steps == sorted(steps)
    assert "查询通知书真伪" in page


def test_a_stranger_reads_which_city_this_is_and_until_when_calls_are_open(catalogue):
    open_claimable()
    page = home()
    call = Call.objects.first()
    assert "无锡市" in page
    assert call.title in page
    assert call.closes_words in page
    assert "查找事项" in page
    assert "常见问题" in page


def test_without_items_a_stranger_is_told_where_to_look():
    page = home()
    assert "目前没有开放申报的事项" in page
    assert "查看政策文件" in page


def test_lists_open_today_are_shown_and_ended_or_coming_ones_are_not():
    open_list = publicity(wuxi(), title="开放的名单", ends_in=1)
    publicity(wuxi(), title="已过期的名单", ends_in=-1)
    publicity(wuxi(), title="将来的名单", ends_in=30)
    publicity(wuxi(), title="已结束的名单", ends_in=1, closed_at=timezone.now())
    page = home()
    assert open_list.title in page
    for title in ("已过期的名单", "将来的名单", "已结束的名单"):
        assert title not in page


def test_a_strangers_page_costs_the_same_with_one_list_and_with_three(catalogue, client, django_assert_num_queries):
    publicity(wuxi())
    with django_assert_num_queries(3):
        client.get(reverse("home"))
    publicity(wuxi()), publicity(suzhou())
    with django_assert_num_queries(3):
        client.get(reverse("home"))


def test_a_notice_is_looked_up_from_the_home_page(client):
    form = client.get(reverse("home")).content.decode()
    assert f'action="{reverse("notices:verify")}"' in form
    found = client.get(reverse("notices:verify"), {"code": "NOSUCHCODE"})
    assert found.status_code == 404


def test_contact_lists_the_offices_and_privacy_tells_what_is_kept(client):
    binhu()
    contact = client.get(reverse("contact")).content.decode()
    assert "无锡市滨湖区" in contact
    privacy = client.get(reverse("privacy")).content.decode()
    assert "公民身份号码" in privacy


# ---- applicants -----------------------------------------------------------------------------------
def test_someone_without_a_body_is_asked_to_register_one():
    page = home(UserFactory())
    assert "先登记申报单位" in page
    assert "接着填" not in page


def test_a_profile_that_cannot_submit_is_named_with_what_it_lacks():
    page = home(make_member(ApplicantFactory(name="某某公司", account_number="")))
    assert "“某某公司”的资料还不完整" in page
    assert "银行账号" in page


def test_corrections_come_first_with_their_day_and_late_ones_say_so(catalogue):
    body = ApplicantFactory()
    version = ItemVersion.objects.get(item__code="wx2020-01-inv")
    due = timezone.localdate() + timedelta(days=3)
    ClaimFactory(applicant=body, version=version, status=ClaimStatus.CORRECTION, correction_due_on=due)
    page = home(make_member(body))
    assert f"请在 {due.month}月{due.day}日 前提交" in page
    assert page.index("要您补正") < page.index("接着填")
    ClaimFactory(
        applicant=body,
        version=version,
        status=ClaimStatus.CORRECTION,
        correction_due_on=timezone.localdate() - timedelta(days=1),
    )
    assert "已逾期" in home(make_member(body))


def test_drafts_claims_under_way_and_sums_of_ones_own_bodies_only(catalogue):
    body = ApplicantFactory()
    version = ItemVersion.objects.get(item__code="wx2020-01-inv")
    for status in (ClaimStatus.DRAFT, ClaimStatus.DISTRICT_REVIEW, ClaimStatus.PAID, ClaimStatus.APPROVED):
        ClaimFactory(applicant=body, version=version, status=status)
    stranger = ClaimFactory(version=version, status=ClaimStatus.DISTRICT_REVIEW)
    page = home(make_member(body))
    assert "草稿 1 件" in page
    assert "办理中 2 件" in page
    assert "累计批准 10,000.00 元" in page
    assert "区级审核中" in page
    assert stranger.number not in page


def hold(user: User, kind: str, **facts: str) -> None:
    applicant = user.memberships.get().applicant
    record_right(applicant, event=right_kinds()[kind], facts=facts, key=uuid.uuid4(), act=act(user))


def test_what_is_on_record_is_suggested_with_its_sum_and_basis_and_begins_a_claim(catalogue, client):
    user = make_member(ApplicantFactory())
    open_claimable()
    hold(user, "patent", patent_no=make_patent_no(1), granted_on="2025-05-10", patent_kind="invention", fees="6200")
    aside = home(user).split("您可能可以申领")[1].split("接着填")[0]
    for words in ("发明专利授权奖补", "5,000.00 元", "锡政办发〔2020〕11号", "1 件还没有申报", "开始申报"):
        assert words in aside, words
    assert "外观设计" not in aside
    client.force_login(user)
    page = client.get(reverse("home")).content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="(applicant|item|key)" value="([^"]*)"', page))
    client.post(reverse("rights:claim"), fields)
    claim = Claim.objects.get()
    assert claim.lines.get().facts["fees"] == "6200.00"
    assert "都已经申报" in home(user)


def test_a_fact_that_is_missing_is_named_beside_the_suggestion(catalogue):
    user = make_member(ApplicantFactory())
    hold(user, "patent", patent_no=make_patent_no(1), granted_on="2025-05-10", patent_kind="invention")
    page = home(user)
    assert "补全后测算" in page
    assert re.search("还缺 *费用合计", page)


def test_an_empty_register_leads_to_the_register_and_to_the_questionnaire(catalogue):
    page = home(make_member(ApplicantFactory()))
    assert "登记到台账" in page
    assert "我能申领什么" in page
    assert "开始申报" not in page


def test_unread_messages_are_shown_and_read_ones_are_not():
    user = make_member()
    Message.objects.create(user=user, key="a", title="未读的消息", body="")
    Message.objects.create(user=user, key="b", title="读过的消息", body="", read_at=timezone.now())
    Message.objects.create(user=UserFactory(), key="c", title="别人的消息", body="")
    page = home(user)
    assert "未读的消息" in page
    assert "读过的消息" not in page
    assert "别人的消息" not in page


@pytest.mark.postgres
def test_an_applicants_page_is_kept_and_shows_every_change_at_once(catalogue, client, django_assert_max_num_queries):
    body = ApplicantFactory()
    user = make_member(body)
    client.force_login(user)
    hold(user, "patent", patent_no=make_patent_no(1), granted_on="2025-05-10", patent_kind="invention", fees="6200")
    claim = ClaimFactory(applicant=body, created_by=user, lines=0, status=ClaimStatus.DRAFT)
    other = make_member(body)
    before = home(user)
    client.get(reverse("home"))
    with django_assert_max_num_queries(8):
        client.get(reverse("home"))
    changes = {
        "4,000.00 元": lambda: Right.objects.update(facts=Right.objects.get().facts | {"fees": "4000"}),
        "即将开放": lambda: Call.objects.update(
            opens_at=timezone.now() + timedelta(days=1), closes_at=timezone.now() + timedelta(days=2)
        ),
        "办理中 1 件": lambda: Claim.objects.filter(pk=claim.pk).update(
            status=ClaimStatus.DISTRICT_REVIEW,
            number="SB2026-0000001",
            submitted_at=timezone.now(),
            commitment_at=timezone.now(),
        ),
        "未读的消息": lambda: Message.objects.create(user=user, key="1", title="未读的消息", body=""),
        "改过的名称": lambda: SupportItem.objects.filter(code="wx2020-01-inv").update(title="改过的名称"),
    }
    for words, change in changes.items():
        assert words not in before
        change()
        assert words in home(user), words
    assert "未读的消息" not in home(other)


def test_an_applicants_page_costs_the_same_with_one_claim_and_with_three(
    catalogue, client, django_assert_num_queries, django_assert_max_num_queries
):
    body = ApplicantFactory()
    user = make_member(body)
    client.force_login(user)
    costs = []
    for _ in range(2):
        for status in (ClaimStatus.DRAFT, ClaimStatus.CORRECTION, ClaimStatus.DISTRICT_REVIEW):
            ClaimFactory(applicant=body, status=status, created_by=user)
        client.get(reverse("home"))
        with django_assert_max_num_queries(21) as page:
            client.get(reverse("home"))
        costs.append(len(page))
        assert user.active_memberships  # read once, outside what is counted
        with django_assert_num_queries(5):
            applicant_overview(user)
    assert costs[0] == costs[1]
