"""The messages about a claim as its applicant files, corrects and withdraws it."""

from portal.notifications.enums import Audience, Group, Urgency
from portal.notifications.kinds import Field, MessageKind

FIELDS = {
    "item": Field(
        "支持事项", "发明专利授权资助", "知识产权贯标认证（企业、高等学校、科研组织知识产权合规管理体系）资助"
    ),
    "number": Field("申报编号", "SB2026-0000123"),
    "holder": Field("办理单位", "滨湖区市场监督管理局"),
    "points": Field(
        "需要补正之处", "专利号——与证书不一致", "发票的购买方名称——与申报单位不一致，请上传正确的发票；" * 8
    ),
}
_PROGRESS, _DUE = (Group.PROGRESS, Audience.APPLICANT), (Group.DUE, Audience.APPLICANT)
_AGAIN = ("申报已补正：{{ number }}", "{{ applicant }}的“{{ item }}”申报已补正并重新提交，由{{ holder }}继续办理。")
KINDS = [
    MessageKind(
        "claims.submitted",
        *_PROGRESS,
        "申报已提交：{{ item }}",
        "{{ applicant }}的申报已提交，编号 {{ number }}，由{{ holder }}办理。",
    ),
    MessageKind(
        "claims.withdrawn",
        *_PROGRESS,
        "申报已撤回：{{ number }}",
        "{{ item }}的申报已由{{ by }}撤回。理由：{{ reason }}",
    ),
    MessageKind(
        "claims.for_owner",
        *_DUE,
        "请核对并提交申报：{{ item }}",
        "{{ by }}已填好“{{ item }}”的申报，请您核对后提交。",
    ),
    MessageKind(
        "claims.correction",
        *_DUE,
        "请补正申报 {{ number }}",
        "{{ item }}的申报需要补正 {{ count }} 处，请在 {{ due }} 前修改后重新提交：{{ points }}",
    ),
    MessageKind(
        "claims.draft_closing",
        Group.REMINDERS,
        Audience.APPLICANT,
        "草稿还没有提交：{{ item }}",
        "{{ applicant }}的“{{ item }}”草稿还没有提交，“{{ call }}”将于 {{ closes }} 截止。"
        "截止后草稿仍为您保留，但不能再提交。",
        name="草稿截止",
    ),
    MessageKind("claims.resubmitted", *_PROGRESS, *_AGAIN),
    MessageKind("claims.to_go_on", Group.WORK, Audience.OFFICIAL, *_AGAIN, Urgency.DIGEST),
]
