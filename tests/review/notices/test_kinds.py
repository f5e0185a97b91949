"""Every kind of notice says what the step that it tells of said, in the name of the office that took it."""

from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim, ClaimEvent, CorrectionPoint
from applications.claims.services.corrections import PointAsked
from policies.published.models import ItemVersion
from portal.accounts.enums import Role
from portal.jobs.services import run_due_jobs
from portal.notifications.models import Message
from review.decisions.services.corrections import return_for_correction
from review.decisions.services.locking import ExpectedState
from review.decisions.services.overdue import abandon_claim
from review.notices.compose import NoticeNotDue
from review.notices.enums import NoticeKind
from review.notices.jobs import issue_and_print
from review.notices.kinds import FORMS
from review.notices.models import Notice
from review.notices.render import render_notice
from review.notices.services import issue_notice
from tests.factories import ClaimFactory, act, make_official
from tests.review.notices.samples import refusal
from tests.review.notices.test_render import text_of
from tests.review.notices.world import publish

ON = datetime(2026, 11, 2, 10, tzinfo=timezone.get_default_timezone())


def filed(status: ClaimStatus, *steps: tuple[Action, str, str], is_filed: bool = True, **fields: Any) -> Claim:
    """A claim with these steps after its submission, if it has one: action, role, reason."""
    publish()
    version = ItemVersion.objects.filter(item__code="wx2020-01-inv").latest("number")
    claim: Claim = ClaimFactory(version=version, status=status, **fields)
    for days, (action, role, reason) in enumerate([(Action.SUBMIT, "", "")] * is_filed + list(steps)):
        ClaimEvent.objects.create(
            claim=claim,
            action=action,
            to_status=status,
            role=role,
            actor_name="张三",
            reason=reason,
            at=ON + timedelta(days=days),
        )
    return claim


def text_of_notice(notice: Notice) -> str:
    return text_of((Path(settings.PRIVATE_DIR) / notice.path).read_bytes())


@pytest.mark.django_db
class TestBeforeReview:
    def test_acceptance_is_told_by_the_districts_office_on_its_day(self):
        claim = filed(ClaimStatus.DISTRICT_REVIEW, (Action.ACCEPT, Role.ACCEPTANCE, ""))
        issue_and_print(NoticeKind.ACCEPTANCE, claim.pk)
        notice = Notice.objects.get()
        assert (notice.number, notice.issued_on, notice.region) == (
            "无锡滨湖知受〔2026〕1号",
            date(2026, 11, 3),
            claim.region,
        )
        text = text_of_notice(notice)
        assert "受理通知书" in text
        assert "现予受理" in text
        assert str(claim.number) in text
        assert "不服本决定" not in text, "acceptance decides nothing"
        assert "未依法办理、侵犯你单位合法权益的，可以自知道或者应当知道之日起60日内向" in text
        assert not Message.objects.exists(), "the step itself is told"

    def test_a_refusal_to_accept_gives_reasons_and_remedies(self):
        claim = filed(ClaimStatus.NOT_ACCEPTED, (Action.DECLINE, Role.ACCEPTANCE, "不属于申报范围。\n逾期提交。"))
        issue_and_print(NoticeKind.DECLINED, claim.pk)
        text = text_of_notice(Notice.objects.get())
        for words in (
            "不予受理通知书",
            "现决定不予受理",
            "1．不属于申报范围。",
            "2．逾期提交。",
            "行政复议",
            "行政诉讼",
        ):
            assert words in text

    def test_each_round_of_corrections_has_a_notice_of_its_own(self):
        officer_words = (Action.REQUEST_CORRECTION, Role.ACCEPTANCE, "共 1 处需要补正")
        claim = filed(ClaimStatus.CORRECTION, officer_words, officer_words)
        first, second = claim.events.filter(action=Action.REQUEST_CORRECTION).order_by("pk")
        for number, event in enumerate((first, second), 1):
            CorrectionPoint.objects.create(
                claim=claim,
                round=number,
                line_position=1,
                field="granted_on",
                field_label="第 1 项 授权公告日",
                remark=f"第{number}次：与证书不符",
                due_on=date(2026, 11, 20),
                asked_by=make_official(Role.ACCEPTANCE, claim.region),
                asked_at=event.at,
            )
            issue_and_print(NoticeKind.CORRECTION, claim.pk, occasion=event.pk)
        numbers = Notice.objects.order_by("pk").values_list("number", flat=True)
        assert list(numbers) == ["无锡滨湖知补〔2026〕1号", "无锡滨湖知补〔2026〕2号"]
        text = text_of_notice(Notice.objects.latest("pk"))
        assert "第2次：与证书不符。" in text
        assert "第1次" not in text
        assert "请在2026年11月20日前（含当日）" in text

    def test_a_claim_given_up_is_told_why_and_where_to_turn(self):
        day = date(2026, 10, 20)
        claim = filed(ClaimStatus.CORRECTION, (Action.ACCEPT, Role.ACCEPTANCE, ""), correction_due_on=day)
        CorrectionPoint.objects.create(
            claim=claim,
            round=1,
            line_position=1,
            field="granted_on",
            field_label="第 1 项 授权公告日",
            remark="与证书不符",
            due_on=day,
            asked_by=make_official(Role.ACCEPTANCE, claim.region),
            asked_at=ON,
        )
        abandon_claim(claim.pk, expected=None, reason="经告知后逾期未补正", act=act(None))
        run_due_jobs()
        text = text_of_notice(Notice.objects.get(kind=NoticeKind.ABANDONED))
        for words in (
            "视为放弃申报通知书",
            str(claim.number),
            "2026年10月20日",
            "经告知后逾期未补正。",
            "依据《",
            "视为放弃",
            "行政复议",
            "行政诉讼",
        ):
            assert words in text, words

    @pytest.mark.parametrize(
        "kind", [NoticeKind.ACCEPTANCE, NoticeKind.DECLINED, NoticeKind.CORRECTION, NoticeKind.ABANDONED]
    )
    def test_a_step_that_nobody_took_has_no_notice(self, kind):
        with pytest.raises(NoticeNotDue):
            issue_notice(filed(ClaimStatus.SUBMITTED).pk, kind=kind, act=act())

    def test_a_correction_asked_for_makes_its_notice(self):
        claim = filed(ClaimStatus.SUBMITTED)
        officer = make_official(Role.ACCEPTANCE, claim.region)
        return_for_correction(
            claim.pk,
            expected=ExpectedState(claim.status, claim.round),
            points=[PointAsked(None, "", "请补交授权证书")],
            act=act(officer),
        )
        run_due_jobs()
        assert "请补交授权证书" in text_of_notice(Notice.objects.get(kind=NoticeKind.CORRECTION))


@pytest.mark.django_db
class TestReceipt:
    def test_a_click_brings_the_receipt_of_a_submitted_claim_and_again_the_same(self, client: Client):
        claim = filed(ClaimStatus.SUBMITTED)
        client.force_login(claim.created_by)
        for _ in range(2):
            response: Any = client.post(reverse("notices:receipt", args=[claim.key]), follow=True)
            content = b"".join(response.streaming_content)
        text = text_of(content)
        assert "申报回执" in text
        assert "不表示受理" in text
        assert Notice.objects.get().number == "无锡滨湖知收〔2026〕1号"
        assert "申报回执" in client.get(reverse("applications:claim", args=[claim.key])).content.decode()

    def test_a_draft_has_none(self, client: Client):
        claim = filed(ClaimStatus.DRAFT, submitted_at=None, is_filed=False)
        client.force_login(claim.created_by)
        page = client.post(reverse("notices:receipt", args=[claim.key]), follow=True).content.decode()
        assert "提交后才有回执" in page
        assert not Notice.objects.exists()


def test_every_kind_is_described_and_numbered_apart():
    assert set(FORMS) == set(NoticeKind)
    assert len({form.series for form in FORMS.values()}) == len(FORMS) == len({form.job for form in FORMS.values()})


@pytest.mark.parametrize("count", [0, 1, 3, 12, 200])
def test_a_receipt_stands_on_one_page_whatever_was_filed(count):
    data = refusal(kind="receipt", reasons=[], files=[f"授权证书（第{n}件）.pdf" for n in range(1, count + 1)])
    pdf = render_notice(data)
    told = {1: "提交的材料：授权证书", 3: "3．授权证书"}
    assert told.get(count, "已收到") in text_of(pdf)
    with pikepdf.open(BytesIO(pdf)) as document:
        assert (len(document.pages) == 1) == (count <= 3)
