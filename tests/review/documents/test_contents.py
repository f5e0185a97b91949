"""Papers are handed out where the same is shown, to those who may see it, and say what the rows say."""

import io
import uuid
from functools import partial

import pikepdf
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.claims.models import Claim
from portal.accounts.enums import Role
from portal.accounts.models import Applicant
from portal.audit.enums import SecurityKind
from portal.audit.models import SecurityEvent, SecuritySubject
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.services import run_due_jobs
from review.appropriations.services.appropriations import (
    check_appropriation,
    draft_appropriation,
    issue_appropriation,
    recall_appropriation,
)
from review.decisions.models import PublicityList
from review.decisions.selectors import agenda
from review.decisions.services.decisions import refuse_claim
from review.decisions.services.publicity import withdraw_list
from review.decisions.services.ways_back import take_back
from review.documents import printing
from review.documents.claim_form import print_claim_form
from review.documents.contents import publicity_document
from review.documents.enums import DocumentKind
from review.documents.kinds import FORMS
from review.notices.qrcode import qr_data_uri
from tests.applications.worlds import loan_facts, patent_facts, ready_claim
from tests.factories import act, make_official, suzhou
from tests.review.appropriations.worlds import Treasury
from tests.review.documents.samples import LONG, RARE
from tests.review.notices.test_render import outside, text_of
from tests.review.worlds import (
    MINUTES,
    again,
    city_passed,
    decided,
    expected,
    fresh,
    on,
    publish,
    publish_items,
    submitted,
)

pytestmark = pytest.mark.django_db


def paper(client: Client, address: str, *key: object) -> str:
    response = client.get(reverse(address, args=key))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    return text_of(response.content)


def export() -> SecurityEvent:
    return SecurityEvent.objects.filter(kind=SecurityKind.EXPORT).latest("pk")


def shown() -> set[int]:
    """The applicants whose data the last export showed."""
    return set(SecuritySubject.objects.filter(event=export()).values_list("applicant_id", flat=True))


@pytest.fixture(autouse=True)
def _without_second_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


def test_every_kind_is_in_the_register():
    assert set(FORMS) == set(DocumentKind)


def test_a_publicity_list_is_numbered_and_tells_the_public_no_more_than_its_page(office, client):
    claims = [decided(office, lines=[patent_facts(number)]) for number in (1, 2)]
    listed = publish(office, *claims)
    entry = listed.entries.first()
    PublicityList.objects.filter(pk=listed.pk).update(title="2026 年拟资助名单")
    text = paper(client, "documents:publicity", listed.key)

    assert listed.number == "无锡知公示〔2026〕1号"
    for words in (
        listed.number,
        "2026年拟资助名单公示",
        "无锡市知识产权局文件",
        "（锡政办发〔2020〕11号）",
        "2026年6月1日至2026年6月5日，共5个工作日",
        "异议受理：电话0510-12345",
        entry.applicant_name,
        "此件公开发布",
        "2026年6月1日印发",
    ):
        assert words in text, words
    for secret in (str(claims[0].number), str(claims[0].applicant.uscc)):
        assert secret not in text
    assert not SecurityEvent.objects.filter(kind=SecurityKind.EXPORT).exists(), "it is public"
    address = reverse("review:publicity_detail", args=[listed.key])
    assert publicity_document(listed).code == f"{settings.PUBLIC_URL}{address}"
    assert f'src="{qr_data_uri(publicity_document(listed).code)}"' in client.get(address).content.decode()

    withdraw_list(listed, reason="名单有误", redecide=False, act=on(listed.starts_on, office.city))
    text = paper(client, "documents:publicity", listed.key)
    assert "已撤下，原因：名单有误。" in text
    assert publish(office, *map(again, claims)).number == "无锡知公示〔2026〕2号"


def test_an_appropriation_is_a_draft_until_it_is_issued_and_says_that_it_was_recalled(client):
    world = Treasury()
    sums = {"320211": 12_000_000, "320205": 3_000_050}
    made = draft_appropriation(
        world.line, title="2026年第一批专项资金", sums=sums, key=uuid.uuid4(), act=act(world.maker)
    )
    client.force_login(world.maker)
    text = paper(client, "documents:appropriation", made.key)
    assert {"草", "稿"} <= set(text), "the mark across the page is read character by character"
    assert "无锡知指〔2026〕号" in text
    check_appropriation(made.pk, act=act(world.checker))
    issue_appropriation(made.pk, act=act(world.maker))
    text = paper(client, "documents:appropriation", made.key)
    for words in (
        "无锡知指〔2026〕1号",
        "关于下达2026年第一批专项资金的通知",
        "合计150,000.50元（大写：人民币壹拾伍万元伍角）",
        "滨湖区120,000.00元",
        "锡山区30,000.50元",
        "列“2011499”科目",
    ):
        assert words in text, words
    assert "稿" not in text
    client.force_login(world.binhu)
    assert "无锡知指〔2026〕1号" in paper(client, "documents:appropriation", made.key)
    recall_appropriation(made.pk, reason="金额有误", act=act(world.checker))
    assert {"已", "回"} <= set(paper(client, "documents:appropriation", made.key))
    assert export().details["rows"] == 2


def test_a_paper_for_the_meeting_lists_its_claims_and_leaves_number_and_signer_to_be_written(office, client):
    claims = [city_passed(office, lines=[patent_facts(number)]) for number in (1, 2)]
    client.force_login(fresh(office.decider))
    text = paper(client, "documents:agenda", claims[0].call.key)

    for words in ("会议议题", "签发人：", "知议〔", "申报2件，审核金额合计10,000.00元", "请会议审定", "10,000.00"):
        assert words in text, words
    for claim in claims:
        assert str(claim.number) in text
        assert claim.applicant.name[:7] in text
    address = reverse("documents:agenda", args=[claims[0].call.key])
    signed = text_of(client.get(address, {"number": "12", "signer": "王建国"}).content)
    assert f"知议〔{timezone.localdate().year}〕12号" in signed
    assert "签发人：王建国" in signed
    refused = client.get(address, {"number": "-1"}, follow=True).content.decode()
    assert "文号（序号）：" in refused
    assert shown() == {claim.applicant_id for claim in claims}
    client.force_login(fresh(office.city))
    assert client.get(reverse("documents:agenda", args=[claims[0].call.key])).status_code == 403


def test_the_meetings_papers_hold_each_claim_in_the_agendas_order_under_its_bookmark(office, client, monkeypatch):
    claims = [city_passed(office, lines=[patent_facts(number)]) for number in (1, 2, 3)]
    run_due_jobs()
    monkeypatch.setattr(agenda, "_VOLUME", 2)
    monkeypatch.setattr(printing, "AT_ONCE", 60)
    client.force_login(fresh(office.decider))
    volume = partial(reverse, "documents:meeting")
    key = str(claims[0].call.key)
    assert volume(args=[key, 2]) in client.get(reverse("review:agenda", args=[key])).text

    assert client.get(volume(args=[key, 1])).status_code == 202
    assert run_due_jobs() == 1
    job = Job.objects.get(kind=printing.KIND)
    assert (job.progress_done, job.progress_total) == (2, 2)
    content = client.get(volume(args=[key, 1])).content
    with pikepdf.open(io.BytesIO(content)) as pdf, pdf.open_outline() as outline:
        titles = [str(mark.title) for mark in outline.root]
        begins = [pdf.pages.index(pikepdf.Page(mark.destination[0])) for mark in outline.root]
    assert titles[1:] == [f"{place} {one.number} {one.applicant.name}" for place, one in enumerate(claims[:2], start=1)]
    for place, (claim, page) in enumerate(zip(claims, begins[1:], strict=False), start=1):
        sheet = text_of(content, "-f", str(page + 1), "-l", str(page + 1))
        for words in (f"第{place}件审定材料", str(claim.number), "5,000.00", "区级初审", "市级复审", "核查疑点"):
            assert words in sheet, words
    whole = text_of(content)
    for words in ("请会议审定", "二、申报内容", "三、申报材料", "权利证书", "四、申报金额", "依据"):
        assert words in whole, words
    assert shown() == {claim.applicant_id for claim in claims[:2]}

    assert f"第3件审定材料申报编号{claims[2].number}" in paper(client, "documents:meeting", key, 2)
    assert client.get(volume(args=[key, 3])).status_code == 404


def test_minutes_list_what_a_meeting_decided_and_still_stands(office, client):
    granted, back = (decided(office, lines=[patent_facts(number)]) for number in (1, 2))
    refused = city_passed(office, lines=[patent_facts(3)])
    refuse_claim(refused.pk, expected=expected(refused), reason="费用不实", minutes=MINUTES, act=act(office.decider))
    take_back(back.pk, expected=expected(back), reason="看错", act=act(office.decider))
    decision = granted.decisions.get(stage="final")
    client.force_login(fresh(office.decider))
    page = client.get(reverse("review:claim", args=[granted.key])).content.decode()
    assert reverse("documents:minutes", args=[decision.pk]) in page
    text = paper(client, "documents:minutes", decision.pk)
    for words in ("会议纪要", MINUTES.number, "审定申报2件", "支持1件", "5,000.00元", "不予支持1件", "费用不实"):
        assert words in text, words
    assert [str(claim.number) in text for claim in (granted, refused, back)] == [True, True, False]
    assert shown() == {granted.applicant_id, refused.applicant_id}
    proposal = granted.decisions.get(stage="city")
    assert client.get(reverse("documents:minutes", args=[proposal.pk])).status_code == 404
    client.force_login(make_official(Role.DECISION_MAKER, suzhou()))
    assert client.get(reverse("documents:minutes", args=[decision.pk])).status_code == 404


def test_a_paper_of_many_rows_is_printed_by_one_job_and_opened_when_it_is_there(office, client, monkeypatch):
    monkeypatch.setattr(printing, "AT_ONCE", 0)
    claim = city_passed(office, lines=[patent_facts(1)])
    run_due_jobs()
    client.force_login(fresh(office.decider))
    address = reverse("documents:agenda", args=[claim.call.key])

    for _ in range(2):
        waiting = client.get(address)
        assert (waiting.status_code, "正在后台生成" in waiting.text) == (202, True)
    assert SecurityEvent.objects.filter(kind=SecurityKind.EXPORT).count() == 0
    assert run_due_jobs() == 1
    assert client.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert str(claim.number) in paper(client, "documents:agenda", claim.call.key)
    Claim.objects.filter(pk=claim.pk).update(city_amount=1)
    assert client.get(address).status_code == 202, "what is printed no longer is what stands for decision"
    Job.objects.filter(kind=printing.KIND, state=JobState.WAITING).update(state=JobState.DEAD)
    assert "文件没有生成" in client.get(address).text


def test_a_claim_form_is_a_draft_before_submission_and_can_be_sealed_after(office, client):
    publish_items()
    draft = ready_claim(item="wx2020-05-loan", lines=[loan_facts()])
    client.force_login(draft.created_by)
    text = paper(client, "documents:claim_form", draft.key)
    assert {"草", "稿"} <= set(text)
    assert "提交后编号" in text

    claim = submitted(lines=[patent_facts(number) for number in (1, 2)])
    client.force_login(claim.created_by)
    text = paper(client, "documents:claim_form", claim.key)
    for words in (
        "知识产权专项资金申报书",
        f"申报编号：{claim.number}",
        claim.applicant.name,
        str(claim.applicant.uscc),
        "第2项",
        "材料.pdf",
        "申报金额10,000.00元（大写：人民币壹万元整）",
        "锡政办发〔2020〕11号第一条",
        "申报单位（盖章）",
        "在平台作出",
    ):
        assert words in text, words
    assert "稿" not in text
    assert str(claim.applicant.account_number) not in text
    client.force_login(fresh(office.city))
    assert claim.number in paper(client, "documents:claim_form", claim.key)
    assert shown() == {claim.applicant_id}


def test_many_lines_of_few_facts_stand_in_one_table():
    claim = submitted(lines=[patent_facts(number) for number in range(1, 9)])
    Applicant.objects.filter(pk=claim.applicant_id).update(name=LONG, address=RARE * 5)
    pdf = print_claim_form(Claim.objects.get(pk=claim.pk))
    text = text_of(pdf, "-raw")
    assert not outside(pdf, left=28, top=37, right=184, bottom=262)
    assert LONG in text
    assert RARE * 5 in text
    assert text.count("专利号") <= 2, "one head a page, none a line"
    for line in claim.lines.all():
        assert line.facts["patent_no"] in text
