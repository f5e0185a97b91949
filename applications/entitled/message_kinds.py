"""The messages about what an applicant may get without filling anything in."""

from portal.notifications.enums import Audience, Group
from portal.notifications.kinds import Field, MessageKind

FIELDS = {
    "entitled_sum": Field("测算金额", "50,000.00 元", "由审定决定"),
    "lacking": Field("还需补充的内容", "费用合计、权利证书", "权利证书、费用票据、认证证书、省绩效评价结果文件、" * 3),
    "items": Field("支持事项", "发明专利授权奖补、知识产权贯标国家认证奖补", "知识产权贯标国家认证奖补、" * 8),
    "change": Field(
        "怎样才符合",
        "年费年度现为 6 年，达到 7 年即符合，还差 1 年",
        "授权公告日为 2026-10-20，不在受理的期间内，差 20 天；" * 3,
    ),
}
_ALL = (Group.ENTITLED, Audience.APPLICANT)
KINDS = [
    MessageKind(
        "entitled.ready",
        *_ALL,
        "免申即享：{{ item }}，请确认",
        "根据台账和主管部门的名册，{{ applicant }}有 {{ count }} 项符合“{{ item }}”，测算金额：{{ entitled_sum }}。"
        "申报已为您填好，请在 {{ closes }} 前核对并确认；不确认不会提交。",
        name="填好待确认",
    ),
    MessageKind(
        "entitled.to_complete",
        *_ALL,
        "您可以申报：{{ item }}",
        "根据台账和主管部门的名册，{{ applicant }}有 {{ count }} 项符合“{{ item }}”，测算金额：{{ entitled_sum }}。"
        "还需补充：{{ lacking }}。请在 {{ closes }} 前补齐并提交。",
        name="还需补充",
    ),
    MessageKind(
        "entitled.coming",
        *_ALL,
        "可以申报的通知将开放：{{ call }}",
        "“{{ call }}”将于 {{ opens }} 开放。按台账和名册，{{ applicant }}可以申报：{{ items }}。"
        "开放时会把填好的申报送给您确认。",
        name="通知将开放",
    ),
    MessageKind(
        "entitled.near",
        *_ALL,
        "差一点就能申报：{{ item }}",
        "按台账和名册，{{ applicant }}还不符合“{{ item }}”：{{ change }}。内容有误的，请在台账中改正；"
        "本次申报 {{ closes }} 截止。",
        name="差一点就能申报",
    ),
]
