"""Files sent in chunks: they go on where they stopped, arrive as they were, and come once."""

import hashlib
import random
from datetime import timedelta

import pytest

from applications.claims.models import Evidence, StoredFile
from applications.claims.services.drafts import Typed, save_draft
from applications.claims.services.evidence import remove_evidence
from applications.intake.models import FileText, IncomingFile
from applications.intake.services import receiving
from applications.intake.services.receiving import begin_upload, finish_upload, forget_old_uploads, put_chunk
from portal.core import clock
from portal.core.errors import RefusedError, StaleStateError
from tests.applications.intake.worlds import draft_of_patents, paper, send
from tests.applications.worlds import start
from tests.factories import act, make_member
from tests.files import make_pdf

pytestmark = pytest.mark.django_db
LARGE = make_pdf(text=random.Random(1).randbytes(1500).hex())


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(receiving, "CHUNK_BYTES", 1000)


def begin(claim, member, content=LARGE, name="ZL201810000001.X 证书.pdf", **over):
    about = {"filename": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return begin_upload(claim, act=act(member), **(about | over))


def chunks_of(folder):
    return [path for path in (folder / "incoming").rglob("*") if path.is_file()]


def test_a_file_goes_on_where_it_stopped_and_arrives_as_it_was(small_chunks, private_files):
    claim, member = draft_of_patents(1)
    incoming = begin(claim, member).incoming
    put_chunk(incoming, act=act(member), offset=0, content=LARGE[:1000])
    with pytest.raises(StaleStateError) as caught:
        put_chunk(incoming, act=act(member), offset=2000, content=LARGE[2000:3000])
    assert caught.value.current.received == 1000
    # The page was loaded anew, on another host: the same file goes on, and a chunk that came twice changes nothing.
    again = begin(claim, member).incoming
    assert (again, again.received) == (incoming, 1000)
    assert put_chunk(again, act=act(member), offset=0, content=LARGE[:1000]) == 1000
    with pytest.raises(StaleStateError):
        finish_upload(again, act=act(member))
    for at in range(1000, len(LARGE), 1000):
        put_chunk(again, act=act(member), offset=at, content=LARGE[at : at + 1000])
    finish_upload(again, act=act(member))
    evidence = claim.evidence.get()
    assert evidence.is_unplaced
    assert evidence.file_id == hashlib.sha256(LARGE).hexdigest()
    assert (private_files / evidence.file.path).read_bytes() == LARGE
    assert not IncomingFile.objects.exists()
    assert not chunks_of(private_files)


def test_what_changed_on_the_way_or_does_not_fit_is_refused_and_leaves_nothing(small_chunks, private_files):
    claim, member = draft_of_patents(1)
    incoming = begin(claim, member).incoming
    for content in (LARGE[:999], LARGE[:1001]):
        with pytest.raises(RefusedError, match="大小不对"):
            put_chunk(incoming, act=act(member), offset=0, content=content)
    for at in range(0, len(LARGE), 1000):
        put_chunk(incoming, act=act(member), offset=at, content=bytes(len(LARGE[at : at + 1000])))
    with pytest.raises(RefusedError, match="传输中有变化"):
        finish_upload(incoming, act=act(member))
    assert not StoredFile.objects.exists()
    assert not IncomingFile.objects.exists()
    assert not chunks_of(private_files)


@pytest.mark.parametrize(
    ("over", "says"),
    [
        ({"filename": "证书.exe"}, "也不是 ZIP"),
        ({"size": 0}, "空文件"),
        ({"size": 21 * 2**20}, "超过每个文件"),
        ({"filename": "全部.zip", "size": 201 * 2**20}, "分成几个压缩包"),
        ({"sha256": "x"}, "SHA-256"),
    ],
)
def test_what_will_not_be_taken_is_refused_before_a_byte_is_sent(over, says):
    claim, member = draft_of_patents(1)
    with pytest.raises(RefusedError, match=says):
        begin(claim, member, **over)


def test_room_counts_what_is_on_its_way_and_others_cannot_send(settings):
    claim, member = draft_of_patents(1)
    settings.CLAIM_MAX_BYTES = len(LARGE) + 10
    incoming = begin(claim, member).incoming
    with pytest.raises(RefusedError, match="合计不能超过"):
        begin(claim, member, content=make_pdf())
    stranger = make_member()
    with pytest.raises(RefusedError, match="已结束或已过期"):
        put_chunk(incoming, act=act(stranger), offset=0, content=LARGE)
    with pytest.raises(RefusedError, match="只有申报单位的成员"):
        begin(claim, stranger)


def test_the_same_bytes_come_once_and_those_of_an_own_claim_are_not_sent_again():
    claim, member = draft_of_patents(1)
    name, content = paper(1, "证书")
    assert "已上传" in send(claim, member, name, content)
    assert "没有重复保存" in send(claim, member, "另一个名字.pdf", content)
    assert claim.evidence.count() == 1
    second = start(member)
    assert "已直接选用" in send(second, member, name, content)
    assert second.evidence.get().is_unplaced
    rival = make_member()
    other = start(rival)
    assert "已上传" in send(other, rival, name, content)
    assert StoredFile.objects.count() == 1


def test_the_text_of_a_file_that_is_destroyed_is_forgotten():
    claim, member = draft_of_patents(1)
    name, content = paper(1, "证书")
    send(claim, member, name, content)
    assert FileText.objects.count() == 1
    evidence = claim.evidence.get()
    line = claim.lines.get()
    Evidence.objects.filter(pk=evidence.pk).update(requirement="certificate", line=line)
    save_draft(claim, act=act(member), revision=claim.revision, typed=Typed({}, {}, {line.pk}))
    assert not FileText.objects.exists()


def test_what_nobody_continues_is_deleted_after_two_days(private_files, small_chunks):
    claim, member = draft_of_patents(1)
    incoming = begin(claim, member).incoming
    put_chunk(incoming, act=act(member), offset=0, content=LARGE[:1000])
    forget_old_uploads()
    assert chunks_of(private_files)
    with clock.set_to(incoming.begun_at + timedelta(days=2, seconds=1)):
        forget_old_uploads()
    assert not chunks_of(private_files)
    assert not IncomingFile.objects.exists()


def test_a_file_removed_from_the_claim_can_be_sent_again():
    claim, member = draft_of_patents(1)
    name, content = paper(1, "证书")
    send(claim, member, name, content)
    remove_evidence(claim.evidence.get(), act=act(member))
    assert "已上传" in send(claim, member, name, content)
    assert claim.evidence.filter(removed_at=None).count() == 1
