"""The messages to the members and the organisers of panels."""

from portal.notifications.enums import Audience, Group, Urgency
from portal.notifications.kinds import Field, MessageKind

FIELDS = {"panel": Field("评审名称", "2026 年高价值专利培育项目评审")}
_MEMBER = (Group.WORK, Audience.EXPERT)
_ORGANISER = (Group.WORK, Audience.OFFICIAL)

KINDS = [
    MessageKind(
        "panels.invited",
        *_MEMBER,
        "请参加评审：{{ panel }}",
        "您被抽取为“{{ panel }}”的评审专家。请先登录申报回避；评分截止 {{ due }}。不能参加的，请尽快说明原因退出。",
        Urgency.AT_ONCE,
    ),
    MessageKind(
        "panels.opened", *_MEMBER, "可以评分：{{ panel }}", "“{{ panel }}”已开始评分，请在 {{ due }} 前全部评完并提交。"
    ),
    MessageKind(
        "panels.due",
        *_MEMBER,
        "评分即将截止：{{ panel }}",
        "您在“{{ panel }}”的评分尚未提交，截止 {{ due }}，逾期不再计入。",
        Urgency.AT_ONCE,
    ),
    MessageKind("panels.prolonged", *_MEMBER, "评审延期：{{ panel }}", "“{{ panel }}”的评分截止日期延长至 {{ due }}。"),
    MessageKind(
        "panels.reopened",
        *_MEMBER,
        "请复核评分：{{ panel }}",
        "评审组长将“{{ panel }}”的评分退回复核，请在 {{ due }} 前重新提交。原因：{{ reason }}",
        Urgency.AT_ONCE,
    ),
    MessageKind("panels.cancelled", *_MEMBER, "评审取消：{{ panel }}", "“{{ panel }}”已取消。原因：{{ reason }}"),
    MessageKind(
        "panels.to_confirm",
        *_MEMBER,
        "请确认评审结果：{{ panel }}",
        "“{{ panel }}”的评分已全部提交。您是评审组长，请核对得分和名次后确认结果。",
        Urgency.AT_ONCE,
    ),
    MessageKind(
        "panels.left",
        *_ORGANISER,
        "专家退出：{{ panel }}",
        "{{ person }}不能参加“{{ panel }}”，请补抽专家。",
        Urgency.AT_ONCE,
    ),
    MessageKind(
        "panels.late",
        *_ORGANISER,
        "评分已截止：{{ panel }}",
        "“{{ panel }}”的评分已于 {{ due }} 截止，还有专家未提交。请延期、更换专家，或结束评分。",
    ),
    MessageKind(
        "panels.confirmed",
        *_ORGANISER,
        "评审完成：{{ panel }}",
        "“{{ panel }}”的结果已由组长确认，可以查看报告并办理各件申报。",
    ),
]
