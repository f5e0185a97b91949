"""The message about an archive that is ready."""

from portal.notifications.enums import Audience, Group
from portal.notifications.kinds import MessageKind

KINDS = [
    MessageKind(
        "papers.ready",
        Group.PROGRESS,
        Audience.APPLICANT,
        "文件已打包好",
        "您的 {{ count }} 件申报的文件已打包好，请在 {{ days }} 天内下载。",
    ),
]
