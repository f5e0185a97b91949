"""Issuing: one notice a claim, numbers without gap, a file that never changes."""

import hashlib
import threading
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from applications.claims.enums import ClaimStatus
from portal.accounts.enums import Role
from portal.audit.models import AuditRecord
from portal.core.actor import ActorContext
from portal.notifications.models import Message
from review.funding.awards import record_award
from review.funding.models import Award
from review.notices import services
from review.notices.compose import NoticeNotDue
from review.notices.enums import NoticeKind
from review.notices.jobs import issue_and_print
from review.notices.models import Notice, NoticeCounter
from review.notices.render import print_letter
from review.notices.services import issue_notice, print_notice
from review.notices.snapshot import read_snapshot
from tests.factories import ApplicantFactory, ClaimFactory, act, make_member, suzhou, xishan
from tests.review.notices.samples import RARE
from tests.review.notices.test_render import text_of
from tests.review.notices.world import make_approved, make_refused, publish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def catalogue(db: None) -> None:
    publish()


def stored(notice: Notice) -> bytes:
    return (Path(settings.PRIVATE_DIR) / notice.path).read_bytes()


class TestGrant:
    def test_approval_brings_award_number_file_and_message(self) -> None:
        claim = make_approved(lines=2, each="4999.99", applicant=ApplicantFactory(name=f"{RARE}科技有限公司"))
        member = claim.created_by
        issue_and_print(NoticeKind.GRANT, claim.pk)
        award = Award.objects.get()
        assert (award.total, award.city_share, award.district_share) == tuple(
            map(Decimal, ("9999.98", "5999.98", "4000.00"))
        )
        notice = Notice.objects.get()
        assert notice.number == f"无锡知资〔{notice.year}〕1号"
        assert notice.amount == award.total
        content = stored(notice)
        assert hashlib.sha256(content).hexdigest() == notice.sha256
        assert len(content) == notice.size
        text = text_of(content)
        for wanted in (
            notice.number,
            f"{RARE}科技有限公司：",
            str(claim.number),
            "9,999.98元（大写：人民币玖仟玖佰玖拾玖元玖角捌分）",
            "市级承担5,999.98元，区级承担4,000.00元（锡政办发〔2020〕11号第一条第二款）",
            "锡知专资会〔2026〕9号",
            "公示（2026年11月2日至2026年11月6日）",
            "每件最高5,000.00元",
            "2021年5月10日",
            "：4,999.99元（",
            "无锡市人民政府",
            *(line.subject_key for line in claim.lines.all()),
        ):
            assert wanted in text, wanted
        message = Message.objects.get(user=member)
        assert notice.number in message.body

    def test_running_the_job_again_changes_nothing(self) -> None:
        claim = make_approved()
        issue_and_print(NoticeKind.GRANT, claim.pk)
        before = Notice.objects.values().get()
        content = stored(Notice.objects.get())
        issue_and_print(NoticeKind.GRANT, claim.pk)
        assert Notice.objects.values().get() == before
        assert stored(Notice.objects.get()) == content
        assert Award.objects.count() == Message.objects.count() == 1
        assert NoticeCounter.objects.get().last == 1

    def test_an_item_without_a_ratio_is_not_split(self) -> None:
        claim = make_approved(item="wx2020-04-gb", each="50000.00")
        issue_and_print(NoticeKind.GRANT, claim.pk)
        award = Award.objects.get()
        assert (award.city_share, award.district_share, award.basis) == (None, None, "")
        assert "承担" not in text_of(stored(Notice.objects.get()))

    def test_a_reduced_line_says_why(self) -> None:
        claim = make_approved(each="3000.00", reason="发票金额不符")
        notice = issue_notice(claim.pk, kind=NoticeKind.GRANT, act=act())
        line = read_snapshot(notice.snapshot).lines[0]
        assert line.approved == Decimal("3000.00")
        assert line.explanation.endswith("核减：发票金额不符")

    def test_a_person_is_shown_by_a_masked_number(self) -> None:
        claim = make_approved(each="2500.00", applicant=ApplicantFactory(individual=True))
        resident_id = claim.applicant.identifier
        issue_and_print(NoticeKind.GRANT, claim.pk)
        text = text_of(stored(Notice.objects.get()))
        assert resident_id not in text
        assert f"{resident_id[:6]}********{resident_id[-4:]}" in text

    @pytest.mark.parametrize("status", [ClaimStatus.PUBLICITY, ClaimStatus.REJECTED, ClaimStatus.OBJECTION])
    def test_a_claim_that_is_not_approved_gets_nothing(self, status: ClaimStatus) -> None:
        claim = ClaimFactory(status=status)
        with pytest.raises(NoticeNotDue, match=claim.number):
            issue_and_print(NoticeKind.GRANT, claim.pk)
        assert not Notice.objects.exists()
        assert not Award.objects.exists()
        assert not NoticeCounter.objects.exists()

    def test_a_paid_claim_keeps_its_notice(self) -> None:
        claim = make_approved()
        first = issue_notice(claim.pk, kind=NoticeKind.GRANT, act=act())
        claim.status = ClaimStatus.PAID
        claim.save(update_fields=["status"])
        assert issue_notice(claim.pk, kind=NoticeKind.GRANT, act=act()) == first


class TestRefusal:
    def test_each_paragraph_of_the_reason_is_one_reason(self) -> None:
        claim = make_refused(reason="授权日期不在期间内。\n\n第一专利权人不是申报单位。")
        issue_and_print(NoticeKind.REFUSAL, claim.pk)
        notice = Notice.objects.get()
        assert notice.number == f"无锡知不支〔{notice.year}〕1号"
        assert notice.amount is None
        text = text_of(stored(notice))
        assert "1．授权日期不在期间内。" in text
        assert "2．第一专利权人不是申报单位。" in text
        assert not Award.objects.exists()

    def test_the_district_issues_what_the_district_refused(self) -> None:
        issue_and_print(NoticeKind.REFUSAL, make_refused(by=Role.DISTRICT_SECOND).pk)
        notice = Notice.objects.get()
        assert notice.number == f"无锡滨湖知不支〔{notice.year}〕1号"
        assert notice.snapshot["issuer"] == notice.region.bureau
        assert notice.snapshot["remedies"]["reconsideration"] == "无锡市滨湖区人民政府"

    def test_a_claim_that_is_not_refused_gets_none(self) -> None:
        claim = make_approved()
        with pytest.raises(NoticeNotDue):
            issue_notice(claim.pk, kind=NoticeKind.REFUSAL, act=act())
        # A job that comes after the refusal was undone has nothing to do.
        issue_and_print(NoticeKind.REFUSAL, claim.pk)
        assert not Notice.objects.exists()


class TestNumbers:
    def test_each_region_series_and_year_counts_for_itself(self) -> None:
        last_year = ActorContext(user=None, at=datetime(2025, 12, 31, 15, 59, tzinfo=UTC))
        new_year = ActorContext(user=None, at=datetime(2025, 12, 31, 16, 1, tzinfo=UTC))
        numbers = [
            issue_notice(make_approved().pk, kind=NoticeKind.GRANT, act=last_year).number,
            issue_notice(
                make_approved(applicant=ApplicantFactory(region=xishan())).pk, kind=NoticeKind.GRANT, act=last_year
            ).number,
            issue_notice(make_approved().pk, kind=NoticeKind.GRANT, act=new_year).number,
            issue_notice(make_refused().pk, kind=NoticeKind.REFUSAL, act=new_year).number,
            issue_notice(make_approved(city=suzhou()).pk, kind=NoticeKind.GRANT, act=new_year).number,
        ]
        assert numbers == [
            "无锡知资〔2025〕1号",
            "无锡知资〔2025〕2号",
            "无锡知资〔2026〕1号",
            "无锡知不支〔2026〕1号",
            "苏州知资〔2026〕1号",
        ]

    def test_a_failure_after_taking_a_number_leaves_no_gap(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first, second = make_approved(), make_approved()

        def broken(*_args: object, **_kwargs: object) -> None:
            raise RuntimeError("power cut")

        with monkeypatch.context() as broken_audit:
            broken_audit.setattr(services, "record_audit", broken)
            with pytest.raises(RuntimeError):
                issue_notice(first.pk, kind=NoticeKind.GRANT, act=act())
        assert not Award.objects.exists()
        assert issue_notice(second.pk, kind=NoticeKind.GRANT, act=act()).sequence == 1
        assert issue_notice(first.pk, kind=NoticeKind.GRANT, act=act()).sequence == 2


class TestPrinting:
    def test_a_file_once_noted_is_never_replaced(self, monkeypatch: pytest.MonkeyPatch) -> None:
        notice = issue_notice(make_approved().pk, kind=NoticeKind.GRANT, act=act())
        assert print_notice(notice.pk, act=act())
        content = stored(notice)
        # A slow second worker, which began before the first had noted the hash, with other fonts.
        unnoted = Notice.objects.get(pk=notice.pk)
        unnoted.rendered_at = None
        printed = replace(print_letter(notice.snapshot), content=b"%PDF other")
        monkeypatch.setattr(Notice.objects, "get", lambda **_: unnoted)
        monkeypatch.setattr(services, "print_letter", lambda _: printed)
        assert not print_notice(notice.pk, act=act())
        assert stored(notice) == content

    def test_a_killed_printer_is_made_good(self, monkeypatch: pytest.MonkeyPatch) -> None:
        claim = make_approved()

        def killed(*_args: object, **_kwargs: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as broken:
            broken.setattr(services, "_notify_applicant", killed)
            with pytest.raises(KeyboardInterrupt):
                issue_and_print(NoticeKind.GRANT, claim.pk)
        notice = Notice.objects.get()
        assert (notice.rendered_at, notice.sha256) == (None, "")
        assert not Message.objects.exists()
        issue_and_print(NoticeKind.GRANT, claim.pk)
        notice.refresh_from_db()
        assert hashlib.sha256(stored(notice)).hexdigest() == notice.sha256
        assert Message.objects.count() == 1

    def test_award_number_and_file_stand_in_the_audit_chain(self) -> None:
        issue_and_print(NoticeKind.GRANT, make_approved().pk)
        notice = Notice.objects.get()
        records = list(AuditRecord.objects.order_by("sequence").values_list("action", "after"))[-3:]
        assert [action for action, _ in records] == ["funding.award", "notices.issue", "notices.print"]
        assert records[1][1]["number"] == notice.number
        assert records[2][1]["sha256"] == notice.sha256


class TestSplit:
    @pytest.mark.parametrize(
        ("total", "city"), [("0.01", "0.00"), ("0.02", "0.01"), ("4999.99", "2999.99"), ("5000.00", "3000.00")]
    )
    def test_what_is_granted_is_split_with_the_city_part_cut_down(self, total: str, city: str) -> None:
        award = record_award(make_approved(each=total, reason="核减"), act=act())
        assert (award.total, award.city_share) == (Decimal(total), Decimal(city))
        assert award.district_share == Decimal(total) - Decimal(city)
        assert award.basis == "锡政办发〔2020〕11号 第一条第2款"

    def test_a_sum_that_the_final_assessment_does_not_give_is_no_award(self) -> None:
        with pytest.raises(ValueError, match="与审定时的测算不一致"):
            record_award(make_approved(each="5000.01"), act=act())

    def test_a_claim_without_an_approved_sum_has_no_award(self) -> None:
        with pytest.raises(ValueError, match="没有批准金额"):
            record_award(ClaimFactory(), act=act())


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_workers_on_one_claim_make_one_award_one_number_one_file() -> None:
    claim = make_approved()
    make_member(claim.applicant)
    start = threading.Barrier(20)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            start.wait(30)
            issue_and_print(NoticeKind.GRANT, claim.pk)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    notice = Notice.objects.get()
    assert Award.objects.count() == 1
    assert NoticeCounter.objects.get().last == notice.sequence == 1
    assert [path.name for path in (Path(settings.PRIVATE_DIR) / notice.path).parent.iterdir()].count(
        f"{notice.code}.pdf"
    ) == 1
    assert hashlib.sha256(stored(notice)).hexdigest() == notice.sha256
    assert Message.objects.filter(key=f"notice:{notice.pk}").count() == 2
