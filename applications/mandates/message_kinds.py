"""The messages about mandates, to both sides."""

from portal.notifications.enums import Audience, Group
from portal.notifications.kinds import Field, MessageKind

FIELDS = {
    "principal": Field("委托人", "无锡示例科技有限公司"),
    "agency": Field("代理机构", "无锡示例知识产权代理有限公司"),
    "mandate": Field("委托书编号", "WT2026-000012"),
}
_BOTH = (Group.ACCOUNT, Audience.APPLICANT)
_SAID = "{{ principal }}与{{ agency }}之间的委托（{{ mandate }}）"
_WHY = "{% if reason %}说明：{{ reason }}{% endif %}"
KINDS = [
    MessageKind(
        "mandates.asked",
        *_BOTH,
        "有一份代理委托等您办理：{{ mandate }}",
        _SAID + "已提出，有效期至 {{ due }}。须上传签章的委托书，并由委托人的负责人确认后生效。",
    ),
    MessageKind(
        "mandates.confirmed", *_BOTH, "代理委托已确认：{{ mandate }}", _SAID + "已由委托人确认，有效期至 {{ due }}。"
    ),
    MessageKind(
        "mandates.declined",
        *_BOTH,
        "代理委托未获同意：{{ mandate }}",
        _SAID + "委托人没有同意，不生效。" + _WHY,
        more=("due",),
    ),
    MessageKind(
        "mandates.cancelled", *_BOTH, "代理委托的请求已撤回：{{ mandate }}", _SAID + "已撤回，不生效。", more=("due",)
    ),
    MessageKind(
        "mandates.ending",
        Group.REMINDERS,
        Audience.APPLICANT,
        "代理委托快到期了：{{ mandate }}",
        _SAID + "将于 {{ due }} 到期，到期后代理机构不能再办理。需要继续的，请提出新的委托。",
        name="代理委托到期",
    ),
    MessageKind(
        "mandates.ended",
        *_BOTH,
        "代理委托已结束：{{ mandate }}",
        _SAID + "已结束，代理机构不能再查看和办理。" + _WHY,
        more=("due",),
    ),
]
