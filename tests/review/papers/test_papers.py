"""All of one's papers on one page and in one ZIP: form, receipt, notices, payments with the account's tail only."""

import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone

from applications.mandates.models import Mandate
from portal.jobs.models import Job
from portal.privacy.services.retention import remove_what_is_over
from review.funding.models import Payment, PaymentKind
from review.notices.enums import NoticeKind
from review.notices.jobs import issue_and_print
from review.notices.models import Notice
from review.papers import selectors
from review.papers.models import KEPT_DAYS, Archive
from review.papers.services import JOB, fill_archive
from tests.applications.mandates.worlds import give_mandate, make_agent
from tests.factories import ClaimFactory, make_member, make_official, wuxi
from tests.review.notices.world import make_approved, publish

pytestmark = pytest.mark.django_db


def test_a_claims_papers_stand_on_one_page_and_in_its_folder_of_the_zip(client):
    publish()
    claim = make_approved()
    issue_and_print(NoticeKind.GRANT, claim.pk)
    notice = Notice.objects.get()
    number = "6222021103012345678"
    Payment.objects.create(
        award=claim.award,
        sequence=1,
        kind=PaymentKind.PAID,
        amount=Decimal("3000.00"),
        voucher="拨1",
        on=date(2026, 6, 10),
        account={"account_number": number},
        officer=make_official("finance", wuxi()),
    )
    client.force_login(claim.created_by)
    page = client.get(reverse("papers:mine")).content.decode()
    assert notice.number in page
    assert "3,000.00" in page
    assert number[-4:] in page
    assert number not in page
    sent = client.get(reverse("papers:archive"))
    with zipfile.ZipFile(io.BytesIO(b"".join(sent.streaming_content))) as archive:
        names = archive.namelist()
        assert f"{claim.number}/申报书.pdf" in names
        assert f"{claim.number}/拨付记录.xlsx" in names
        printed = next(name for name in names if notice.number in name)
        assert archive.read(printed).startswith(b"%PDF")
    client.force_login(make_member())
    assert notice.number not in client.get(reverse("papers:mine")).content.decode()


@pytest.fixture
def packed(settings, tmp_path, monkeypatch) -> list[str]:
    """Papers are named alone, as what printing them makes is tested above."""
    settings.PRIVATE_DIR = tmp_path
    monkeypatch.setattr(selectors, "PAGE_SIZE", 2)
    monkeypatch.setattr(
        "review.papers.services.files_of",
        lambda rows, _user: [(f"{row.claim.number}/申报书.pdf", lambda: b"%PDF") for row in rows],
    )
    return []


def test_all_papers_are_packed_by_a_job_once_and_kept_for_some_days(client, packed):
    first = ClaimFactory()
    numbers = [first.number, *(ClaimFactory(applicant=first.applicant).number for _ in range(4))]
    member = first.created_by
    client.force_login(member)
    assert reverse("papers:pack") in client.get(reverse("papers:mine")).content.decode()
    asked = {client.post(reverse("papers:pack"))["Location"] for _ in range(2)}
    archive, job = Archive.objects.get(), Job.objects.get(kind=JOB)
    whole = reverse("papers:whole", args=[archive.key])
    assert asked == {whole}
    assert "正在后台打包" in client.get(whole).content.decode()
    for _ in range(2):
        fill_archive(**job.payload)
    assert member.portal_messages.filter(kind="papers.ready").count() == 1
    file = reverse("papers:whole_file", args=[archive.key])
    with zipfile.ZipFile(io.BytesIO(b"".join(client.get(file).streaming_content))) as found:
        assert sorted(found.namelist()) == sorted(f"{number}/申报书.pdf" for number in numbers)
    client.force_login(make_member())
    assert client.get(file).status_code == 404
    archive.refresh_from_db()
    Archive.objects.update(asked_at=timezone.now() - timedelta(days=KEPT_DAYS + 1))
    remove_what_is_over()
    assert not Archive.objects.exists()
    assert not storages["private"].exists(archive.path)


def test_what_a_mandate_no_longer_opens_is_not_handed_out_either(client, packed):
    agent, claim = make_agent(), ClaimFactory()
    give_mandate(claim.applicant, agent)
    client.force_login(agent)
    client.post(reverse("papers:pack"))
    archive = Archive.objects.get()
    fill_archive(archive.pk)
    file = reverse("papers:whole_file", args=[archive.key])
    assert b"".join(client.get(file).streaming_content).startswith(b"PK")
    Mandate.objects.update(may_read=False)
    assert client.get(file)["Location"] == reverse("papers:mine")
