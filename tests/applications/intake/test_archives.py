"""Archives: what is in them is taken, what cannot be is told, and none does harm."""

import hashlib
import io
import zipfile

import pytest

from applications.claims.models import StoredFile
from applications.intake.models import IncomingFile
from applications.intake.services import archives
from applications.intake.services.archives import MAX_ENTRIES, read_archive
from applications.intake.services.opening import open_incoming
from applications.intake.services.receiving import begin_upload, finish_upload, put_chunk
from portal.core.errors import RefusedError
from portal.jobs.models import Job
from tests.applications.intake.worlds import OldName, draft_of_patents, make_zip, paper
from tests.factories import act
from tests.files import make_pdf

PDF = make_pdf()


def read(content, told=None):
    return list(read_archive(io.BytesIO(content), [] if told is None else told))


def test_folders_become_words_of_the_name_and_names_in_gbk_are_read():
    entries = [("甲/乙\\证书.pdf", PDF), ("../../etc/发票.pdf", PDF), (OldName("甲/专利证书.pdf"), PDF), ("空夹/", b"")]
    entries += [("__MACOSX/._证书.pdf", b"x"), (".DS_Store", b"x")]
    assert [name for name, _ in read(make_zip(entries))] == ["甲／乙／证书.pdf", "etc／发票.pdf", "甲／专利证书.pdf"]


def test_what_cannot_be_taken_out_is_told_and_the_rest_is_taken(settings):
    settings.EVIDENCE_MAX_BYTES = 1000
    locked = bytearray(make_zip([("密.pdf", b"x")]))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    told = []
    names = [name for name, _ in read(make_zip([("内.zip", b"x"), ("大.pdf", bytes(1001)), ("证书.pdf", PDF)]), told)]
    read(bytes(locked), told)
    assert names == ["证书.pdf"]
    assert [words.partition("”")[2][:10] for words in told] == [
        "是压缩包中的压缩包，",
        "超过每个文件 100",
        "设有解压密码，没有取",
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"no archive at all",
        make_zip([(f"{number}.pdf", b"") for number in range(MAX_ENTRIES + 1)]),
        make_zip([(f"{number}" + "x" * 900, b"") for number in range(1200)]),
    ],
)
def test_too_many_files_and_no_archive_are_refused(content):
    with pytest.raises(RefusedError, match="一次最多 1000 个|不是 ZIP"):
        read(content)


def test_a_table_longer_than_its_end_says_is_not_read():
    """What a 64-bit table says goes before what the end says: such an archive is refused unread."""
    content = make_zip([("a.pdf", b"x")])
    at = content.rindex(b"PK\x05\x06")
    with pytest.raises(RefusedError, match="文件太多"):
        read(content[:at] + b"PK\x06\x07" + bytes(16) + content[at:])


def test_an_archive_that_unpacks_to_very_much_is_stopped(monkeypatch):
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 3_000_000)
    told = []
    bomb = make_zip([(f"{number}.pdf", bytes(2_000_000)) for number in range(5)])
    assert len(bomb) < 20_000
    assert len(read(bomb, told)) == 2
    assert len(told) == 3


@pytest.mark.django_db
def test_an_archive_is_opened_by_a_job_once_and_what_became_of_it_is_told():
    claim, member = draft_of_patents(2)
    papers = [paper(number, kind) for number in (1, 2) for kind in ("证书", "发票")]
    content = make_zip([*papers, ("说明.txt", b"hello"), ("又是.pdf", papers[0][1])])
    digest = hashlib.sha256(content).hexdigest()
    incoming = begin_upload(claim, act=act(member), filename="全部.zip", size=len(content), sha256=digest).incoming
    put_chunk(incoming, act=act(member), offset=0, content=content)
    for _ in range(2):
        assert "正在解压" in finish_upload(incoming, act=act(member)).told
    job = Job.objects.get(kind="intake.open")
    for _ in range(2):
        open_incoming(**job.payload)
    found = IncomingFile.objects.get()
    assert (found.taken, len(found.told)) == (5, 1)
    assert "说明.txt" in found.told[0]
    assert claim.evidence.count() == StoredFile.objects.count() == 4


def test_an_archive_with_a_wrong_table_is_damaged():
    whole = make_zip([("a.pdf", PDF)])
    with pytest.raises(RefusedError, match="已损坏"):
        read(whole.replace(b"PK\x01\x02", b"PK\x01\x03"))
    assert zipfile.is_zipfile(io.BytesIO(whole))
