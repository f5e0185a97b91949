"""The messages about a claim as officers move it on: plain words, on the site and by other channels."""

from applications.claims.enums import Action
from portal.notifications.enums import Audience, Group, Urgency
from portal.notifications.kinds import Field, MessageKind

FIELDS = {
    "amount": Field("金额（元）", "5,000.00", "98,765,432.10"),
    "recognised": Field("认定的名称", "“创新之星”二星级"),
    "status": Field("申报的状态", "市级复审中"),
    "stage": Field("环节", "区级初审"),
    "heading": Field("已办的事", "公示名单已发布"),
    "report": Field("办理情况", "“2026年第1批公示”公示名单已生成，列入 12 件，公示至 2026-12-01。"),
}
_OF = "您的申报“{{ item }}”（{{ number }}）"
_REMEDIES = "如有异议，可自收到决定之日起六十日内申请行政复议，或者在六个月内提起行政诉讼。"
# What the applicant was told before is taken back; the offices' reason is theirs.
_AGAIN = (
    "申报退回重新审核",
    _OF + "此前的审核意见已收回或退回，现为“{{ status }}”，请以新的通知为准。您不需要操作。",
)
# Action → (title, body). A first officer's proposal is not told: it is not yet anybody's conclusion.
WORDS: dict[str, tuple[str, str]] = {
    Action.ACCEPT: ("申报已受理", _OF + "已受理，进入区级审核。"),
    Action.DEEM_ACCEPTED: ("申报视为受理", _OF + "在受理期限内没有作出决定，视为受理，现为“{{ status }}”。"),
    Action.DECLINE: (
        "申报不予受理",
        _OF + "不予受理。理由：{{ reason }}\n如有异议，可自收到本通知之日起六十日内申请行政复议，"
        "或者在六个月内提起行政诉讼；补齐条件后也可以重新申报。",
    ),
    Action.DISTRICT_CONFIRM: ("区级审核已通过", _OF + "已通过区级审核，报送市级复审。"),
    Action.CITY_PASS: ("市级复审已通过", _OF + "已通过市级复审，等待审定。"),
    Action.AUDIT_PASS: ("第三方审计已完成", _OF + "的第三方审计已完成，现为“{{ status }}”。"),
    Action.PANEL_PASS: ("专家评审已完成", _OF + "的专家评审已完成，现为“{{ status }}”。"),
    Action.END_PUBLICITY: ("公示期满", _OF + "公示期满，提交会议审定。"),
    Action.DECIDE: (
        "审定拟予支持",
        _OF + "审定拟支持 {{ amount }} 元，接下来将向社会公示。公示期满无异议后正式批准。",
    ),
    Action.RECOGNISE: (
        "认定已生效",
        _OF + "公示期满，已认定：{{ recognised }}。认定通知书制作完成后即可下载。",
    ),
    Action.PUBLICISE: ("申报正在公示", _OF + "已列入公示，期满无异议后正式批准。"),
    Action.UNPUBLISH: (
        "公示已撤下",
        _OF + "所在的公示名单已撤下，原因：{{ reason }}\n更正后将重新公示，您不需要操作。",
    ),
    Action.REDECIDE: (
        "异议部分成立，重新审定",
        "经核实，对您的申报“{{ item }}”（{{ number }}）提出的异议部分成立，将重新审定后再次公示。结论：{{ reason }}",
    ),
    Action.RECALL: _AGAIN,
    Action.SEND_BACK: _AGAIN,
    Action.OBJECT: (
        "公示期间收到异议",
        _OF + "在公示期间收到异议，主管部门正在核实，其他申报不受影响。",
    ),
    Action.DISMISS_OBJECTION: (
        "异议不成立",
        "经核实，对您的申报“{{ item }}”（{{ number }}）提出的异议不成立，公示程序继续。",
    ),
    Action.APPROVE: (
        "资助已批准",
        _OF + "已批准，资助金额 {{ amount }} 元。资助决定通知书制作完成后即可下载。",
    ),
    Action.REJECT: (
        "申报不予支持",
        _OF + "经审核不予支持。理由：{{ reason }}\n不予支持通知书制作完成后即可下载，内载救济途径。",
    ),
    Action.UPHOLD_OBJECTION: (
        "异议成立，不予支持",
        "经核实，公示期间对您的申报“{{ item }}”（{{ number }}）提出的异议成立，不予支持。理由：{{ reason }}",
    ),
    Action.REOPEN: (
        "原决定已撤销，重新办理",
        _OF + "的原决定已撤销，现为“{{ status }}”，将重新作出决定，原通知书作废。您不需要操作。理由：{{ reason }}",
    ),
    Action.LOWER: (
        "资助金额已调减",
        _OF + "的资助金额调减为 {{ amount }} 元。理由：{{ reason }}\n" + _REMEDIES,
    ),
    Action.TERMINATE: (
        "资助已终止",
        _OF + "的资助已终止，尚未拨付的资金不再拨付。理由：{{ reason }}\n" + _REMEDIES,
    ),
}
# What is said instead where the claim gets a title and no money, and where the district decides.
RECOGNISED_WORDS: dict[str, tuple[str, str]] = {
    Action.DECIDE: (
        "审定拟予认定",
        _OF + "审定拟予认定：{{ recognised }}，接下来将向社会公示。公示期满无异议后正式认定。",
    ),
}
DISTRICT_WORDS: dict[str, tuple[str, str]] = {
    Action.DISTRICT_CONFIRM: ("区级审核已通过", _OF + "已通过区级审核，等待本区审定。"),
}
# What is said instead on a way that is not the usual one.
OWN_WAY_WORDS: dict[str, tuple[str, str]] = {
    Action.ACCEPT: ("申报已受理", _OF + "已受理，现为“{{ status }}”。"),
    Action.DISTRICT_CONFIRM: ("区级审核已通过", _OF + "已通过区级审核，现为“{{ status }}”。"),
    Action.CITY_PASS: ("市级复审已通过", _OF + "已通过市级复审，现为“{{ status }}”。"),
}
# What ends a claim or sets a period for remedies.
_SERVED = {
    Action.DECLINE,
    Action.REJECT,
    Action.APPROVE,
    Action.RECOGNISE,
    Action.LOWER,
    Action.TERMINATE,
    Action.UPHOLD_OBJECTION,
}
STEP_FIELDS = ("item", "number", "reason", "amount", "recognised", "status")


def _steps(prefix: str, words: dict[str, tuple[str, str]]) -> list[MessageKind]:
    return [
        MessageKind(
            f"{prefix}.{action}",
            Group.DUE if action in _SERVED else Group.PROGRESS,
            Audience.APPLICANT,
            title,
            body,
            more=STEP_FIELDS,
        )
        for action, (title, body) in words.items()
    ]


_DUE, _WORK = (Group.DUE, Audience.APPLICANT), (Group.WORK, Audience.OFFICIAL)
KINDS = [
    *_steps("review", WORDS),
    *_steps("review.recognised", RECOGNISED_WORDS),
    *_steps("review.own_way", OWN_WAY_WORDS),
    *_steps("review.district", DISTRICT_WORDS),
    MessageKind(
        "review.sent_back",
        *_WORK,
        "{{ number }} 退回{{ stage }}",
        "{{ by }}将 {{ number }}（{{ applicant }}）退回{{ stage }}。原因：{{ reason }}",
        Urgency.AT_ONCE,
    ),
    MessageKind(
        "review.correction_soon",
        *_DUE,
        "补正即将到期：{{ number }}",
        "{{ item }}的申报须在 {{ due }} 前补正后重新提交，逾期可能视为放弃申报。",
    ),
    MessageKind(
        "review.correction_prolonged",
        *_DUE,
        "补正期限已延长：{{ number }}",
        "{{ item }}的申报补正期限延长至 {{ due }}。原因：{{ reason }}",
    ),
    MessageKind(
        "review.abandoned",
        *_DUE,
        "申报已按视为放弃处理：{{ number }}",
        "{{ item }}的申报在补正期限内没有重新提交，按视为放弃处理。原因：{{ reason }}\n"
        "已占用的专利、合同等可以用于新的申报；申报期内可以重新申报。",
    ),
    MessageKind(
        "review.correction_missed",
        *_DUE,
        "补正已逾期：{{ number }}",
        "{{ item }}的申报应在 {{ due }} 前补正，现已逾期。请尽快重新提交或联系受理部门，否则可能视为放弃申报。",
    ),
    MessageKind(
        "review.correction_missed_officer",
        *_WORK,
        "补正已逾期：{{ number }}",
        "{{ applicant }}的“{{ item }}”申报逾期未补正，可以延长期限，或按视为放弃处理。",
        Urgency.DIGEST,
    ),
    MessageKind("review.report", *_WORK, "{{ heading }}", "{{ report }}"),
]
