"""The messages about people, organisations and offices, and the fields that texts of every app share."""

from portal.notifications.enums import Audience, Group, Urgency
from portal.notifications.kinds import Field, MessageKind

FIELDS = {
    "applicant": Field(
        "申报单位",
        "无锡示例智能科技有限公司",
        "无锡滨湖经济技术开发区高性能集成电路与人工智能协同创新研究院（有限合伙）",
    ),
    "uscc": Field("统一社会信用代码", "91320211MA1N000013"),
    "person": Field("姓名", "钱多多", "阿卜杜热依木·买买提明·艾则孜"),
    "by": Field("办理人", "李审核", "阿卜杜热依木·买买提明·艾则孜"),
    "post": Field("任职", "无锡市滨湖区受理", "无锡市经济技术开发区区级复核"),
    "reason": Field("理由或意见", "材料不清晰", "发票的购买方与申报单位不一致，且开票日期不在申报期间内；" * 4),
    "outcome": Field("结果", "已同意"),
    "due": Field("期限", "2026-12-10"),
}
_ACCOUNT, _APPLICANT, _OFFICIAL = Group.ACCOUNT, Audience.APPLICANT, Audience.OFFICIAL
_WORK = (Group.WORK, _OFFICIAL)
KINDS = [
    MessageKind(
        "accounts.member_joined",
        _ACCOUNT,
        _APPLICANT,
        "成员已加入",
        "{{ person }}已接受邀请，加入{{ applicant }}。",
    ),
    MessageKind(
        "accounts.member_removed",
        _ACCOUNT,
        _APPLICANT,
        "您已不再是申报单位成员",
        "负责人已将您移出{{ applicant }}。如有疑问，请联系该单位负责人。",
    ),
    MessageKind(
        "accounts.owner_made",
        _ACCOUNT,
        _APPLICANT,
        "您已成为申报单位负责人",
        "{{ by }}已将{{ applicant }}的负责人移交给您。您可以邀请和移除成员、修改单位信息。",
    ),
    MessageKind(
        "accounts.override_approved",
        _ACCOUNT,
        _APPLICANT,
        "代码校验例外已同意，单位已登记",
        "{{ applicant }}（{{ uscc }}）。办理意见：{{ reason }}",
    ),
    MessageKind(
        "accounts.override_refused",
        _ACCOUNT,
        _APPLICANT,
        "代码校验例外未获同意",
        "{{ applicant }}（{{ uscc }}）。办理意见：{{ reason }}",
    ),
    MessageKind(
        "accounts.override_asked",
        *_WORK,
        "有单位申请代码校验例外",
        "{{ applicant }}（{{ uscc }}）的代码未通过校验，申请例外登记。请核对营业执照后办理。",
        Urgency.DIGEST,
    ),
    MessageKind(
        "accounts.appointed", _ACCOUNT, _OFFICIAL, "您有新的任职", "您已被任命为{{ post }}。登录后即可办理相应工作。"
    ),
    MessageKind(
        "accounts.appointment_ended",
        _ACCOUNT,
        _OFFICIAL,
        "您的任职已结束",
        "您不再担任{{ post }}。如有疑问，请联系系统管理员。",
        more=("person",),
    ),
    MessageKind(
        "accounts.appointment_over",
        _ACCOUNT,
        _OFFICIAL,
        "您的任职已到期",
        "您任{{ post }}的期限已于 {{ due }} 届满。需要继续的，请联系系统管理员。",
    ),
    MessageKind(
        "accounts.appointment_returned",
        *_WORK,
        "任职未获确认：{{ person }}",
        "{{ person }}任{{ post }}已退回，请核对证件后重新办理。",
        Urgency.AT_ONCE,
    ),
    MessageKind(
        "accounts.appointment_waiting",
        *_WORK,
        "任职待确认：{{ person }}",
        "{{ by }}拟任命{{ person }}为{{ post }}。请核对证件原件后确认或退回。",
        Urgency.DIGEST,
    ),
    MessageKind(
        "accounts.identity_waiting",
        *_WORK,
        "证件号码待核验：{{ person }}",
        "{{ person }}（{{ post }}）登记了证件号码。请核对证件原件后确认。",
        Urgency.DIGEST,
    ),
    MessageKind("accounts.identity_confirmed", _ACCOUNT, _OFFICIAL, "证件号码已核验", "安全管理员已核对您的证件原件。"),
]
