"""Files on the applicant's pages: evidence that is uploaded, viewed, used again, removed; sheets that are imported."""

import io
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.claims.models import Claim, Evidence
from applications.claims.services.submission import submit_claim
from portal.accounts.enums import Role
from portal.accounts.models import User
from tests.applications.claims.pages import url
from tests.applications.worlds import PDF, publish, ready_claim, start
from tests.factories import (
    act,
    binhu,
    make_member,
    make_official,
    make_patent_no,
    xishan,
)
from tests.files import make_image

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    publish()
    return make_member()


@pytest.fixture
def own(client, member):
    client.force_login(member)
    return client


def test_a_file_chosen_is_uploaded_at_once_and_a_fake_one_refused_at_its_place(own, member):
    claim = start(member)
    line = claim.lines.get()
    data = {"requirement": "certificate", "line": line.pk}
    good = own.post(url("upload", claim), data | {"x": SimpleUploadedFile("证书.pdf", PDF)})
    assert "证书.pdf" in good.content.decode()
    bad = own.post(url("upload", claim), data | {"x": SimpleUploadedFile("假.pdf", b"no pdf at all")})
    assert "内容不是 PDF" in bad.content.decode()
    assert claim.evidence.count() == 1
    assert own.post(url("upload", claim), {"requirement": "nonsense"}).status_code == 404


def test_photos_chosen_at_once_become_one_pdf_and_a_bad_one_is_told(own, member):
    claim = start(member)
    data = {"requirement": "certificate", "line": claim.lines.get().pk}
    photos = [SimpleUploadedFile(f"{number}.jpg", make_image("JPEG", colour=number)) for number in (1, 2)]
    assert "1 等 2 张.pdf" in own.post(url("upload", claim), data | {"x": photos}).content.decode()
    assert claim.evidence.get().file.media_type == "application/pdf"
    photos = [SimpleUploadedFile("3.jpg", make_image("JPEG")), SimpleUploadedFile("4.jpg", b"no photo")]
    assert "“4.jpg”的内容不是" in own.post(url("upload", claim), data | {"x": photos}).content.decode()
    assert claim.evidence.count() == 1


def test_the_commitment_is_made_on_the_screen_and_has_a_place_only_where_one_was_uploaded(own, member):
    claim = ready_claim(member)
    slot = 'name="file-claim-commitment"'
    assert slot in own.get(url("edit", claim)).content.decode()
    claim.evidence.filter(requirement="commitment").update(removed_at=timezone.now())
    assert slot not in own.get(url("edit", claim)).content.decode()
    assert submit_claim(claim, act=act(member), revision=claim.revision, commitment=True).claim.commitment_at


def test_a_file_is_viewed_in_place_with_its_own_type_and_nothing_sniffed(own, member):
    claim = ready_claim(member)
    evidence = claim.evidence.first()
    path = reverse("applications:evidence", args=[evidence.key])
    response = own.get(path)
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("inline")
    assert "no-store" in response["Cache-Control"]
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    download = own.get(f"{path}?download=1")
    assert download["Content-Disposition"].startswith("attachment")
    assert download.getvalue() == PDF


def test_evidence_is_seen_by_the_officers_of_the_region_once_submitted_and_by_nobody_else(client, member, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    claim = ready_claim(member)
    path = reverse("applications:evidence", args=[claim.evidence.first().key])
    officer = make_official(Role.DISTRICT_FIRST, binhu())

    def status(user: User) -> int:
        client.force_login(User.objects.get(pk=user.pk))
        response = client.get(path)
        if response.streaming:
            assert response.getvalue() == PDF
        return response.status_code

    assert status(officer) == 404
    submit_claim(claim, act=act(member), revision=claim.revision, commitment=True)
    assert status(officer) == 200
    assert status(make_official(Role.DISTRICT_FIRST, xishan())) == 404
    assert status(make_official(Role.SYSTEM_ADMIN, binhu())) == 403
    assert status(make_member()) == 404
    assert status(member) == 200
    client.logout()
    assert client.get(path).status_code == 302


def test_an_earlier_file_is_used_again_from_its_page(own, member):
    source = ready_claim(member).evidence.order_by("pk").last()
    claim = start(member)
    line = claim.lines.get()
    path = url("reuse", claim, requirement="certificate", line=line.pk)
    assert source.filename in own.get(path).content.decode()
    response = own.post(path, {"source": str(source.key)})
    assert f"#evidence-l{line.pk}-certificate" in response["Location"]
    assert claim.evidence.get().file_id == source.file_id
    assert own.post(path, {"source": str(uuid.uuid4())}).status_code == 404


def test_a_file_is_removed_by_its_button(own, member):
    claim = ready_claim(member)
    evidence = claim.evidence.get(requirement="certificate")
    own.post(url("edit", claim), {"revision": claim.revision, "action": f"remove-file:{evidence.key}"})
    evidence.refresh_from_db()
    assert evidence.removed_at is not None


def test_a_removed_file_is_open_to_officials_alone_and_only_where_it_was_submitted(own, member, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    claim = ready_claim(member)
    in_correction = claim.evidence.get(requirement="certificate")
    in_draft = Evidence.objects.get(pk=in_correction.pk)
    in_draft.pk, in_draft.key = None, uuid.uuid4()
    in_draft.save()
    officer = Client()
    officer.force_login(make_official(Role.ACCEPTANCE, claim.region))
    now = timezone.now()
    Evidence.objects.filter(pk=in_draft.pk).update(removed_at=now - timedelta(minutes=2))
    submit_claim(claim, act=act(member), revision=claim.revision, commitment=True)
    Claim.objects.filter(pk=claim.pk).update(submitted_at=now - timedelta(minutes=1))
    Evidence.objects.filter(pk=in_correction.pk).update(removed_at=now)
    answers = [
        browser.get(reverse("applications:evidence", args=[evidence.key]))
        for evidence in (in_draft, in_correction)
        for browser in (own, officer)
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 200]
    answers[-1].close()


def test_a_sheet_is_imported_and_its_faults_are_listed_by_cell(own, member):
    claim = start(member)
    good = f"{make_patent_no(1)}\t发明\t2021/5/10\t示例公司\t8000"
    bad = own.post(url("import", claim), {"pasted": good.replace("8000", "八千")})
    assert bad.status_code == 422
    assert "E1" in bad.content.decode()
    assert claim.lines.get().facts == {}
    assert "请选择填好的表格" in own.post(url("import", claim), {}).content.decode()
    fake = io.BytesIO(b"not a workbook")
    fake.name = "明细.xlsx"
    assert "没有找到：专利号" in own.post(url("import", claim), {"file": fake}).content.decode()
    assert own.post(url("import", claim), {"pasted": good})["Location"] == url("edit", claim)
    assert claim.lines.get().facts["fees"] == "8000.00"


def test_the_template_is_a_workbook_named_after_the_item(own, member):
    response = own.get(url("template", start(member)))
    assert response.content.startswith(b"PK")
    assert ".xlsx" in response["Content-Disposition"]
