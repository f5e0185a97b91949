"""Print runs: slices in mailing order for both sides of the paper; paused, resumed, cancelled; files and addresses."""

import hashlib
import io
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pikepdf
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.errors import RefusedError
from portal.jobs.services import run_due_jobs
from review.notices import runs
from review.notices.enums import NoticeEventKind, NoticeKind, RunAction, RunState
from review.notices.jobs import issue_and_print
from review.notices.lifecycle import void_notice
from review.notices.models import Notice, NoticeEvent, PrintRun
from review.notices.render import print_bundle
from review.notices.runs import change_run, start_run
from tests.factories import ApplicantFactory, act, make_member, make_official, suzhou, wuxi, xishan
from tests.made_once import made_once
from tests.review.notices.samples import grant, refusal
from tests.review.notices.world import make_approved, publish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor(settings: Any) -> None:
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


@made_once
def five_notices() -> User:
    """The decision-maker of an office with five notices to two districts."""
    publish()
    for name in ("丙公司", "甲公司", "乙公司", "丁公司", "戊/公司"):
        applicant = ApplicantFactory(name=name, address=f"{name}的地址")
        elsewhere = {"region": xishan()} if name in {"丁公司", "戊/公司"} else {}
        issue_and_print(NoticeKind.GRANT, make_approved(applicant=applicant, **elsewhere).pk)
    return make_official(Role.DECISION_MAKER, wuxi())


@pytest.fixture
def keeper(db: None, monkeypatch: pytest.MonkeyPatch) -> User:
    """The decision-maker of five notices; slices of two."""
    keeper = five_notices()
    monkeypatch.setattr(runs, "SLICE", 2)
    return keeper


def begin(keeper: User) -> PrintRun:
    return start_run(Notice.objects.kept_by(keeper), region_code="320200", file_names="{文号} {单位}", act=act(keeper))


def parties(run: PrintRun) -> list[list[str]]:
    names = dict(Notice.objects.values_list("pk", "claim__applicant__name"))
    return [[names[pk] for pk in piece.notice_ids] for piece in run.slices.all()]


def bundle(run: PrintRun, position: int) -> bytes:
    piece = run.slices.get(position=position)
    content = (Path(settings.PRIVATE_DIR) / piece.path).read_bytes()
    assert hashlib.sha256(content).hexdigest() == piece.sha256
    return content


def text_by_page(pdf: bytes) -> list[str]:
    shown = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout
    return ["".join(page.split()) for page in shown.decode().split("\f")[:-1]]


def test_a_run_makes_a_bundle_for_each_slice_of_a_district(keeper: User) -> None:
    """Sheets of a slice: its cover, then each letter on a right-hand page; the last job ends the run."""
    run = begin(keeper)
    districts = [piece.district_id for piece in run.slices.all()]
    assert districts == sorted(districts)
    assert sorted(map(len, parties(run))) == [1, 2, 2]
    assert {name for names in parties(run) for name in names} == {"甲公司", "乙公司", "丙公司", "丁公司", "戊/公司"}
    run_due_jobs()
    run.refresh_from_db()
    assert run.state == RunState.DONE
    for piece, names in zip(run.slices.all(), parties(run), strict=True):
        pages = text_by_page(bundle(run, piece.position))
        assert len(pages) == 2 * (1 + len(names))
        assert all(name in pages[0] for name in names)
        for at, name in enumerate(names, 1):
            assert pages[2 * at].startswith("无锡市知识产权局资助决定通知书")
            assert f"{name}：" in pages[2 * at]
            assert pages[2 * at + 1] == "", "the back of a letter of one page is empty"


def test_a_run_stops_goes_on_and_ends_as_told(keeper: User) -> None:
    run = begin(keeper)
    change_run(run.pk, RunAction.PAUSE, act=act(keeper))
    run_due_jobs()
    assert not run.slices.exclude(made_at=None).exists()
    change_run(run.pk, RunAction.RESUME, act=act(keeper))
    first = Notice.objects.get(pk=run.slices.get(position=1).notice_ids[0])
    void_notice(first.code, reason="名称有误", act=act(keeper))
    run_due_jobs()
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert first.number not in "".join(text_by_page(bundle(run, 1))), "what was voided meanwhile is left out"
    with pytest.raises(RefusedError):
        change_run(run.pk, RunAction.PAUSE, act=act(keeper))
    other = begin(keeper)
    change_run(other.pk, RunAction.CANCEL, act=act(keeper))
    run_due_jobs()
    assert not other.slices.exclude(made_at=None).exists()


@pytest.mark.parametrize(
    ("pattern", "said"), [("{文号}{电话}", "{电话}"), ("通知书", "须含 {文号}"), ("{文号} {", "不认识")]
)
def test_a_pattern_for_files_must_tell_them_apart(keeper: User, pattern: str, said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        start_run(Notice.objects.all(), region_code="320200", file_names=pattern, act=act(keeper))


def test_single_files_and_addresses_are_those_of_the_run(client: Client, keeper: User) -> None:
    run = begin(keeper)
    client.force_login(keeper)
    assert client.get(reverse("notices:bundle", args=[run.pk, 1])).status_code == 404, "not made yet"
    packed = client.get(reverse("notices:single_files", args=[run.pk, 1]))
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    notices = [Notice.objects.get(pk=pk) for pk in run.slices.get(position=1).notice_ids]
    names = [f"{n.number} {n.claim.applicant.name}.pdf".replace("/", "_") for n in notices]
    assert list(found) == names
    assert [hashlib.sha256(content).hexdigest() for content in found.values()] == [n.sha256 for n in notices]
    sheet = openpyxl.load_workbook(io.BytesIO(client.post(reverse("notices:addresses", args=[run.pk])).content)).active
    assert sheet is not None
    listed = [str(cell.value) for row in sheet.iter_rows() for cell in row if str(cell.value).endswith("的地址")]
    assert listed == [f"{name}的地址" for piece in parties(run) for name in piece]
    run_due_jobs()
    page = client.get(reverse("notices:run", args=[run.pk])).content.decode()
    assert "3 / 3 册" in page
    got = client.get(reverse("notices:bundle", args=[run.pk, 1]))
    assert b"".join(got.streaming_content) == bundle(run, 1)  # type: ignore[attr-defined]


def test_a_run_is_begun_on_the_page_and_seen_by_its_office_alone(client: Client, keeper: User) -> None:
    client.force_login(keeper)
    asked = {"region": "320200", "kind": "grant", "file_names": "{文号}"}
    response = client.post(reverse("notices:runs"), asked)
    run = PrintRun.objects.get()
    assert response["Location"] == reverse("notices:run", args=[run.pk])
    refused = client.post(reverse("notices:runs"), asked | {"kind": "refusal"})
    assert "没有符合条件" in refused.content.decode()
    client.post(reverse("notices:run_action", args=[run.pk, "pause"]))
    run.refresh_from_db()
    assert run.state == RunState.PAUSED
    client.force_login(make_official(Role.DECISION_MAKER, suzhou()))
    assert client.get(reverse("notices:run", args=[run.pk])).status_code == 404


def test_a_company_takes_all_its_notices_at_once(client: Client, keeper: User) -> None:
    notice = Notice.objects.get(claim__applicant__name="甲公司")
    member = make_member(notice.claim.applicant)
    client.force_login(member)
    packed = client.get(reverse("notices:own_files"))
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert archive.namelist() == [f"{notice.number} 甲公司.pdf"]
    assert NoticeEvent.objects.get(notice=notice).kind == NoticeEventKind.DOWNLOADED


def test_a_bundle_has_its_fonts_once_and_every_annex_its_own_pages() -> None:
    """At most 8 KB a notice; an annex counts its own pages, and the next letter begins with page 1 on a new sheet."""
    snapshots = [grant(lines=1, number=f"无锡知资〔2026〕{number}号") for number in range(1, 19)]
    content = print_bundle("<p>封面", [*snapshots, grant(lines=12), refusal()], style="")
    assert len(content) <= 20 * 8 * 1024
    with pikepdf.open(io.BytesIO(content)) as pdf:
        names = [
            str(font.FontName) for font in pdf.objects if isinstance(font, pikepdf.Dictionary) and "/FontFile2" in font
        ]
        assert len(names) == len(set(names))
    pages = text_by_page(content)
    assert len(pages) % 2 == 0
    assert [page[-3:] for page in pages[2:38:2]] == ["—1—"] * 18
    assert any("附件第2页，共2页" in page for page in pages[38:])
    assert pages[-2].startswith("无锡市知识产权局不予支持通知书")
