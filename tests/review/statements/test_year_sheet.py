"""The sheet of a year ties a sum to call, clause, minutes, publicity, notice, lines and voucher, for its own people."""

from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from portal.accounts.enums import Role
from review.notices.models import NoticeKind
from review.notices.services import issue_notice
from review.payments.enums import LineState
from review.payments.models import Disbursement
from review.payments.services.lines import confirm_correction
from tests.factories import act, make_official, suzhou, wuxi
from tests.review.paying import DAY, bring_back, pay
from tests.review.recoveries.worlds import awarded, decided_recovery
from tests.review.treasury.test_awards import controlled
from tests.review.worlds import again, approved, on

pytestmark = pytest.mark.django_db


def rows_of(client, year="2026"):
    answer = client.get(reverse("statements:year_export"), {"year": year})
    return list(openpyxl.load_workbook(BytesIO(answer.content), data_only=True).active.iter_rows(values_only=True))


def test_sheet_names_what_a_sum_rests_on_and_adds_up(client, office, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    controlled(wuxi(), "100000", name="专利专项")
    claim = approved(office)
    notice = issue_notice(claim.pk, kind=NoticeKind.GRANT, act=act(office.decider))
    client.force_login(office.finance)
    year = str(claim.award.made_at.year)
    _, _, _, row, total = rows_of(client, year)

    told = (claim.call.number, claim.item.title, claim.number, "锡知纪〔2026〕3号", "拟资助名单公示", notice.number)
    assert set(told) <= set(row)
    assert "专利专项" in row[16]
    assert row[13] == total[13] == float(claim.approved_amount)
    assert row[14] + row[15] == row[13]
    assert [claim.number in each for each in rows_of(client, "2020")] == [False] * len(rows_of(client, "2020"))
    client.force_login(make_official(Role.FINANCE, suzhou()))
    assert not any(claim.number in each for each in rows_of(client, year))
    client.force_login(office.decider)
    assert client.get(reverse("statements:year_export")).status_code == 403


def test_sheet_counts_what_every_payer_paid_and_an_award_as_it_was_lowered(client, office, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    claim = awarded(office)
    pay(claim)
    bring_back(claim, day=DAY)
    for line in Disbursement.objects.filter(state=LineState.NEEDS_CORRECTION):
        officer = make_official(Role.FINANCE, line.part.region)
        confirm_correction(line, reason="账户无误", act=on(DAY, officer))
    pay(claim)
    decided_recovery(office, again(claim), "4000.01")
    client.force_login(office.finance)
    _, _, _, row, _ = rows_of(client, str(claim.award.made_at.year))
    vouchers = [payment.voucher for payment in claim.award.payments.order_by("sequence")][-2:]
    assert row[13:16] == (4000.01, 2400, 1600.01)
    assert row[17:19] == (5000, "、".join(vouchers))
    for address in (reverse("funding:payments"), reverse("funding:payment", args=[claim.key])):
        page = client.get(address).content.decode()
        assert ("2,400.00" in page, "1,600.01" in page) == (True, True)
    sheet = client.get(reverse("funding:payments_export"), {"state": "paid"})
    [paid] = openpyxl.load_workbook(BytesIO(sheet.content), data_only=True).worksheets
    row = [cell.value for cell in paid[4]]
    assert (row[7], row[9], row[10], row[13]) == (4000.01, 2400, 1600.01, "、".join(vouchers))
