"""The messages about calls for claims."""

from portal.notifications.enums import Audience, Group
from portal.notifications.kinds import Field, MessageKind

FIELDS = {
    "call": Field(
        "申报通知的标题",
        "2026年度知识产权专项资金申报",
        "关于组织开展2026年度知识产权（专利、商标、地理标志）专项资金项目申报工作的通知",
    ),
    "call_number": Field("申报通知的文号", "锡知发〔2026〕5号"),
    "city": Field("城市", "无锡市"),
    "opens": Field("开始时间", "2026年3月1日"),
    "closes": Field("截止时间", "2026年4月30日"),
    "facts_from": Field("受理的期间", "2025年1月1日至2025年12月31日"),
    "contact": Field("咨询", "张老师 0510-81820000"),
}
_ALL = (Group.CALLS, Audience.APPLICANT)
_NAME = "“{{ call }}”（{{ call_number }}）"
KINDS = [
    MessageKind(
        "calls.published",
        *_ALL,
        "申报通知：{{ call }}",
        "{{ city }}发布了" + _NAME + "。申报时间为 {{ opens }} 至 {{ closes }}，"
        "受理 {{ facts_from }} 的事项。咨询：{{ contact }}。",
    ),
    MessageKind(
        "calls.extended",
        *_ALL,
        "申报通知延长申报时间：{{ call }}",
        _NAME + "的申报时间延长至 {{ closes }}。理由：{{ reason }}",
    ),
    MessageKind(
        "calls.closed",
        *_ALL,
        "申报通知提前截止：{{ call }}",
        _NAME + "将提前于 {{ closes }} 截止，请在此之前提交。理由：{{ reason }}",
    ),
    MessageKind(
        "calls.withdrawn",
        *_ALL,
        "申报通知撤销：{{ call }}",
        _NAME + "已撤销，不再受理新的申报；已经提交的申报继续办理。理由：{{ reason }}",
        more=("closes",),
    ),
]
