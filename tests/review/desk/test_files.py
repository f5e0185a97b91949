"""A claim's files for its officers: all as one archive, and a picture to turn and enlarge."""

import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image

from applications.claims.models import Evidence, StoredFile
from portal.audit.models import SecurityEvent
from portal.core.files import delete_file, keep_file
from tests.factories import make_official, xishan
from tests.review.decisions.pages import as_, page_of
from tests.review.worlds import accepted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_second_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


def add_picture(claim):
    drawn = io.BytesIO()
    Image.new("RGB", (4, 2)).save(drawn, "PNG")
    kept = keep_file(ContentFile(drawn.getvalue()), folder=StoredFile.FOLDER)
    stored = StoredFile.objects.create(sha256=kept.sha256, size=kept.size, media_type="image/png")
    given = {"requirement": "commitment", "file": stored, "uploaded_by": claim.created_by}
    return Evidence.objects.create(claim=claim, filename="照片/一.png", **given)


def test_archive_has_every_file_by_its_line_and_is_on_record(client, office):
    claim = accepted(office)
    shown = add_picture(claim)
    gone = claim.evidence.filter(line__isnull=False).first()
    others = claim.evidence.exclude(file=gone.file).count()
    delete_file(gone.file.path)
    as_(client, office.first)
    response = client.get(reverse("review:archive", args=[claim.key]))
    with zipfile.ZipFile(io.BytesIO(b"".join(response))) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(names) == others + 1
        assert gone.filename in archive.read("缺少的材料.txt").decode()
        (picture,) = [name for name in names if name.endswith("照片_一.png")]
        assert archive.read(picture).startswith(b"\x89PNG")
    assert " 整件 " in picture
    assert shown.filename not in names
    (event,) = SecurityEvent.objects.filter(kind="export")
    assert event.details["rows"] == claim.evidence.count()
    stranger = make_official("district_first", xishan())
    assert as_(client, stranger).get(reverse("review:archive", args=[claim.key])).status_code == 404


def test_picture_is_turned_and_enlarged_by_links(client, office):
    claim = accepted(office)
    shown = add_picture(claim)
    address = reverse("review:picture", args=[claim.key, shown.key])
    as_(client, office.first)
    assert f'href="{address}" target="evidence"' in page_of(client, claim).content.decode()
    html = client.get(address, {"turn": "270", "zoom": "300"}).content.decode()
    assert 'class="turn-270 zoom-300"' in html
    assert "?turn=0&zoom=300" in html
    assert "?turn=270&zoom=200" in html
    assert client.get(address, {"turn": "45"}).status_code == 400
    document = claim.evidence.exclude(pk=shown.pk).first()
    assert client.get(reverse("review:picture", args=[claim.key, document.key])).status_code == 404
