"""A claim's files for its officers: in small, beside the facts they show, a picture to turn, and all as one archive."""

import io
import zipfile
from pathlib import Path

import pytest
import yaml
from django.conf import settings as configured
from django.core.cache.backends.locmem import LocMemCache
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from applications.claims.models import Evidence, StoredFile
from portal.audit.models import SecurityEvent
from portal.core.files import delete_file, keep_file
from portal.core.isolated import IsolatedError
from review.decisions.selectors.shown_files import ShownEvidence, paper_of, papers_of_facts
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


def test_all_files_are_shown_in_small_each_leading_to_itself(client, office, monkeypatch):
    claim = accepted(office)
    picture = add_picture(claim)
    paper = claim.evidence.filter(file__media_type="application/pdf").first()
    small = {file: reverse("review:thumbnail", args=[claim.key, file.key]) for file in (picture, paper)}
    as_(client, office.first)
    sheet = client.get(reverse("review:thumbnails", args=[claim.key])).content.decode()
    assert sheet.count("<img ") == claim.evidence.count()
    for file, opened in ((picture, "review:picture"), (paper, "applications:evidence")):
        address = reverse(opened, args=[claim.key, file.key] if file is picture else [file.key])
        assert (f'href="{address}' in sheet, f'src="{small[file]}"' in sheet) == (True, True)
    for _ in range(2):
        for file, size in ((picture, (4, 2)), (paper, None)):
            drawn = client.get(small[file])
            with Image.open(io.BytesIO(drawn.content), formats=["JPEG"]) as shown:
                assert max(shown.size) == 320 if size is None else shown.size == size
        # What was drawn once is not drawn again.
        monkeypatch.setattr("review.decisions.selectors.files.run_isolated", _never)
    stranger = make_official("district_first", xishan())
    as_(client, stranger)
    assert [client.get(address).status_code for address in small.values()] == [404, 404]


def _never(*_args, **_named):
    raise IsolatedError("drawn again")


def test_a_file_that_could_not_be_drawn_is_drawn_again_after_a_minute(client, office, monkeypatch, time_machine):
    claim = accepted(office)
    small = reverse("review:thumbnail", args=[claim.key, add_picture(claim).key])
    as_(client, office.first)
    # A server of its own goes by its own clock.
    monkeypatch.setattr("review.decisions.selectors.files.cache", LocMemCache("small pictures", {}))
    time_machine.move_to(timezone.now(), tick=False)
    with monkeypatch.context() as busy:
        busy.setattr("review.decisions.selectors.files.run_isolated", _never)
        assert client.get(small).status_code == 404
    time_machine.shift(59)
    # A machine that is busy is not asked by every page that is opened meanwhile.
    assert client.get(small).status_code == 404
    time_machine.shift(2)
    assert client.get(small).status_code == 200


def test_a_fact_leads_to_the_file_that_shows_it(client, office):
    claim = accepted(office)
    paper = claim.evidence.get(requirement="certificate")
    receipts = claim.evidence.filter(requirement="fee_receipts").first()
    page = page_of(as_(client, office.first), claim).content.decode()
    for file, label in ((paper, "权利证书"), (receipts, "费用票据")):
        address = f"{reverse('applications:evidence', args=[file.key])}#view=FitH&amp;navpanes=0"
        assert f'<a class="fact-paper" href="{address}" target="evidence" title="看{label}">' in page


def test_every_listed_fact_and_material_is_one_of_the_catalogue():
    shared = Path(configured.BASE_DIR, "policies/catalogue/shared")
    known = {name: yaml.safe_load((shared / f"{name}.yaml").read_text())[name] for name in ("facts", "evidence")}
    listed = papers_of_facts()
    assert listed.keys() <= known["facts"].keys()
    assert {material for materials in listed.values() for material in materials} <= known["evidence"].keys()
    one, other = (ShownEvidence(Evidence(requirement=code), code, 1, "/") for code in ("certificate", "plan"))
    assert paper_of("granted_on", [other, one]) == one
    assert paper_of("granted_on", [other]) is None
    assert (paper_of("own_fact", [other]), paper_of("own_fact", [one, other])) == (other, None)
