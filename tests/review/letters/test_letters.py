"""The applicant and the offices of a claim write to one another: told once, read on record, kept, and closed."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications.claims.services.attachments import MOST_FILES
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError
from portal.notifications.models import Message
from review.letters.models import Letter, LetterFile, Reading
from review.letters.services import mark_letters_read, write_letter
from tests.factories import ClaimFactory, UserFactory, act, binhu, make_official, suzhou, wuxi
from tests.files import make_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


@pytest.fixture
def claim():
    return ClaimFactory(status="submitted", region=binhu(), city=wuxi())


@pytest.fixture
def member(claim):
    return claim.created_by


@pytest.fixture
def officer():
    return make_official("acceptance", binhu())


def write(claim, user, text="请问何时受理？", files=(), key=None):
    return write_letter(claim, text=text, files=files, key=key or uuid.uuid4(), act=act(user))


def upload(name="说明.pdf", content=None):
    return SimpleUploadedFile(name, make_pdf() if content is None else content)


def told(user):
    return list(Message.objects.filter(user=user, key__startswith="letter:").values_list("read_at", flat=True))


def test_the_other_side_is_told_once_and_its_reading_is_kept_with_its_time(claim, member, officer):
    key = uuid.uuid4()
    first = write(claim, member, key=key)
    assert write(claim, member, key=key) == first
    assert told(officer) == [None]
    assert told(member) == []
    assert mark_letters_read(claim, act=act(member)) == 0
    now = act(officer)
    assert mark_letters_read(claim, act=now) == 1
    assert mark_letters_read(claim, act=act(officer)) == 0
    assert list(Reading.objects.values_list("user", "at")) == [(officer.pk, now.at)]
    assert told(officer) == [now.at]
    write(claim, officer, text="已收到，三日内办理。")
    assert told(member) == [None]
    assert AuditRecord.objects.filter(action="letters.written").count() == 2


def test_who_has_acted_or_written_is_told_before_the_acceptance_officers(claim, member, officer):
    city = make_official("city_officer", wuxi())
    write(claim, city, text="请说明。")
    write(claim, member, text="说明如下。")
    assert (len(told(city)), len(told(officer))) == (1, 0)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: make_official("acceptance", suzhou()), "只有"),
        (lambda: make_official("auditor", wuxi()), "只有"),
        (UserFactory, "只有"),
    ],
    ids=["another city", "auditor", "stranger"],
)
def test_others_do_not_write(claim, make, words):
    with pytest.raises(PermissionDenied, match=words):
        write(claim, make())


@pytest.mark.parametrize(
    ("text", "files", "words"),
    [
        ("  ", (), "请写明"),
        ("长" * 2001, (), "不超过 2000 字"),
        ("附件", [upload() for _ in range(MOST_FILES + 1)], "一次最多"),
        ("附件", [upload("木马.pdf", b"MZ")], "的内容不是"),
        ("附件", [upload("说明.png")], "后缀与内容不符"),
    ],
)
def test_a_letter_that_cannot_be_taken_is_refused_and_nothing_is_kept(claim, member, text, files, words):
    with pytest.raises(RefusedError, match=words):
        write(claim, member, text=text, files=files)
    assert not Letter.objects.exists()


def test_there_is_an_end_to_the_room_of_a_claim(claim, member, settings):
    write(claim, member, files=[upload()])
    settings.CLAIM_MAX_BYTES = LetterFile.objects.get().size
    with pytest.raises(RefusedError, match="合计不能超过"):
        write(claim, member, files=[upload()])


@pytest.mark.parametrize(("status", "words"), [("draft", "提交后"), ("paid", "已办结"), ("withdrawn", "已办结")])
def test_a_draft_is_not_open_yet_and_an_archived_claim_is_closed(claim, member, client, status, words):
    type(claim).objects.filter(pk=claim.pk).update(
        status=status, **({"submitted_at": None, "number": None} if status == "draft" else {})
    )
    claim.refresh_from_db()
    with pytest.raises(RefusedError, match=words):
        write(claim, member)
    client.force_login(member)
    page = client.get(reverse("letters:thread", args=[claim.key])).content.decode()
    assert words in page
    assert 'name="text"' not in page


def test_both_pages_write_show_files_and_readings(client, claim, member, officer):
    address = reverse("letters:thread", args=[claim.key])
    client.force_login(member)
    form = {"key": uuid.uuid4(), "text": "<b>请看附件</b>", "files": [upload()]}
    assert client.post(address, form).status_code == 302
    page = client.get(address).content.decode()
    assert "&lt;b&gt;请看附件" in page
    assert "对方尚未阅读" in page
    assert client.post(address, {"key": uuid.uuid4(), "text": ""}).status_code == 422
    file = reverse("letters:file", args=[LetterFile.objects.get().key])
    client.force_login(officer)
    assert "已读" not in client.get(address).content.decode().split("请看附件")[0]
    assert f"已读：{officer.name}" in client.get(address).content.decode()
    answer = client.get(file)
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "请看附件" in client.get(reverse("review:panel", args=[claim.key, "letters"])).content.decode()
    for stranger in (make_official("acceptance", suzhou()), UserFactory()):
        client.force_login(stranger)
        assert client.get(file).status_code in (302, 403, 404)
        assert client.get(address).status_code in (302, 403, 404)


def test_a_page_of_many_letters_asks_as_often_as_one_of_few(client, claim, member, django_assert_max_num_queries):
    for number in range(12):
        write(claim, member, text=f"第{number}封")
    client.force_login(member)
    with django_assert_max_num_queries(22):
        client.get(reverse("letters:thread", args=[claim.key]))
