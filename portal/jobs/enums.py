"""What the kinds of jobs are called."""

from collections.abc import Mapping

# Kinds in words. The ground floor names the rooms above as strings; a test finds a kind without words.
KIND_LABELS: Mapping[str, str] = {
    "applications.replay": "核对历史测算",
    "notifications.send_email": "发送邮件",
    "accounts.send_invitation": "发送成员邀请",
    "calls.announce": "告知申报通知",
    "notices.issue_grant": "制作资助决定通知书",
    "notices.issue_refusal": "制作不予支持通知书",
    "notices.issue_recognition": "制作认定通知书",
    "whatif.simulate": "政策模拟测算",
}
