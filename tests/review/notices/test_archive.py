"""A claim's package: what is in it, that it reads without the portal, and that every change is found."""

import io
import json
import subprocess
import sys
import uuid
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from applications.claims.enums import ENDED, Action, ClaimStatus
from applications.claims.models import Claim, ClaimEvent
from portal.accounts.enums import Role
from portal.audit.models import AuditRecord
from portal.audit.roots import make_root
from portal.core.errors import RefusedError
from portal.jobs.models import Job
from portal.jobs.services import run_due_jobs
from review.letters.services import write_letter
from review.notices.archive.checking import MANIFEST, check_package
from review.notices.archive.jobs import JOB, archive_ended, archive_one, package_of
from review.notices.archive.package import archive_claim
from review.notices.enums import NoticeKind
from review.notices.jobs import issue_and_print
from review.notices.seals.trial import make_trial_seals
from review.notices.services import issue_notice, print_notice
from tests.factories import act
from tests.files import make_pdf
from tests.review.notices.world import make_approved, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(db: None, tmp_path: Path, settings: Settings) -> Claim:
    """A paid claim with a sealed notice, whose records are under a root."""
    publish()
    make_trial_seals(tmp_path / "seals", [("320200", "无锡市知识产权局")])
    settings.SEALS_FILE = tmp_path / "seals" / "seals.toml"
    settings.PRIVATE_DIR = tmp_path / "private"
    claim = make_approved(lines=2)
    file = SimpleUploadedFile("说明.pdf", make_pdf())
    write_letter(claim, text="附上说明，请查收。", files=[file], key=uuid.uuid4(), act=act(claim.created_by))
    issue_and_print(NoticeKind.GRANT, claim.pk)
    Claim.objects.filter(pk=claim.pk).update(status=ClaimStatus.PAID)
    make_root()
    return Claim.objects.get(pk=claim.pk)


def rewritten(package: bytes, changes: dict[str, bytes | None]) -> bytes:
    """The package with some files in other words, without those that are None, and with others added."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as before, zipfile.ZipFile(packed, "w") as after:
        files = {name: before.read(name) for name in before.namelist()} | changes
        for name, content in files.items():
            if content is not None:
                after.writestr(name, content)
    return packed.getvalue()


def test_a_package_reads_without_the_portal(claim: Claim, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(archive_claim(claim.pk, act=act()))) as archive:
        archive.extractall(tmp_path)
        names = archive.namelist()
    notice = claim.notices.get()
    page = (tmp_path / "index.html").read_text()
    assert f"结果/{notice.number}.pdf" in names
    assert (tmp_path / "往来" / "001 说明.pdf").read_bytes() == make_pdf()
    for wanted in (
        claim.number,
        claim.applicant.name,
        notice.number,
        "资助决定通知书",
        "附上说明，请查收。",
        "审计记录",
    ):
        assert str(wanted) in page
    done = subprocess.run(
        [sys.executable, str(tmp_path / "审计" / "offline.py"), "--proof", str(tmp_path / "审计" / "存证.jsonl")],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode()
    manifest = json.loads((tmp_path / MANIFEST).read_text())
    assert {entry["name"] for entry in manifest["files"]} | {MANIFEST} == set(names)
    assert all(len(entry["sha256"]) == len(entry["sm3"]) == 64 for entry in manifest["files"])


def test_a_package_is_genuine_complete_usable_and_safe_until_it_is_changed(claim: Claim) -> None:
    package = archive_claim(claim.pk, act=act())
    recorded = AuditRecord.objects.get(action="notices.archive").after["manifest"]
    assert check_package(package, recorded=[recorded]) == []
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    pdf = next(name for name in files if name.startswith("结果/"))
    for name in (pdf, "办理/审查意见.json", "往来/往来消息.json", "审计/记录.jsonl"):
        spoilt = bytearray(files[name])
        spoilt[len(spoilt) // 2] ^= 1
        found = check_package(rewritten(package, {name: bytes(spoilt)}), recorded=[recorded])
        assert any(fault.head == "真实" and name in fault.text for fault in found), name
    found = check_package(rewritten(package, {pdf: None}), recorded=[recorded])
    assert ("完整", f"{pdf}：缺失") in [(fault.head, fault.text) for fault in found]
    found = check_package(rewritten(package, {"多出来的.pdf": files[pdf]}), recorded=[recorded])
    assert ("完整", "多出来的.pdf：不在清单之中") in [(fault.head, fault.text) for fault in found]
    found = check_package(rewritten(package, {"../x.json": b"{}"}), recorded=[recorded])
    assert [fault.head for fault in found] == ["安全"]
    found = check_package(rewritten(package, {"病毒.exe": b"MZ"}), recorded=[recorded])
    assert any(fault.head == "可用" and "病毒.exe" in fault.text for fault in found)
    manifest = json.loads(files[MANIFEST]) | {"claim": "另一件"}
    found = check_package(rewritten(package, {MANIFEST: json.dumps(manifest).encode()}), recorded=[recorded])
    assert [fault.head for fault in found] == ["真实"], "the audit record holds the manifest's hash"
    assert [fault.head for fault in check_package(package[:-40])] == ["可用"]


def test_a_claim_under_way_is_not_archived(claim: Claim) -> None:
    Claim.objects.filter(pk=claim.pk).update(status=ClaimStatus.CITY_REVIEW)
    with pytest.raises(RefusedError, match="办结后才能归档"):
        archive_claim(claim.pk, act=act())


def test_every_night_each_end_is_packed_once_when_its_notices_are_printed(claim: Claim) -> None:
    ended = timezone.now() - timedelta(days=2)
    Claim.objects.filter(pk=claim.pk).update(status_since=ended)
    accepted = {"action": Action.ACCEPT, "to_status": ClaimStatus.DISTRICT_REVIEW, "role": Role.ACCEPTANCE}
    ClaimEvent.objects.create(claim=claim, actor_name="张三", at=ended, **accepted)
    notice = issue_notice(claim.pk, kind=NoticeKind.ACCEPTANCE, act=act())
    packed = AuditRecord.objects.filter(action="notices.archive")
    archive_ended()
    run_due_jobs()
    assert not packed.exists(), "a notice is not printed yet"
    print_notice(notice.pk, act=act())
    for _ in range(2):
        Job.objects.update(run_after=ended)
        archive_ended()
        run_due_jobs()
        archive_one(claim.pk)
    made = packed.get()
    claim = Claim.objects.get(pk=claim.pk)
    assert check_package(package_of(claim, act=act()), recorded=[made.after["manifest"]]) == []
    assert packed.count() == 1

    # A recognition has no sum as this claim has.
    others = ENDED - {ClaimStatus.RECOGNISED}
    for status in others:
        ended += timedelta(minutes=1)
        Claim.objects.filter(pk=claim.pk).update(status=status, status_since=ended)
        archive_ended()
    assert Job.objects.filter(kind=JOB).count() == 1 + len(others), "each end has a job of its own"
    Claim.objects.filter(pk=claim.pk).update(status=ClaimStatus.APPROVED)
    run_due_jobs()
    assert packed.count() == 1, "it goes on again"


def test_the_commands_write_each_package_once_and_check_it(
    claim: Claim, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, path = tmp_path / "archive", tmp_path / "archive" / f"{claim.number}.zip"
    call_command("archive_claims", str(folder))
    first = path.read_bytes()
    call_command("archive_claims", str(folder))
    assert path.read_bytes() == first
    call_command("check_archive", str(path))
    assert "真实、完整、可用、安全" in capsys.readouterr().out
    spoilt = bytearray(first)
    spoilt[len(spoilt) // 2] ^= 1
    path.write_bytes(bytes(spoilt))
    with pytest.raises(CommandError):
        call_command("check_archive", str(path))
    with pytest.raises(CommandError, match="没有已办结的申报"):
        call_command("archive_claims", str(folder), "--claim", "NO-SUCH")
