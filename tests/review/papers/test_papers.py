"""All of one's papers on one page and in one ZIP: form, receipt, notices, payments with the account's tail only."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from review.funding.models import Payment, PaymentKind
from review.notices.enums import NoticeKind
from review.notices.jobs import issue_and_print
from review.notices.models import Notice
from tests.factories import make_member, make_official, wuxi
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
