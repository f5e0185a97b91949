"""Files of a call: what is taken, what is refused, and who gets them."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from policies.calls.enums import ChangeKind
from policies.calls.models import CallAttachment
from policies.calls.services import attachments
from policies.calls.services.attachments import add_attachment, remove_attachment
from policies.calls.services.changes import withdraw_call
from portal.core.errors import RefusedError
from portal.core.files import EXCEL, PDF, WORD
from tests.files import make_pdf
from tests.policies.calls.worlds import DAY, MORNING, at, drafted, published

pytestmark = pytest.mark.django_db
PAPER = make_pdf()


def office_file(*parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for part in ("[Content_Types].xml", *parts):
            archive.writestr(part, "<x/>")
    return content.getvalue()


def add(call, admin, content=PAPER, name="通知.pdf", **options):
    file = SimpleUploadedFile(name, content)
    return add_attachment(call, name=name, file=file, act=at(MORNING, admin), **options)


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (PAPER, "通知.pdf", PDF),
        (office_file("word/document.xml"), "申报表.docx", WORD),
        (office_file("xl/workbook.xml"), "汇总表.xlsx", EXCEL),
    ],
)
def test_papers_and_forms_are_told_by_their_content(admin, items, content, name, media_type):
    attachment = add(drafted(admin, items), admin, content, name)
    assert (attachment.filename, attachment.media_type, attachment.size) == (name, media_type, len(content))


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "空.pdf", "空文件"),
        (b"MZ\x90\x00", "程序.pdf", "内容不是"),
        (office_file("word/document.xml", "word/vbaProject.bin"), "宏.docx", "内容不是"),
        (office_file("other.xml"), "压缩.docx", "内容不是"),
        (b"PK\x03\x04broken", "坏.docx", "内容不是"),
        (office_file("word/document.xml"), "申报表.pdf", "后缀与内容不符"),
    ],
)
def test_other_files_are_refused_with_the_remedy(admin, items, content, name, words):
    call = drafted(admin, items)
    with pytest.raises(RefusedError, match=words) as refused:
        add(call, admin, content, name)
    assert refused.value.field == "file"
    assert not call.attachments.exists()


def test_size_and_number_have_a_limit(admin, items, settings, monkeypatch):
    call = drafted(admin, items)
    settings.EVIDENCE_MAX_BYTES = len(PAPER)
    add(call, admin)
    with pytest.raises(RefusedError, match="超过每个文件"):
        add(call, admin, PAPER + b" ")
    settings.EVIDENCE_MAX_BYTES = 1000
    monkeypatch.setattr(attachments, "MAX_ATTACHMENTS", 1)
    with pytest.raises(RefusedError, match="最多 1 个附件"):
        add(call, admin, PAPER + b" ")


def test_same_file_again_is_the_one_that_is_there(admin, items):
    call = drafted(admin, items)
    assert add(call, admin) == add(call, admin, name="另一个名.pdf")
    assert call.attachments.count() == 1


def test_published_call_gets_files_only_with_a_reason_that_everybody_reads(admin, items):
    call = published(admin, items)
    with pytest.raises(RefusedError, match="请写明理由"):
        add(call, admin)
    add(call, admin, reason="补充申报表")
    change = call.changes.last()
    assert (change.kind, change.differences) == (ChangeKind.AMENDED, [["增加附件", "", "通知.pdf"]])
    withdraw_call(call, reason="撤销", seen=1, act=at(MORNING, admin))
    with pytest.raises(RefusedError, match="已撤销"):
        add(call, admin, PAPER + b" ", reason="x")


def test_file_is_taken_off_a_draft_and_stays_on_what_is_published(admin, items):
    attachment = add(drafted(admin, items), admin)
    remove_attachment(attachment, act=at(MORNING, admin))
    remove_attachment(attachment, act=at(MORNING, admin))
    assert not CallAttachment.objects.exists()
    kept = add(published(admin, items), admin, reason="补充")
    with pytest.raises(RefusedError, match="已经发布"):
        remove_attachment(kept, act=at(MORNING, admin))
    assert CallAttachment.objects.count() == 1


def test_everybody_keeps_a_published_file_and_never_opens_it_in_place(client, admin, items):
    attachment = add(published(admin, items), admin, name="通知（盖章件）.pdf", reason="补充")
    response = client.get(reverse("calls:attachment", args=[attachment.key]))
    assert b"".join(response.streaming_content) == PAPER
    assert response["Content-Type"] == PDF
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_file_of_a_draft_is_there_for_its_administrators_alone(client, admin, items, private_files):
    attachment = add(drafted(admin, items), admin)
    assert client.get(reverse("calls:attachment", args=[attachment.key])).status_code == 404
    client.force_login(admin)
    assert client.get(reverse("calls:attachment", args=[attachment.key])).status_code == 404
    own = reverse("calls:draft_attachment", args=[attachment.key])
    assert b"".join(client.get(own).streaming_content) == PAPER
    (private_files / "calls" / attachment.sha256[:2] / attachment.sha256).unlink()
    assert client.get(own).status_code == 404


def test_call_a_day_later_still_has_its_files(admin, items):
    call = published(admin, items)
    add(call, admin, reason="补充")
    assert call.phase_at(MORNING + DAY).label == "正在申报"
    assert call.attachments.count() == 1
