"""Who sees which notice, what the public page tells, and that a download is the printed file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from applications.claims.models import Claim
from portal.accounts.enums import Role
from portal.accounts.models import Region
from review.notices.enums import NoticeKind
from review.notices.jobs import issue_and_print
from review.notices.models import Notice
from review.notices.selectors import notices_of
from review.notices.services import issue_notice
from review.notices.views import shown_party
from tests.factories import ApplicantFactory, UserFactory, act, binhu, make_member, make_official, suzhou, wuxi, xishan
from tests.review.notices.world import make_approved, make_refused, publish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor(settings: Settings) -> None:
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


@pytest.fixture
def claim(db: None) -> Claim:
    publish()
    return make_approved(applicant=ApplicantFactory(name="绝不公开的名称有限公司"))


@pytest.fixture
def notice(claim: Claim) -> Notice:
    issue_and_print(NoticeKind.GRANT, claim.pk)
    return Notice.objects.get()


def stored_at(notice: Notice) -> Path:
    return Path(settings.PRIVATE_DIR) / notice.path


def download(client: Client, notice: Notice) -> Any:
    return client.get(reverse("notices:download", args=[notice.code]))


class TestDownload:
    def test_every_download_has_the_printed_bytes(self, client: Client, notice: Notice) -> None:
        client.force_login(notice.claim.created_by)
        first, second = download(client, notice), download(client, notice)
        assert first.getvalue() == second.getvalue() == stored_at(notice).read_bytes()
        assert first["Content-Type"] == "application/pdf"
        assert first["Content-Length"] == str(notice.size)
        assert f"资助决定通知书 {notice.number}.pdf" in unquote(first["Content-Disposition"])
        assert "no-store" in first["Cache-Control"]

    @pytest.mark.parametrize(
        ("role", "region"),
        [
            (Role.DISTRICT_FIRST, binhu),
            (Role.CITY_OFFICER, wuxi),
            (Role.FINANCE, wuxi),
            (Role.AUDITOR, wuxi),
        ],
    )
    def test_officials_of_the_region_may_have_it(
        self, client: Client, notice: Notice, role: Role, region: Callable[[], Region]
    ) -> None:
        client.force_login(make_official(role, region()))
        assert download(client, notice).getvalue() == stored_at(notice).read_bytes()

    @pytest.mark.parametrize(
        ("role", "region"),
        [
            (Role.DISTRICT_FIRST, xishan),
            (Role.CITY_OFFICER, suzhou),
            (Role.SYSTEM_ADMIN, wuxi),
            (Role.POLICY_ADMIN, wuxi),
        ],
    )
    def test_other_officials_do_not_learn_that_it_exists(
        self, client: Client, notice: Notice, role: Role, region: Callable[[], Region]
    ) -> None:
        client.force_login(make_official(role, region()))
        assert download(client, notice).status_code == 404

    def test_other_applicants_do_not_learn_that_it_exists(self, client: Client, notice: Notice) -> None:
        client.force_login(make_member())
        assert download(client, notice).status_code == 404

    def test_strangers_are_asked_to_sign_in(self, client: Client, notice: Notice) -> None:
        assert download(client, notice)["Location"].startswith(reverse("account_login"))

    @pytest.mark.parametrize("harm", ["change", "remove"])
    def test_a_file_that_is_not_the_printed_one_is_never_given_out(
        self, client: Client, notice: Notice, harm: str
    ) -> None:
        path = stored_at(notice)
        path.write_bytes(path.read_bytes() + b" ") if harm == "change" else path.unlink()
        client.force_login(notice.claim.created_by)
        response = download(client, notice)
        assert response.status_code == 409
        assert "暂时不能下载" in response.content.decode()
        page = client.get(reverse("verification:notice", args=[notice.code])).content.decode()
        assert "存档文件待恢复" in page

    def test_a_notice_still_in_the_making_says_so(self, client: Client, claim: Claim) -> None:
        notice = issue_notice(claim.pk, kind=NoticeKind.GRANT, act=act())
        client.force_login(claim.created_by)
        response = download(client, notice)
        assert response.status_code == 409
        assert "正在制作" in response.content.decode()
        assert "正在制作" in client.get(reverse("notices:mine")).content.decode()


class TestOwnList:
    def test_an_applicant_finds_its_own_notices_and_no_others(self, client: Client, notice: Notice) -> None:
        refused = make_refused(applicant=notice.claim.applicant)
        issue_and_print(NoticeKind.REFUSAL, refused.pk)
        issue_and_print(NoticeKind.REFUSAL, make_refused().pk)
        client.force_login(notice.claim.created_by)
        page = client.get(reverse("notices:mine")).content.decode()
        assert notice.number in page
        assert "5,000.00 元" in page
        own = Notice.objects.get(claim=refused)
        assert own.number in page
        assert page.count("下载 PDF") == 2

    def test_an_empty_list_has_words_and_a_next_step(self, client: Client) -> None:
        client.force_login(make_member())
        assert "还没有通知书" in client.get(reverse("notices:mine")).content.decode()

    def test_people_without_an_applicant_have_no_list(self, client: Client) -> None:
        client.force_login(UserFactory())
        assert client.get(reverse("notices:mine"))["Location"] == reverse("accounts:organisation_new")

    def test_three_notices_take_as_many_queries_as_one(
        self, client: Client, notice: Notice, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        client.force_login(notice.claim.created_by)
        client.get(reverse("notices:mine"))
        with CaptureQueriesContext(connection) as one:
            client.get(reverse("notices:mine"))
        for _ in range(2):
            issue_notice(make_refused(applicant=notice.claim.applicant).pk, kind=NoticeKind.REFUSAL, act=act())
        with django_assert_num_queries(len(one.captured_queries)):
            client.get(reverse("notices:mine"))

    def test_the_claim_page_gets_the_notices_that_its_reader_may_see(self, notice: Notice) -> None:
        assert notices_of(notice.claim, user=notice.claim.created_by) == [notice]
        assert notices_of(notice.claim, user=make_member()) == []


class TestVerification:
    def test_the_public_page_names_the_body_and_no_more_than_needed(self, client: Client, notice: Notice) -> None:
        response = client.get(reverse("verification:notice", args=[notice.code]))
        page = response.content.decode()
        for wanted in (
            notice.claim.applicant.name,
            notice.number,
            "5,000.00 元",
            notice.sha256,
            "存档文件完整",
            "无锡市知识产权局",
            "资助决定通知书",
        ):
            assert wanted in page
        claim = notice.claim
        for hidden in (
            claim.applicant.identifier,
            str(claim.number),
            claim.lines.get().subject_key,
        ):
            assert hidden not in page

    def test_a_person_is_named_by_the_first_character(self) -> None:
        assert shown_party(Notice(snapshot={"party": {"name": "张三丰", "is_person": True}})) == "张**"

    def test_the_printed_address_is_that_page(self, notice: Notice) -> None:
        assert notice.snapshot["verification"]["url"] == f"{settings.PUBLIC_URL}/v/{notice.code}/"

    @pytest.mark.parametrize("shape", ["{}", " {} ", "{:.4} {}"])
    def test_a_typed_code_leads_there(self, client: Client, notice: Notice, shape: str) -> None:
        typed = notice.code.lower()
        spaced = " ".join(typed[i : i + 4] for i in range(0, 20, 4)) if ":" in shape else shape.format(typed)
        response = client.get(reverse("notices:verify"), {"code": spaced})
        assert response["Location"] == reverse("verification:notice", args=[notice.code])

    @pytest.mark.parametrize("code", ["NOSUCHCODE", "' OR 1=1 --", "𠮷" * 20])
    def test_an_unknown_code_is_said_to_be_unknown(self, client: Client, notice: Notice, code: str) -> None:
        for address, query in (
            (reverse("notices:verify"), {"code": code}),
            (reverse("verification:notice", args=[code]), {}),
        ):
            response = client.get(address, query)
            assert response.status_code == 404
            assert "没有查到这份通知书" in response.content.decode()

    def test_the_empty_form_asks_for_a_code(self, client: Client) -> None:
        response = client.get(reverse("notices:verify"))
        assert response.status_code == 200
        assert "没有查到" not in response.content.decode()

    @pytest.mark.parametrize(("added", "answer"), [(b"", "文件一致"), (b" ", "文件不一致")])
    def test_a_copy_is_compared_byte_for_byte_and_not_kept(
        self, client: Client, notice: Notice, added: bytes, answer: str
    ) -> None:
        before = sorted(Path(settings.PRIVATE_DIR).rglob("*"))
        copy = SimpleUploadedFile("任意名.pdf", stored_at(notice).read_bytes() + added)
        response = client.post(reverse("verification:notice", args=[notice.code]), {"copy": copy})
        assert answer in response.content.decode()
        assert sorted(Path(settings.PRIVATE_DIR).rglob("*")) == before

    def test_nothing_chosen_and_an_empty_file_are_explained(self, client: Client, notice: Notice) -> None:
        address = reverse("verification:notice", args=[notice.code])
        assert "请先选择" in client.post(address).content.decode()
        assert "这个文件是空的" in client.post(address, {"copy": SimpleUploadedFile("a.pdf", b"")}).content.decode()

    def test_a_file_far_too_large_is_refused(
        self, client: Client, notice: Notice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("review.notices.forms.MAX_COPY_BYTES", 10)
        copy = SimpleUploadedFile("a.pdf", b"12345678901")
        response = client.post(reverse("verification:notice", args=[notice.code]), {"copy": copy})
        assert "不是本平台制作的通知书" in response.content.decode()
