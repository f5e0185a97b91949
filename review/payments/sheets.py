"""The 拨付 sheet: what the bank and the treasury need of each payment."""

from collections.abc import Iterable

from django.utils import timezone

from applications.claims.models import Claim
from applications.payees.models import Payee
from applications.payees.selectors import payees_of
from portal.core.money import yuan_in_words
from portal.core.spreadsheets import Cell, Column, Kind, Sheet, build_book
from review.funding.models import PaymentKind
from review.funding.selectors import is_paid

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


def payment_sheet(claims: Iterable[Claim], *, made_by: str) -> bytes:
    """One row per claim with an award: what is still to be paid (returned ones with the reason), and what is paid.

    They stand on two sheets, each with its own total, so that nobody pays from the sum of both.
    """
    parts: dict[str, list[Claim]] = {"待拨付": [], "已拨付": []}
    listed = list(claims)
    payees = payees_of([claim.pk for claim in listed])
    for claim in listed:
        parts["已拨付" if is_paid(claim) else "待拨付"].append(claim)
    sheets: list[Sheet] = []
    for state, its in parts.items():
        rows = [_row(number, claim, payees.get(claim.pk)) for number, claim in enumerate(its, start=1)]
        note = f"单位：元　{state} {len(rows)} 笔　{made_by} {timezone.localtime():%Y-%m-%d %H:%M} 导出"
        if rows or not (sheets or parts["已拨付"]):
            sheets.append(Sheet(f"知识产权专项资金拨付表（{state}）", COLUMNS, rows, note))
    return build_book(sheets)


def _row(number: int, claim: Claim, payee: Payee | None) -> list[Cell]:
    award = claim.award
    payments = list(award.payments.all())
    last = payments[-1] if payments else None
    paid = last if last and last.kind == PaymentKind.PAID else None
    # A paid row shows the account it was paid to, any other the one that is to be paid.
    account = paid.account if paid else payee.fields if payee else {}
    return [
        number,
        account.get("name") or claim.applicant.name,
        claim.applicant.identifier,
        account.get("account_name", ""),
        account.get("bank_name", ""),
        account.get("cnaps_code", ""),
        account.get("account_number", ""),
        award.total,
        yuan_in_words(award.total),
        award.city_share,
        award.district_share,
        claim.item.title,
        claim.number,
        paid.voucher if paid else "",
        paid.on if paid else None,
        last.reason if last else "",
    ]
