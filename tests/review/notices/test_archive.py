"""A claim's package: what is in it, that it reads without the portal, and that every change is found."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from portal.audit.models import AuditRecord
from portal.audit.roots import make_root
from portal.core.errors import RefusedError
from review.notices.archive.checking import MANIFEST, check_package
from review.notices.archive.package import archive_claim
from review.notices.enums import NoticeKind
from review.notices.jobs import issue_and_print
from review.notices.seals.trial import make_trial_seals
from tests.factories import act
from tests.review.notices.world import make_approved, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(db: None, tmp_path: Path, settings: Settings) -> Claim:
    """A paid claim with a sealed notice, whose records are under a root."""
    publish()
    make_trial_seals(tmp_path / "seals", [("320200", "无锡市知识产权局")])
    settings.SEALS_FILE = tmp_path / "seals" / "seals.toml"
    claim = make_approved(lines=2)
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
    for wanted in (claim.number, claim.applicant.name, notice.number, "资助决定通知书", "审计记录"):
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
    assert check_package(package, manifest_sha256=recorded) == []
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    pdf = next(name for name in files if name.endswith(".pdf"))
    for name in (pdf, "办理/审查意见.json", "审计/记录.jsonl"):
        spoilt = bytearray(files[name])
        spoilt[len(spoilt) // 2] ^= 1
        found = check_package(rewritten(package, {name: bytes(spoilt)}), manifest_sha256=recorded)
        assert any(fault.head == "真实" and name in fault.text for fault in found), name
    found = check_package(rewritten(package, {pdf: None}), manifest_sha256=recorded)
    assert ("完整", f"{pdf}：缺失") in [(fault.head, fault.text) for fault in found]
    found = check_package(rewritten(package, {"多出来的.pdf": files[pdf]}), manifest_sha256=recorded)
    assert ("完整", "多出来的.pdf：不在清单之中") in [(fault.head, fault.text) for fault in found]
    found = check_package(rewritten(package, {"../x.json": b"{}"}), manifest_sha256=recorded)
    assert [fault.head for fault in found] == ["安全"]
    found = check_package(rewritten(package, {"病毒.exe": b"MZ"}), manifest_sha256=recorded)
    assert any(fault.head == "可用" and "病毒.exe" in fault.text for fault in found)
    manifest = json.loads(files[MANIFEST]) | {"claim": "另一件"}
    found = check_package(rewritten(package, {MANIFEST: json.dumps(manifest).encode()}), manifest_sha256=recorded)
    assert [fault.head for fault in found] == ["真实"], "the audit record holds the manifest's hash"
    assert [fault.head for fault in check_package(package[:-40])] == ["可用"]


def test_a_claim_under_way_is_not_archived(claim: Claim) -> None:
    Claim.objects.filter(pk=claim.pk).update(status=ClaimStatus.CITY_REVIEW)
    with pytest.raises(RefusedError, match="办结后才能归档"):
        archive_claim(claim.pk, act=act())


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
