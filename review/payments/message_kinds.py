"""The messages about money that was paid, set off, or came back from the bank."""

from portal.notifications.enums import Audience, Group
from portal.notifications.kinds import Field, MessageKind

FIELDS = {
    "payer": Field("拨付单位", "无锡市"),
    "paid_on": Field("支付日期", "2026年11月21日"),
    "account_tail": Field("账号尾号", "6677"),
}
_MONEY = (Group.MONEY, Audience.APPLICANT)
_CLAIM = "您的申报“{{ item }}”（{{ number }}）："
_ALL = ("reason", "payer", "paid_on", "account_tail")
KINDS = [
    MessageKind(
        "payments.arrived",
        *_MONEY,
        "资金已拨付",
        _CLAIM + "{{ payer }}拨付的资助资金 {{ amount }} 元已于 {{ paid_on }}支付到尾号 {{ account_tail }} 的账户，"
        "请留意查收。",
        more=_ALL,
    ),
    MessageKind(
        "payments.set_off",
        *_MONEY,
        "资助资金已抵扣应退资金",
        _CLAIM + "{{ payer }}拨付的 {{ amount }} 元已抵扣您应退还的资金。",
        more=_ALL,
    ),
    MessageKind(
        "payments.reversed",
        *_MONEY,
        "拨付登记已更正",
        _CLAIM + "{{ amount }} 元的拨付登记有误，已经更正（原因：{{ reason }}）。该笔资金将另行支付，您无需办理。",
        more=_ALL,
    ),
    MessageKind(
        "payments.returned",
        *_MONEY,
        "付款被银行退回",
        _CLAIM + "{{ amount }} 元的付款被银行退回，原因：{{ reason }}。"
        "请在申报页点“核对收款账户”，核对并更新账户信息；确认后我们将重新拨付。",
        more=_ALL,
    ),
]
