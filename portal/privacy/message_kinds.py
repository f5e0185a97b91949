"""The messages about a person's own data."""

from portal.notifications.enums import Audience, Group
from portal.notifications.kinds import Field, MessageKind

FIELDS = {"days": Field("天数", "7")}
KINDS = [
    MessageKind(
        "privacy.copy_ready",
        Group.ACCOUNT,
        Audience.ANYBODY,
        "个人信息副本已生成",
        "您申请的个人信息副本已生成，{{ days }} 天内可在“我的数据”下载，逾期自动删除。如非您本人申请，请立即修改密码。",
    ),
    MessageKind(
        "privacy.account_closed",
        Group.ACCOUNT,
        Audience.ANYBODY,
        "您的账号已注销",
        "您的账号已按您的要求注销，不能再登录。依法须保存的申报和审计档案继续保存。",
    ),
]
