"""Official documents for tests and pictures, from one line to two hundred, with short and awkward data."""

from datetime import date

from review.documents.official import Annex, Column, OfficialDocument, fitted

SHORT = "无锡示例智能科技有限公司"
LONG = ("无锡滨湖经济技术开发区" + "高性能集成电路与人工智能协同创新" * 3 + "研究院（有限合伙）")[:60]
RARE = "无锡市㐂䶮𠮷堂中医馆"
REASON = (
    "专利201710601862.3的授权公告日为2019年12月31日，不在本次申报的期间内；合同编号WX-IP-2019/0087约定的“技术开发”"
    "与《关于推进知识产权运营服务体系建设的若干政策意见》（锡政办发〔2020〕11号）的要求不一致，费用合计12,345.67元。"
)
LONG_OFFICE = "无锡经济技术开发区市场监督管理局（知识产权局）行政审批处"


def official(
    *, lines: int = 3, name: str = SHORT, reason: str = REASON[:56], issuer: str = "无锡市知识产权局", **changes: object
) -> OfficialDocument:
    """A list of so many rows, with a paragraph of its own text."""
    columns = [
        Column("序号", 11, "middle"),
        Column("申报单位", 0),
        Column("事项", 0),
        Column("拟资助金额（元）", 27, "figure"),
    ]
    rows = [(str(number), name, "发明专利授权资助", "4,999.99") for number in range(1, lines + 1)]
    annex = Annex("公示名单", fitted(columns), rows, ("合计", f"{lines}件", "", f"{4999.99 * lines:,.2f}"))
    given = {
        "mark": f"{issuer}文件",
        "number": "无锡知公示〔2026〕1号",
        "title": "2026年度无锡市知识产权专项资金拟资助名单公示",
        "addressee": "各有关单位",
        "paragraphs": (reason, "联系方式：无锡市知识产权局，电话0510-12345678。"),
        "annexes": (annex,),
        "issuer": issuer,
        "dated": date(2026, 11, 21),
        "note": "此件公开发布",
    }
    return OfficialDocument(**(given | changes))  # type: ignore[arg-type]
