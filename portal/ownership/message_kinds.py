"""The messages about who acts for an organisation."""

from portal.notifications.enums import Audience, Group, Urgency
from portal.notifications.kinds import Field, MessageKind

FIELDS = {"source": Field("核验依据", "营业执照、授权委托书")}
_MEMBERS = (Group.ACCOUNT, Audience.APPLICANT)
_WORK = (Group.WORK, Audience.OFFICIAL)
_FILED = "{{ applicant }}（{{ uscc }}）的登记被提出异议。办结前成员、收款账户和资金拨付暂停变更和办理。"
_CHECK = "（{{ source }}）。{% if reason %}意见：{{ reason }}{% endif %}"
KINDS = [
    MessageKind(
        "ownership.papers_waiting",
        *_WORK,
        "主体材料待核验：{{ applicant }}",
        "{{ applicant }}（{{ uscc }}）提交了营业执照和授权委托书，请核对后办理。",
        Urgency.DIGEST,
    ),
    MessageKind("ownership.verified", *_MEMBERS, "单位主体已核验", "{{ applicant }}的主体核验已通过" + _CHECK),
    MessageKind(
        "ownership.rejected", *_MEMBERS, "主体材料未通过核验，请重新提交", "{{ applicant }}的主体核验未通过" + _CHECK
    ),
    MessageKind(
        "ownership.contest_to_answer",
        Group.DUE,
        Audience.APPLICANT,
        "请于 {{ due }} 前答复登记异议",
        _FILED,
        Urgency.AT_ONCE,
    ),
    MessageKind("ownership.contest_filed", *_MEMBERS, "本单位的登记被提出异议", _FILED),
    MessageKind(
        "ownership.contest_received",
        *_MEMBERS,
        "登记异议已收到",
        "您对{{ uscc }}的登记提出的异议已收到，现负责人应于 {{ due }} 前答复，之后由主管部门处理。",
    ),
    MessageKind(
        "ownership.contest_ended",
        *_MEMBERS,
        "登记异议已办结",
        "{{ applicant }}的登记异议办结：{{ outcome }}。{% if reason %}处理意见：{{ reason }}{% endif %}",
    ),
    MessageKind(
        "ownership.contest_waiting",
        *_WORK,
        "登记异议：{{ applicant }}",
        _FILED + "请在现负责人答复或期满后处理。",
        Urgency.DIGEST,
    ),
    MessageKind(
        "ownership.contest_answered",
        *_WORK,
        "登记异议已答复：{{ applicant }}",
        "现负责人已答复，请核对双方材料后提出处理意见。",
        Urgency.DIGEST,
    ),
    MessageKind(
        "ownership.contest_proposed",
        *_WORK,
        "登记异议待复核：{{ applicant }}",
        "{{ by }}拟处理为“{{ outcome }}”，请核对后确认或退回。",
        Urgency.DIGEST,
    ),
    MessageKind(
        "ownership.contest_returned",
        *_WORK,
        "登记异议的处理意见已退回：{{ applicant }}",
        "复核意见：{{ reason }}",
        Urgency.AT_ONCE,
    ),
]
