"""The messages about awards that are lowered or revoked, and about money to be paid back."""

from portal.notifications.enums import Audience, Group, Urgency
from portal.notifications.kinds import Field, MessageKind

FIELDS = {
    "new_amount": Field("调整后的金额（元）", "3,000.00"),
    "ground": Field("事由", "提供虚假材料"),
    "clause": Field("依据", "资金管理办法第十六条"),
    "decision_no": Field("决定文号", "锡知追〔2026〕1号"),
    "paid_in_on": Field("到账日期", "2026-11-21"),
    "plan": Field("分期", "3,000.00 元分 3 期，首期 2026-12-01"),
    "until": Field("失信记录截止日", "2027-11-21"),
    "reference": Field("拨付批次", "拨1号"),
}
_MONEY, _DUE = (Group.MONEY, Audience.APPLICANT), (Group.DUE, Audience.APPLICANT)
KINDS = [
    MessageKind(
        "recoveries.hearing",
        *_DUE,
        "拟调整或追缴资助资金，请陈述申辩",
        "拟将“{{ item }}”（{{ number }}）的资助调整为 {{ new_amount }} 元，预计应退回 {{ amount }} 元。"
        "事由：{{ ground }}。依据：{{ clause }}。您有权在 {{ due }} 前在平台上陈述和申辩。",
    ),
    MessageKind(
        "recoveries.dismissed", *_MONEY, "不予追缴", "经研究，对“{{ item }}”（{{ number }}）不予追缴，资助不变。"
    ),
    MessageKind(
        "recoveries.served",
        *_DUE,
        "追缴决定已送达，请按期退回资金",
        "追缴决定（{{ decision_no }}）已送达。请在 {{ due }} 前退回 {{ amount }} 元，退回时注明申报编号 {{ number }}。"
        "如有异议，可自收到决定之日起六十日内申请行政复议，或者在六个月内提起行政诉讼。",
    ),
    MessageKind("recoveries.planned", *_MONEY, "追缴资金分期退回计划", "{{ plan }}。请按期退回。"),
    MessageKind(
        "recoveries.paid_in", *_MONEY, "已收到退回的资金", "已收到退回的 {{ amount }} 元（{{ paid_in_on }}）。"
    ),
    MessageKind(
        "recoveries.set_off", *_MONEY, "已从拨付中抵扣追缴资金", "从拨付中抵扣 {{ amount }} 元（{{ reference }}）"
    ),
    MessageKind("recoveries.enforced", *_DUE, "追缴已移送强制执行", "因逾期未退回，追缴已移送强制执行。{{ reason }}"),
    MessageKind("recoveries.waived", *_MONEY, "已同意免予追缴", "尚未退回的部分已同意免予追缴。理由：{{ reason }}"),
    MessageKind(
        "recoveries.overdue",
        *_DUE,
        "追缴资金逾期未退回",
        "应于 {{ due }} 前退回的资金尚未到账，已记入失信记录，至 {{ until }}；期间不予新的资助和拨付。"
        "退清后标记随即解除。",
    ),
    MessageKind(
        "recoveries.stated",
        Group.WORK,
        Audience.OFFICIAL,
        "{{ number }} 收到陈述申辩",
        "{{ applicant }} 提交了陈述申辩，请查看。",
        Urgency.DIGEST,
    ),
]
