"""What the app registers: addresses, menu, the job that packs, its message, and how long archives are kept."""

from portal.access import applicants
from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages
from portal.privacy.extension import RETENTIONS, Retention
from review.papers.message_kinds import KINDS
from review.papers.models import KEPT_DAYS, Archive
from review.papers.services import JOB, fill_archive, remove_archives

URL_MODULES.add("papers/", "review.papers.urls")
register_menu("我的文件", "papers:mine", applicants, weight=81)
register_messages(KINDS)
JOB_KINDS.add(JOB, JobKind("打包我的文件", fill_archive))
RETENTIONS.add(
    "papers",
    Retention(
        "打包的文件",
        KEPT_DAYS,
        "供本人下载，可以随时重新打包",
        lambda before: Archive.objects.filter(asked_at__lt=before),
        remove_archives,
    ),
)
