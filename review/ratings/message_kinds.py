"""The messages about ratings: a bad one that an office must answer, and the answer."""

from portal.notifications.enums import Audience, Group
from portal.notifications.kinds import Field, MessageKind

FIELDS = {
    "rating": Field("评价", "不满意", "非常不满意"),
    "rating_text": Field("评价意见", "材料重复提交了两次。"),
    "rating_answer": Field("评价的回复", "经核实，已改为一次收齐材料。"),
}
KINDS = [
    MessageKind(
        "ratings.bad",
        Group.WORK,
        Audience.OFFICIAL,
        "收到“{{ rating }}”的评价：{{ number }}",
        "{{ rating_text }}（请在 {{ due }} 前核实并回复）",
    ),
    MessageKind(
        "ratings.answered",
        Group.PROGRESS,
        Audience.APPLICANT,
        "您的评价已有回复",
        "关于申报 {{ number }} 的评价：{{ rating_answer }}",
    ),
]
