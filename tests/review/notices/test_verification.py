"""What a stranger can check: a file without its code, the sum from masked facts, and the proof in the audit record."""

import io
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from policies.engine import load_catalogue
from policies.published.management.commands.assess import answer_line
from policies.published.selectors import compiled_item
from portal.accounts.enums import Role
from portal.audit.roots import make_root
from review.notices.enums import NoticeKind
from review.notices.forms import MAX_COPY_BYTES
from review.notices.jobs import issue_and_print
from review.notices.lifecycle import void_notice
from review.notices.models import Notice
from review.notices.seals.trial import make_trial_seals
from tests.factories import ApplicantFactory, act, make_official, wuxi
from tests.files import make_pdf
from tests.review.notices.world import make_approved, make_refused, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice(db: None, tmp_path: Path, settings: Settings) -> Notice:
    publish()
    make_trial_seals(tmp_path / "seals", [("320200", "无锡市知识产权局")])
    settings.SEALS_FILE = tmp_path / "seals" / "seals.toml"
    claim = make_approved(lines=2, applicant=ApplicantFactory(name="无锡示例科技有限公司"))
    issue_and_print(NoticeKind.GRANT, claim.pk)
    return Notice.objects.get()


def bytes_of(notice: Notice) -> bytes:
    return (Path(settings.PRIVATE_DIR) / notice.path).read_bytes()


def drop(client: Client, content: bytes, address: str = "") -> tuple[int, str]:
    copy = SimpleUploadedFile("通知书.pdf", content, content_type="application/pdf")
    response = client.post(address or reverse("notices:verify"), {"copy": copy})
    return response.status_code, response.content.decode()


def test_a_dropped_file_tells_whose_it_is_and_how_its_seal_stands(client: Client, notice: Notice) -> None:
    status, page = drop(client, bytes_of(notice))
    assert status == 200
    for wanted in (
        notice.number,
        "无锡示例科技有限公司",
        "10,000.00",
        "文件一致",
        "电子签章有效",
        "试用：无锡市知识产权局",
        notice.sha256,
    ):
        assert wanted in page, wanted
    assert drop(client, b"")[0] == 200, "an empty file is asked for again"
    assert "不是本平台制作的通知书" in drop(client, b"%PDF-" + bytes(MAX_COPY_BYTES))[1]


def test_the_page_says_what_the_sum_is(client: Client, notice: Notice) -> None:
    address = reverse("verification:notice", args=[notice.code])
    assert "<dt>资助金额</dt>" in client.get(address).content.decode()
    demanded = Notice(kind=NoticeKind.DEMAND, amount=notice.amount)
    assert demanded.amount_label == "追缴金额"


def test_whatever_else_is_dropped_is_not_the_notice(client: Client, notice: Notice) -> None:
    own = bytes_of(notice)
    spoilt = bytearray(own)
    spoilt[len(spoilt) // 2] ^= 1
    saved_again = io.BytesIO()
    with pikepdf.open(io.BytesIO(own)) as document:
        document.save(saved_again)
    for content in (
        *(bytes(spoilt), own[: len(own) // 2], own + b"\n", saved_again.getvalue()),
        *(make_pdf(), b"%PDF-1.7\n" + b"\xff" * 5000, b"<script>alert(1)</script>", b"PK\x03\x04" + bytes(99)),
    ):
        for address in ("", reverse("verification:notice", args=[notice.code])):
            status, page = drop(client, content, address)
            assert status in (200, 404)
            assert "文件一致" not in page
            assert "本平台没有制作过这个文件" in page or "文件不一致" in page


def test_a_dropped_file_of_a_void_notice_says_so(client: Client, notice: Notice) -> None:
    officer = make_official(Role.DECISION_MAKER, wuxi())
    void_notice(notice.code, reason="名称有误", act=act(officer))
    status, page = drop(client, bytes_of(notice))
    assert status == 200
    assert "这份通知书已作废" in page


def test_the_sum_comes_out_of_the_masked_question(client: Client, notice: Notice) -> None:
    """The file says no right's number, and the package's own rules answer it with the sum of the notice."""
    response = client.get(reverse("verification:question", args=[notice.code]))
    text = response.content.decode()
    assert "attachment" in response["Content-Disposition"]
    answer, is_answered = answer_line(load_catalogue(), text)
    assert is_answered, answer
    assert Decimal(json.loads(answer)["amount"]) == notice.amount
    page = client.get(reverse("verification:notice", args=[notice.code])).content.decode()
    subject = compiled_item(notice.claim.version).subject
    assert subject is not None
    for line in notice.claim.lines.all():
        number = str(line.facts[subject])
        assert number not in text
        assert number not in page
    assert "金额怎么算出来的" in page
    assert "第一条第一款第（一）项：" in page
    assert " 元" not in notice.snapshot["lines"][0]["standard"]


def test_a_refusal_has_no_question(client: Client, notice: Notice) -> None:
    issue_and_print(NoticeKind.REFUSAL, make_refused().pk)
    refusal = Notice.objects.get(kind=NoticeKind.REFUSAL)
    assert client.get(reverse("verification:question", args=[refusal.code])).status_code == 404
    assert "金额怎么算出来的" not in client.get(reverse("verification:notice", args=[refusal.code])).content.decode()


def test_the_file_is_proved_under_the_days_root(client: Client, notice: Notice, tmp_path: Path) -> None:
    address = reverse("verification:inclusion", args=[notice.code])
    assert client.get(address).status_code == 404, "no root has been made yet"
    make_root()
    proof = client.get(address).content
    assert json.loads(proof)["fields"]["after"]["sha256"] == notice.sha256
    (tmp_path / "proof.json").write_bytes(proof)
    (tmp_path / "offline.py").write_bytes(client.get(reverse("notices:verifier")).content)

    def checked(name: str) -> int:
        command = [sys.executable, str(tmp_path / "offline.py"), "--proof", str(tmp_path / name)]
        return subprocess.run(command, capture_output=True, check=False).returncode

    assert checked("proof.json") == 0
    (tmp_path / "other.json").write_bytes(proof.replace(notice.sha256.encode(), b"0" * 64))
    assert checked("other.json") == 1
