"""The message about what lapses."""

from portal.notifications.enums import Audience, Group
from portal.notifications.kinds import Field, MessageKind

FIELDS = {
    "right": Field("权利或证书", "通过知识产权贯标认证 165IP180001R0M", "通过知识产权贯标认证 " + "165IP180001R0M" * 4),
}
KINDS = [
    MessageKind(
        "rights.lapsing",
        Group.REMINDERS,
        Audience.APPLICANT,
        "快到期了：{{ right }}",
        "{{ applicant }}的{{ right }}有效期至 {{ due }}，请及时办理续期。已经续期的，请在台账中更新日期。",
        name="权利和证书到期",
    ),
]
