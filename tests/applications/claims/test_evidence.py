"""Evidence: what is taken, how it is kept, who may change it."""

import hashlib
from pathlib import Path

import pytest
from django.template.defaultfilters import filesizeformat
from django.test import override_settings

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim, Evidence, StoredFile
from applications.claims.selectors.duplicates import own_file_uses, reusable_evidence
from applications.claims.services.drafts import Typed, save_draft
from applications.claims.services.evidence import add_evidence, remove_evidence, reuse_evidence
from applications.claims.services.submission import submit_claim
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError
from tests.applications.worlds import PDF, PNG, file_of, publish, ready_claim, start
from tests.factories import act, make_member
from tests.files import make_image

pytestmark = pytest.mark.django_db
JPEG = make_image("JPEG")
EXE = b"MZ" + b"\x00" * 200


@pytest.fixture
def member():
    publish()
    return make_member()


@pytest.fixture
def claim(member):
    return start(member)


def add(claim, member, content=PDF, name="证书.pdf", requirement="certificate"):
    line = claim.lines.first()
    return add_evidence(claim, act=act(member), requirement=requirement, line_id=line.pk, upload=file_of(content, name))


@pytest.mark.parametrize(
    ("file", "media_type"),
    [
        ((PDF, "证书.pdf"), "application/pdf"),
        ((b"\n\n" + PDF, "扫描.PDF"), "application/pdf"),
        ((PNG, "图.png"), "image/png"),
        ((JPEG, "图.jpeg"), "image/jpeg"),
    ],
)
def test_allowed_files_are_kept_privately_under_their_hash(claim, member, private_files, file, media_type):
    content, name = file
    evidence = add(claim, member, content, name)
    digest = hashlib.sha256(content).hexdigest()
    assert evidence.file_id == digest
    assert evidence.file.media_type == media_type
    assert (private_files / "evidence" / digest[:2] / digest).read_bytes() == content
    assert [p.name for p in private_files.rglob("*") if p.is_file()] == [digest]


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ((b"hello, I am no PDF", "证书.pdf"), "内容不是 PDF、PNG 或 JPG"),
        ((EXE, "证书.pdf"), "内容不是"),
        ((PNG, "证书.pdf"), "后缀改为 .png"),
        ((PDF, "证书.png"), "后缀改为 .pdf"),
        ((PDF, "证书"), "后缀改为 .pdf"),
        ((b"", "证书.pdf"), "空文件"),
    ],
)
def test_other_files_are_refused_with_the_remedy_and_leave_no_trace(claim, member, private_files, file, says):
    with pytest.raises(RefusedError, match=says):
        add(claim, member, *file)
    assert not Evidence.objects.exists()
    assert not StoredFile.objects.exists()
    assert not [p for p in private_files.rglob("*") if p.is_file()]


def test_a_file_at_the_limit_is_taken_and_one_byte_more_is_not(claim, member, settings):
    settings.EVIDENCE_MAX_BYTES = len(PDF)
    assert add(claim, member).file.size == len(PDF)
    with pytest.raises(RefusedError, match=filesizeformat(len(PDF))):
        add(claim, member, PDF + b"\n")


def test_the_same_bytes_are_kept_once_and_the_same_place_has_them_once(claim, member):
    first = add(claim, member, name="一.pdf")
    assert add(claim, member, name="二.pdf") == first
    other = add(claim, member, requirement="fee_receipts")
    assert other.file_id == first.file_id
    assert StoredFile.objects.count() == 1


def test_a_path_in_the_name_is_cut_off(claim, member):
    assert add(claim, member, name="../../etc/证书.pdf").filename == "证书.pdf"


def test_an_applicant_is_warned_of_its_own_second_use_only(claim, member):
    add(claim, member)
    rival = make_member()
    add(start(rival), rival)
    assert own_file_uses(claim, claim.created_by) == {}
    second = start(member)
    add(second, member)
    assert list(own_file_uses(second, second.created_by).values()) == [["另一份草稿"]]


def test_a_file_is_used_again_within_the_organisation_only(claim, member):
    source = add(claim, member)
    second = start(member)
    assert reusable_evidence(second, second.created_by) == [source]
    line = second.lines.get()
    again = reuse_evidence(second, act=act(member), requirement="certificate", line_id=line.pk, source=source)
    assert again.file_id == source.file_id
    rival = make_member()
    foreign = start(rival)
    assert reusable_evidence(foreign, foreign.created_by) == []
    with pytest.raises(RefusedError, match="只能选用本单位"):
        reuse_evidence(
            foreign, act=act(rival), requirement="certificate", line_id=foreign.lines.get().pk, source=source
        )
    assert not foreign.evidence.exists()


def test_removing_keeps_the_record(claim, member, private_files):
    evidence = add(claim, member)
    remove_evidence(evidence, act=act(member))
    evidence.refresh_from_db()
    assert evidence.removed_at is not None
    assert Path(private_files / evidence.file.path).exists()


def test_a_stranger_changes_nothing(claim, member):
    evidence = add(claim, member)
    stranger = make_member()
    with pytest.raises(RefusedError, match="只有申报单位的成员"):
        add(claim, stranger, PNG, "图.png")
    with pytest.raises(RefusedError):
        remove_evidence(evidence, act=act(stranger))
    evidence.refresh_from_db()
    assert evidence.removed_at is None
    assert Evidence.objects.count() == 1


def test_after_submission_nothing_is_added_or_removed(member):
    claim = ready_claim(member)
    submit_claim(claim, act=act(member), revision=claim.revision, commitment=True)
    claim = Claim.objects.get(pk=claim.pk)
    assert claim.status == ClaimStatus.SUBMITTED
    with pytest.raises(RefusedError, match="不能再增删材料"):
        add(claim, member, PNG, "图.png")
    with pytest.raises(RefusedError):
        remove_evidence(claim.evidence.first(), act=act(member))


def test_a_place_that_the_item_does_not_have_is_refused(claim, member):
    with pytest.raises(RefusedError, match="没有这一材料要求"):
        add(claim, member, requirement="nonsense")
    with pytest.raises(RefusedError, match="没有这一材料要求"):
        add_evidence(claim, act=act(member), requirement="certificate", line_id=None, upload=file_of())
    with pytest.raises(RefusedError, match="已被删除"):
        add_evidence(claim, act=act(member), requirement="certificate", line_id=10**9, upload=file_of())


def test_a_file_for_a_defence_patent_is_refused_and_not_kept(claim, member, private_files):
    line = claim.lines.get()
    save_draft(claim, act=act(member), revision=claim.revision, typed=Typed({}, {}, defence={line.pk}))
    with pytest.raises(RefusedError, match="国防专利的材料不得上传"):
        add(claim, member)
    assert not StoredFile.objects.exists()
    assert not [p for p in private_files.rglob("*") if p.is_file()]


def test_ticking_a_defence_patent_destroys_what_was_uploaded_for_it_and_nothing_of_others(
    claim, member, private_files, django_capture_on_commit_callbacks
):
    secret = add(claim, member, PDF + b"secret")
    shared = add(claim, member, PNG, "图.png", requirement="fee_receipts")
    other = start(member)
    add(other, member, PNG, "图.png")
    line = claim.lines.get()
    with django_capture_on_commit_callbacks(execute=True):
        save_draft(claim, act=act(member), revision=claim.revision, typed=Typed({}, {}, defence={line.pk}))
    assert not claim.evidence.filter(removed_at=None).exists()
    assert not (private_files / secret.file.path).exists()
    assert (private_files / shared.file.path).exists()
    assert AuditRecord.objects.filter(action="evidence.purge").count() == 2


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ({"CLAIM_MAX_FILES": 2}, "最多 2 个文件"),
        ({"CLAIM_MAX_BYTES": 2 * len(PDF) + 1}, "这份申报的文件合计"),
        ({"APPLICANT_MAX_BYTES": 2 * len(PDF) + 1}, "本单位各项申报的文件合计"),
    ],
)
def test_a_file_is_refused_where_claim_or_applicant_has_no_room(claim, member, private_files, limit, words):
    add(claim, member)
    second = add(claim, member, PDF + b"\n")
    with override_settings(**limit), pytest.raises(RefusedError, match=words):
        add(claim, member, PDF + b"\n\n")
    # Nothing of the refused file is left. A removed one stays in store and takes its room.
    assert len([path for path in private_files.rglob("*") if path.is_file()]) == 2
    remove_evidence(second, act=act(member))
    with override_settings(**limit):
        if "CLAIM_MAX_FILES" in limit:
            add(claim, member, PDF + b"\n\n")
        else:
            with pytest.raises(RefusedError, match=words):
                add(claim, member, PDF + b"\n\n")


def test_a_file_that_nobody_can_open_is_refused_with_the_remedy(claim, member, private_files):
    with pytest.raises(RefusedError, match="“证书.pdf”不完整或已损坏.*重新导出或扫描"):
        add(claim, member, PDF[: len(PDF) // 2])
    assert not [path for path in private_files.rglob("*") if path.is_file()]
