"""A notice is voided, replaced, made again and delivered, by those who keep it, and everybody can see how it stands."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.services import enqueue_job, run_due_jobs
from portal.notifications.models import Message
from portal.recusal.models import Recusal
from review.notices.enums import NoticeEventKind, NoticeKind, NoticeState
from review.notices.jobs import issue_and_print
from review.notices.lifecycle import record_delivery, replace_notice, void_notice
from review.notices.models import Notice, NoticeEvent
from review.notices.services import issue_notice, print_notice
from tests.factories import act, binhu, make_official, suzhou, wuxi
from tests.made_once import made_once
from tests.review.notices.world import make_approved, make_refused, publish

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


@pytest.fixture
def claim(db: None) -> Claim:
    publish()
    return make_approved()


@made_once
def granted(claim: Claim) -> Notice:
    issue_and_print(NoticeKind.GRANT, claim.pk)
    return Notice.objects.get()


@pytest.fixture
def notice(claim: Claim) -> Notice:
    return granted(claim)


@pytest.fixture
def keeper(claim: Claim) -> User:
    return make_official(Role.DECISION_MAKER, wuxi())


def replace(notice: Notice, keeper: User, reason: str = "单位名称有误") -> Notice:
    replace_notice(notice.code, reason=reason, act=act(keeper))
    run_due_jobs()
    return Notice.objects.latest("pk")


class TestVoiding:
    def test_a_void_notice_keeps_its_number_and_the_next_takes_its_place(self, notice, keeper):
        new = replace(notice, keeper)
        notice.refresh_from_db()
        assert notice.state == NoticeState.VOID
        assert (new.sequence, new.replaces, new.state) == (notice.sequence + 1, notice, NoticeState.READY)
        assert replace(new, keeper).sequence == notice.sequence + 2
        assert Notice.objects.filter(voided_at=None).count() == 1
        told = Message.objects.filter(title__contains="已作废").values_list("body", flat=True)
        assert len(told) == 2
        assert "单位名称有误" in told[0]
        assert AuditRecord.objects.filter(action="notices.voided").count() == 2

    def test_its_public_page_says_so_and_names_what_replaced_it(self, client: Client, notice, keeper):
        new = replace(notice, keeper)
        page = client.get(reverse("verification:notice", args=[notice.code])).content.decode()
        assert "已作废" in page
        assert f"已由{new.number}替代" in page
        assert "单位名称有误" not in page, "the reason is between office and applicant"
        answer = client.get(f"/api/v1/notices/{notice.code}").json()
        assert (answer["state"], answer["replaced_by"]) == ("void", new.number)

    def test_voiding_alone_ends_a_notice_that_could_not_be_printed(self, claim, keeper):
        notice = issue_notice(claim.pk, kind=NoticeKind.GRANT, act=act())
        job = enqueue_job("notices.issue_grant", key=str(claim.pk), payload={"claim_id": claim.pk})
        Job.objects.update(state=JobState.DEAD)
        void_notice(notice.code, reason="无法制作", act=act(keeper))
        job.refresh_from_db()
        assert job.state == JobState.DONE
        assert not Message.objects.filter(title__contains="作废").exists(), "nobody ever had it"
        assert not print_notice(notice.pk, act=act())
        # Later it can be made after all, with the next number.
        assert replace(notice, keeper).number.endswith("2号")

    def test_a_void_notice_is_made_again_by_one_button_and_asks_no_second_reason(self, client, notice, keeper):
        page = reverse("notices:kept", args=[notice.code])
        client.force_login(keeper)
        client.post(page, {"form": "void", "reason": "单位名称有误"})
        shown = client.get(page).content.decode()
        assert "重新制作" in shown
        assert "作废原因" not in shown
        client.post(page, {"form": "again"})
        run_due_jobs()
        assert Notice.objects.latest("pk").replaces == notice
        assert "重新制作" not in client.get(page).content.decode()

    @pytest.mark.parametrize("reason", ["", " \n"])
    def test_a_reason_is_needed(self, notice, keeper, reason):
        with pytest.raises(RefusedError, match="作废原因"):
            void_notice(notice.code, reason=reason, act=act(keeper))

    def test_it_is_voided_and_replaced_once(self, notice, keeper):
        replace(notice, keeper)
        with pytest.raises(RefusedError, match="已经作废"):
            void_notice(notice.code, reason="又一次", act=act(keeper))
        with pytest.raises(RefusedError, match="已有新的通知书"):
            replace_notice(notice.code, reason="又一次", act=act(keeper))

    def test_what_the_claim_is_no_longer_about_is_not_made_again(self, notice, keeper):
        Claim.objects.update(status=ClaimStatus.WITHDRAWN)
        with pytest.raises(RefusedError, match="不能重新制作"):
            replace_notice(notice.code, reason="有误", act=act(keeper))
        notice.refresh_from_db()
        assert notice.state == NoticeState.READY

    def test_only_its_office_keeps_it(self, notice):
        for person in (
            make_official(Role.DECISION_MAKER, suzhou()),
            make_official(Role.CITY_OFFICER, wuxi()),
            make_official(Role.DISTRICT_SECOND, binhu()),
            notice.claim.created_by,
        ):
            with pytest.raises(Notice.DoesNotExist):
                void_notice(notice.code, reason="有误", act=act(person))

    def test_who_is_recused_from_the_applicant_voids_nothing(self, notice, keeper):
        Recusal.objects.create(user=keeper, applicant=notice.claim.applicant, ground="relative", reason="亲属")
        with pytest.raises(RefusedError, match="回避"):
            void_notice(notice.code, reason="有误", act=act(User.objects.get(pk=keeper.pk)))

    def test_a_districts_refusal_is_kept_by_its_second_officer(self, db):
        publish()
        claim = make_refused(by=Role.DISTRICT_SECOND)
        issue_and_print(NoticeKind.REFUSAL, claim.pk)
        void_notice(
            Notice.objects.get().code, reason="有误", act=act(make_official(Role.DISTRICT_SECOND, claim.region))
        )
        assert Notice.objects.get().state == NoticeState.VOID


class TestDelivery:
    def test_looks_of_the_applicant_are_recorded_once_and_nobody_elses(self, client: Client, notice, keeper):
        for person in (notice.claim.created_by, keeper):
            client.force_login(person)
            for _ in range(2):
                client.get(reverse("notices:mine"))
                file: Any = client.get(reverse("notices:download", args=[notice.code]))
                assert b"".join(file.streaming_content)
        events = NoticeEvent.objects.order_by("pk").values_list("kind", "user")
        person = notice.claim.created_by.pk
        assert list(events) == [("shown", person), ("downloaded", person)]

    @pytest.mark.parametrize("days", [-1, 1])
    def test_a_day_before_the_notice_or_after_today_is_refused(self, notice, keeper, days):
        on = notice.issued_on - timedelta(days=1) if days < 0 else TODAY() + timedelta(days=1)
        with pytest.raises(RefusedError, match="送达日期"):
            record_delivery(notice.code, NoticeEventKind.MAILED, on=on, note="EMS 1", act=act(keeper))

    def test_a_void_notice_is_not_delivered(self, notice, keeper):
        void_notice(notice.code, reason="有误", act=act(keeper))
        with pytest.raises(RefusedError, match="未作废"):
            record_delivery(notice.code, NoticeEventKind.MAILED, on=TODAY(), note="EMS 1", act=act(keeper))


class TestPages:
    def test_an_office_works_with_its_notices(self, client: Client, notice, keeper, django_assert_max_num_queries):
        client.force_login(keeper)
        listed = client.get(reverse("notices:office"), {"state": "ready", "q": notice.number}).content.decode()
        assert notice.number in listed
        assert "没有符合条件的通知书" in client.get(reverse("notices:office"), {"state": "void"}).content.decode()
        assert client.get(reverse("notices:office"), {"state": "odd"}).status_code == 400
        address = reverse("notices:kept", args=[notice.code])
        sent = {"form": "delivery", "kind": "handed_over", "on": TODAY().isoformat(), "note": "回证 1，张三签收"}
        assert client.post(address, sent | {"note": ""}).status_code == 200
        assert client.post(address, sent).status_code == 302
        assert "回证 1，张三签收" in client.get(address).content.decode()
        assert client.post(address, {"form": "void", "reason": "有误", "replace": "on"}).status_code == 302
        run_due_jobs()
        with django_assert_max_num_queries(15):
            page = client.get(address).content.decode()
        assert "不再有效" in page

    def test_a_failed_job_is_shown_with_its_error_and_made_again(self, client: Client, claim, keeper):
        enqueue_job(
            "notices.issue_grant", key=str(claim.pk), payload={"claim_id": claim.pk}, region_code=claim.region_id
        )
        Job.objects.update(state=JobState.DEAD, last_error="Traceback\n磁盘已满")
        client.force_login(keeper)
        assert "磁盘已满" in client.get(reverse("notices:office")).content.decode()
        assert client.post(reverse("notices:again", args=[Job.objects.get().pk])).status_code == 302
        run_due_jobs()
        assert Notice.objects.get().state == NoticeState.READY
