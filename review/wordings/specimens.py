"""Notices to try a template on: a common one, the fullest that stands on one page, and the hardest."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from portal.accounts.models import Region
from review.notices import snapshot as content
from review.notices.compose import COURT, NO_MONEY, document_number, office_of
from review.notices.enums import NoticeKind
from review.wordings.enums import Trial

_DAY = date(2026, 11, 21)
_LONG_NAME = "无锡滨湖经济技术开发区" + "高性能集成电路与人工智能协同创新" * 2 + "高性能计算𠮷研究院（有限合伙）"
_REASON = content.Reason(text="专利的授权公告日为2019年12月31日，不在本次申报的期间内。", basis="第一条")
_BASIS = "推进知识产权运营服务体系建设创建国家知识产权强市的若干政策意见"


def specimen(region: Region, kind: NoticeKind, trial: Trial) -> content.Snapshot:
    """A notice of a kind in an office's name, of nobody; all but the sample with a long name and large sums.

    The hardest lists 200 lines, and has 2,000 characters of reasons, which no page takes.
    """
    is_sample, is_hardest = trial == Trial.SAMPLE, trial == Trial.HARDEST
    lines = 1 if is_sample else 200 if is_hardest else 12
    each = Decimal("5000.00") if is_sample else Decimal("98765432.10")
    total = each * lines
    money: dict[str, Any] = {}
    if kind == NoticeKind.GRANT:
        money["lines"] = [
            content.Line(
                right=f"ZL20171060{number:04d}.3",
                key_date=_DAY,
                standard="每件最高5,000.00元",
                approved=each,
                explanation="不超过实际费用",
            )
            for number in range(1, lines + 1)
        ]
    if kind in (NoticeKind.GRANT, NoticeKind.CHANGE, NoticeKind.DEMAND, NoticeKind.PAYMENT):
        money["total"] = total
    if kind in (NoticeKind.CHANGE, NoticeKind.REVOCATION):
        money["previous"] = total + 1
    if kind in (NoticeKind.CHANGE, NoticeKind.REVOCATION, NoticeKind.DEMAND, NoticeKind.PAYMENT):
        money |= {
            "clause": "资金管理办法第十六条",
            "grant_number": document_number(region, "知资", year=2026, sequence=1),
        }
    if kind == NoticeKind.DEMAND:
        money["demand"] = content.Demand(pay_days=15, account="无锡市财政局（示例银行 0000）", interest="")
    if kind == NoticeKind.PAYMENT:
        money["transfer"] = content.Transfer(payer="无锡市财政局", paid_on=_DAY, account_tail="6677", voucher="拨1号")
    if kind == NoticeKind.RECOGNITION:
        money |= {"recognised": "“创新之星”二星级", "subjects": ["智能传感器专利组合"] * lines}
    if kind == NoticeKind.RECEIPT:
        money["files"] = [f"授权证书（第{number}件）.pdf" for number in range(1, lines + 1)]
    if kind in content.REASONED:
        money["reasons"] = [_REASON] * (1 if is_sample else 3)
        if is_hardest:
            money["reasons"] = [content.Reason(text=(_REASON.text * 70)[:2000], basis="第一条")]
    if kind in (NoticeKind.CORRECTION, NoticeKind.ABANDONED):
        money["due_on"] = _DAY
    office = office_of(region)
    return content.Snapshot(
        layout=content.LAYOUT,
        kind=str(kind),
        number=document_number(region, "知样", year=2026, sequence=1),
        issuer=office,
        issued_on=_DAY,
        party=content.Party(
            name="无锡示例智能科技有限公司" if is_sample else _LONG_NAME,
            id_label="统一社会信用代码",
            id="91320211MA1N000013",
            is_person=False,
        ),
        claim=content.ClaimSummary(number="SB2026-0000123", item="发明专利授权资助", submitted_on=date(2026, 9, 1)),
        basis=[content.Basis(number="锡政办发〔2020〕11号", title=_BASIS, article="第一条第1款第1项")],
        remedies=content.Remedies(reconsideration=f"{region.full_name}人民政府", court=COURT),
        contact=content.Contact(office=office, phone=region.contact, address=""),
        verification=content.Verification(code="2" * 20, url="https://example.gov.cn/v/" + "2" * 20),
        **(NO_MONEY | money),
    )
