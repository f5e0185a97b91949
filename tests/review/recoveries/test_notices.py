"""The papers of money: issued by their occasion, each says what was decided or paid, void where it came undone."""

import io
import re
from datetime import timedelta

import pikepdf
import pytest
from django.urls import reverse
from django.utils import timezone

from portal.core.errors import RefusedError
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.services import run_due_jobs
from review.notices.enums import NoticeKind
from review.notices.lifecycle import void_notice
from review.notices.models import Notice
from review.notices.render import RenderError, print_letter, render_notice
from review.payments.services.batches import Criteria, open_batch, prepare_batch, release_batch
from review.payments.services.lines import Voucher, settle_batch
from review.recoveries.enums import ServiceKind
from review.recoveries.services.awards import terminate_claim
from review.recoveries.services.proceedings import serve_decision
from tests.applications.worlds import patent_facts
from tests.factories import act, wuxi
from tests.review.notices.samples import refusal
from tests.review.notices.test_kinds import text_of_notice
from tests.review.notices.test_render import LONG_NAME, text_of
from tests.review.paying import bring_back, pay, treasurers
from tests.review.recoveries.worlds import DAY, awarded, decided_recovery
from tests.review.worlds import again, on

NEXT = DAY + timedelta(days=1)


def issued(kind):
    run_due_jobs()
    run_due_jobs()
    return list(Notice.objects.filter(kind=kind).order_by("pk"))


@pytest.mark.django_db
def test_each_payer_tells_of_its_payment_and_a_return_voids_the_notice(office):
    claim = awarded(office)
    pay(claim)
    city, district = issued(NoticeKind.PAYMENT)
    assert {city.number, district.number} == {"无锡知拨〔2026〕1号", "无锡滨湖知拨〔2026〕1号"}
    text = text_of_notice(city)
    for words in (
        "拨款通知书",
        "2026年6月10日",
        "尾号6677",
        "3,000.00元（大写：人民币叁仟元整）",
        "凭证号拨",
        "无锡知资",
    ):
        assert words in text
    assert "不服本决定" not in text
    bring_back(again(claim), day=NEXT)
    assert all(notice.voided_at for notice in issued(NoticeKind.PAYMENT))
    assert "户名不符" in city.events.get().note


@pytest.mark.django_db
def test_payment_that_came_back_before_its_notice_was_made_has_none(office):
    claim = awarded(office)
    pay(claim)
    bring_back(again(claim), day=NEXT)
    assert issued(NoticeKind.PAYMENT) == []


@pytest.mark.django_db
def test_payments_that_arrive_together_have_their_notices_made_by_few_jobs_but_for_one_that_cannot(office, monkeypatch):
    for number in range(3):
        awarded(office, lines=[patent_facts(number)])
    first, second = treasurers(wuxi())
    batch = prepare_batch(open_batch(wuxi(), Criteria(), act=on(DAY, first)), withhold=False, act=on(DAY, first))
    release_batch(batch, shown=batch.lines_sha256, act=on(DAY, second))
    settle_batch(batch, voucher=Voucher("拨1", DAY, is_shared=True), act=on(DAY, second))
    with monkeypatch.context() as patch:
        patch.setattr("review.payments.jobs.NOTICES_A_JOB", 2)
        patch.setattr("review.notices.services.print_letter", _refusing(batch.lines.earliest("pk").pk))
        made = issued(NoticeKind.PAYMENT)
        assert [bool(notice.rendered_at) for notice in made] == [False, True]
        made = issued(NoticeKind.PAYMENT)
    assert [bool(notice.rendered_at) for notice in made] == [False, True, True]
    jobs = Job.objects.filter(kind__in=["payments.issue_notices", "notices.issue_payment"])
    assert list(jobs.order_by("kind").values_list("kind", "state")) == [
        ("notices.issue_payment", JobState.WAITING),
        ("payments.issue_notices", JobState.DONE),
        ("payments.issue_notices", JobState.DONE),
    ]
    # A job that failed waits before it is tried again.
    jobs.filter(state=JobState.WAITING).update(run_after=timezone.now())
    assert all(notice.rendered_at for notice in issued(NoticeKind.PAYMENT))


def _refusing(line_pk):
    """A printer that fails at the notice of one payment."""

    def render(snapshot):
        if Notice.objects.get(number=snapshot["number"]).occasion == line_pk:
            raise RenderError("没有字体")
        return print_letter(snapshot)

    return render


@pytest.mark.django_db
def test_change_revocation_and_demand_are_told_with_sums_basis_and_remedies(office):
    claim = awarded(office)
    pay(claim)
    made = decided_recovery(office, again(claim), "4000")
    [change], [demand] = issued(NoticeKind.CHANGE), issued(NoticeKind.DEMAND)
    assert (change.amount, demand.amount) == (4000, 1000)
    text = text_of_notice(change)
    for words in (
        "变更资助决定通知书",
        "决定资助5,000.00元",
        "变更为4,000.00元（大写：人民币肆仟元整）",
        "市级承担部分由3,000.00元变更为2,400.00元，区级承担部分由2,000.00元变更为1,600.00元",
        "由5,000.00元变更为4,000.00元",
        "资金管理办法第十六条",
        "票据系伪造。",
        "60日内",
    ):
        assert words in text
    text = text_of_notice(demand)
    for words in (
        "追缴通知书",
        "1,000.00元（大写：人民币壹仟元整）",
        "30日内",
        "账号0001",
        "申辩理由不成立",
        "6个月内",
    ):
        assert words in text
    serve_decision(made.pk, on=NEXT, how=ServiceKind.POST, act=on(NEXT, office.city))


@pytest.mark.django_db
def test_award_ended_before_payment_has_its_revocation_and_no_demand(office):
    claim = awarded(office)
    terminate_claim(claim.pk, reason="列入严重失信名单", act=on(DAY, office.decider))
    [notice] = issued(NoticeKind.REVOCATION)
    text = text_of_notice(notice)
    assert "撤销资助决定通知书" in text
    assert "决定资助5,000.00元" in text
    assert "列入严重失信名单。" in text
    assert not Notice.objects.filter(kind=NoticeKind.DEMAND).exists()


@pytest.mark.django_db
def test_decision_is_not_served_while_its_notice_is_not_made_or_void(client, settings, office):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    claim = awarded(office)
    pay(claim)
    made = decided_recovery(office, again(claim), "4000")

    def serve():
        serve_decision(made.pk, on=NEXT, how=ServiceKind.POST, act=on(NEXT, office.city))

    with pytest.raises(RefusedError, match="追缴通知书尚未制作完成"):
        serve()
    [notice] = issued(NoticeKind.DEMAND)
    client.force_login(office.decider)
    sheet = client.get(reverse("notices:proof", args=[notice.code])).content
    text = text_of(sheet)
    assert "送达回证" in text
    assert notice.number in text
    void_notice(notice.code, reason="印错", act=act(office.decider))
    with pytest.raises(RefusedError, match="已作废"):
        serve()


def _money_notice(kind, reasons, name):
    given = {
        "grant_number": "无锡知资〔2026〕1号",
        "clause": "资金管理办法第十六条第1款",
        "decision_no": "锡知追〔2026〕3号",
    }
    party = {"name": name, "id_label": "统一社会信用代码", "id": "91320211MA1N000013", "is_person": False}
    demand = {"pay_days": 30, "account": "无锡市财政局，示例银行，账号 500000123456789012", "interest": ""}
    transfer = {"payer": "无锡市", "paid_on": "2026-06-10", "account_tail": "6677", "voucher": "锡财拨〔2026〕12号"}
    own = {
        "demand": {"total": "3000.00", "demand": demand},
        "change": {
            "total": "7000.00",
            "previous": "10000.00",
            "line_changes": [
                {"what": f"ZL2017106018{n:02d}.3", "previous": "5000.00", "changed": "0.00" if n else "7000.00"}
                for n in range(len(reasons))
            ],
            "payer_changes": [
                {"what": "市级", "previous": "6000.00", "changed": "4200.00"},
                {"what": "区级", "previous": "4000.00", "changed": "2800.00"},
            ],
        },
        "revoke": {"previous": "10000.00"},
        "payment": {"total": "3000.00", "transfer": transfer},
    }[kind]
    told = [] if kind == "payment" else [{"text": text, "basis": ""} for text in reasons]
    return render_notice(refusal(kind=kind, party=party, reasons=told, **given, **own))


@pytest.mark.parametrize("kind", ["payment", "change", "revoke", "demand"])
@pytest.mark.parametrize("name", ["无锡示例智能科技有限公司", LONG_NAME])
@pytest.mark.parametrize(
    "reasons",
    [
        ["所附发票与银行回单不符。"],
        [f"第{n}项发票已在上一年度使用。" for n in range(1, 13)],
        ["所附发票与银行回单不符，" * 160],
    ],
    ids=["one", "twelve", "long"],
)
def test_letter_of_money_stands_on_one_page_with_its_reasons_on_it_or_annexed(kind, name, reasons):
    pdf = _money_notice(kind, reasons, name)
    text = text_of(pdf)
    assert name in text
    with pikepdf.open(io.BytesIO(pdf)) as document:
        annexed = len(document.pages) > 1
    assert annexed == bool(re.search("附件：.{0,6}事实和理由", text))
    if kind == "change":
        assert "市级承担部分由6,000.00元变更为4,200.00元" in text
        assert text.count("ZL2017106018") == len(reasons)
    if kind == "payment":
        assert not annexed
    else:
        running = re.sub(r"—\d+—\S{1,20}?〔2026〕1号附件第\d+页，共\d+页", "", text)
        assert all(reason in running for reason in reasons)
        assert annexed or len(reasons) == 1
