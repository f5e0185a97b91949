"""All papers of an applicant's submitted claims: form, receipt, notices, and what was paid to which account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from applications.claims.models import Claim
from applications.claims.visibility import own_side
from applications.mandates.enums import Right
from portal.accounts.models import User
from portal.core.identifiers import mask_number
from portal.core.paging import Page, paginate
from portal.core.spreadsheets import Column, Kind, build_sheet
from review.documents.enums import DocumentKind
from review.documents.kinds import FORMS
from review.documents.printing import AT_ONCE
from review.funding.models import Payment
from review.notices.enums import NoticeKind
from review.notices.models import Notice
from review.notices.runs import FILE_NAMES, file_name
from review.notices.selectors import NoticeFileError, open_notice

# So many claims stand on a page, and go into one ZIP: their forms are printed while it is handed out.
PAGE_SIZE = 10
_COLUMNS = [
    Column("申报编号", width=18),
    Column("种类", width=8),
    Column("日期", Kind.DATE, 12),
    Column("金额（元）", Kind.MONEY, 16),
    Column("收款账户尾号", width=14),
    Column("凭证号", width=18),
    Column("退票或冲正原因", width=30),
]


@dataclass(frozen=True)
class ClaimPapers:
    """A claim with its notices and payments."""

    claim: Claim
    notices: list[Notice] = field(default_factory=list)
    payments: list[Paid] = field(default_factory=list)

    @property
    def has_receipt(self) -> bool:
        return any(notice.kind == NoticeKind.RECEIPT for notice in self.notices)


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment, its return or its reversal, with what is readable of the account's number."""

    payment: Payment
    account: str


def papers_of(user: User, *, applicant_id: int | None = None, after: str = "") -> Page[ClaimPapers]:
    """A page of the submitted claims whose papers one may read as their applicant, the newest first. Three queries."""
    claims = Claim.objects.filter(own_side(user, right=Right.READ), submitted_at__isnull=False)
    if applicant_id is not None:
        claims = claims.filter(applicant_id=applicant_id)
    page = paginate(claims.select_related("item", "applicant"), after=after, size=PAGE_SIZE)
    found = {claim.pk: ClaimPapers(claim) for claim in page.rows}
    notices = Notice.objects.filter(claim__in=found).select_related("claim__item", "claim__applicant")
    for notice in notices.order_by("issued_on", "pk"):
        found[notice.claim_id].notices.append(notice)
    for payment in Payment.objects.filter(award__claim__in=found).select_related("award").order_by("on", "pk"):
        tail = mask_number(str(payment.account.get("account_number") or ""))
        found[payment.award.claim_id].payments.append(Paid(payment, tail))
    return page.map(lambda claim: found[claim.pk])


def files_of(rows: Iterable[ClaimPapers], user: User) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The papers as files, a folder for each claim; what cannot be given out is named in a text of its own."""
    missing: list[str] = []
    for row in rows:
        folder = row.claim.number
        form = FORMS[DocumentKind.CLAIM_FORM](user, str(row.claim.key))
        if form is not None and form.rows <= AT_ONCE:
            yield f"{folder}/申报书.pdf", form.printed
        else:
            missing.append(f"{folder} 申报书：内容较多，请在“我的文件”中单独下载。")
        for notice in row.notices:
            if notice.rendered_at and not notice.voided_at:
                try:
                    with open_notice(notice) as file:
                        content = file.read()
                except NoticeFileError as error:
                    missing.append(f"{folder} {notice.number}：{error}，请联系主管部门。")
                    continue
                yield f"{folder}/{file_name(notice, FILE_NAMES)}.pdf", partial(bytes, content)
        if row.payments:
            yield f"{folder}/拨付记录.xlsx", partial(_payments_sheet, row)
    if missing:
        yield "没有打包的文件.txt", lambda: "\n".join(missing).encode()


def _payments_sheet(row: ClaimPapers) -> bytes:
    lines = [
        (
            row.claim.number or "",
            paid.payment.get_kind_display(),
            paid.payment.on,
            paid.payment.amount,
            paid.account,
            paid.payment.voucher,
            paid.payment.reason,
        )
        for paid in row.payments
    ]
    return build_sheet("拨付记录", columns=_COLUMNS, rows=lines, note="金额单位：元；账号只显示末几位")
