"""The 拨付 sheet: what the bank and the treasury need of each payment."""

from collections.abc import Iterator
from itertools import count, islice

from django.db.models import QuerySet
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.payees.models import Payee
from applications.payees.selectors import payees_of
from portal.core.money import ZERO, yuan_in_words
from portal.core.spreadsheets import Cell, Column, Kind, Sheet, build_book
from review.funding.selectors import standing_payments, standing_shares

# So many claims are held at a time, whatever the length of the sheet.
_AT_A_TIME = 100
COLUMNS = (
    Column("序号", Kind.NUMBER, 6),
    Column("申报单位", width=30),
    Column("统一社会信用代码（身份证号）", width=22),
    Column("户名", width=30),
    Column("开户银行", width=28),
    Column("联行号", width=15),
    Column("账号", width=24),
    Column("金额（元）", Kind.MONEY, 15),
    Column("金额大写", width=34),
    Column("市级承担（元）", Kind.MONEY, 15),
    Column("区级承担（元）", Kind.MONEY, 15),
    Column("用途", width=30),
    Column("申报编号", width=16),
    Column("凭证号", width=18),
    Column("拨付日期", Kind.DATE, 12),
    Column("退票原因", width=24),
)


def payment_sheet(claims: QuerySet[Claim], *, made_by: str) -> bytes:
    """One row per claim with an award: what is still to be paid (returned ones with the reason), and what is paid.

    They stand on two sheets, each with its own total, so that nobody pays from the sum of both. Claims are read in
    portions, and rows are written as they come.
    """
    ordered = claims.filter(award__isnull=False).order_by("region_id", "applicant__name", "pk")
    parts = {"待拨付": ordered.exclude(status=ClaimStatus.PAID), "已拨付": ordered.filter(status=ClaimStatus.PAID)}
    sheets: list[Sheet] = []
    for state, its in parts.items():
        number = its.count()
        note = f"单位：元　{state} {number} 笔　{made_by} {timezone.localtime():%Y-%m-%d %H:%M} 导出"
        if number:
            sheets.append(Sheet(f"知识产权专项资金拨付表（{state}）", COLUMNS, _rows(its), note))
    return build_book(sheets or [Sheet("知识产权专项资金拨付表（待拨付）", COLUMNS, [], "单位：元　没有待拨付的资助")])


def _rows(claims: QuerySet[Claim]) -> Iterator[list[Cell]]:
    listed, numbers = claims.iterator(chunk_size=_AT_A_TIME), count(1)
    while portion := list(islice(listed, _AT_A_TIME)):
        payees = payees_of([claim.pk for claim in portion])
        for claim in portion:
            yield _row(next(numbers), claim, payees.get(claim.pk))


def _row(number: int, claim: Claim, payee: Payee | None) -> list[Cell]:
    award = claim.award
    arrived, last = standing_payments(award), next(reversed(award.payments.all()), None)
    # A paid row shows the account it was paid to, any other the one that is to be paid.
    is_paid = claim.status == ClaimStatus.PAID and arrived
    account = arrived[-1].account if is_paid else payee.fields if payee else {}
    city, district = standing_shares(claim)
    return [
        number,
        account.get("name") or claim.applicant.name,
        claim.applicant.identifier,
        account.get("account_name", ""),
        account.get("bank_name", ""),
        account.get("cnaps_code", ""),
        account.get("account_number", ""),
        claim.approved_amount,
        yuan_in_words(claim.approved_amount or ZERO),
        city,
        district,
        claim.item.title,
        claim.number,
        "、".join(payment.voucher for payment in arrived),
        arrived[-1].on if arrived else None,
        last.reason if last else "",
    ]
