"""A sheet of the demo's register of companies: every organisation, and one to try filling in from it."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from portal.accounts.models import Applicant, Region, User
from portal.core.actor import ActorContext
from portal.core.registers import RegisterKind
from review.checks.services.sheets import take_sheet
from review.demo.rights import UNREGISTERED

_HEAD = ("统一社会信用代码", "企业名称", "法定代表人", "住所", "企业规模", "登记状态")
_NEWCOMER = (UNREGISTERED, "无锡示例新材料有限公司", "陈新", "无锡市滨湖区示例路 9 号", "小型", "存续")


def load_registers(applicants: Sequence[Applicant], officials: Mapping[str, User], *, now: datetime) -> None:
    """Send it in, as the policy administrator does; the same sheet once more is the one that is there."""
    rows = [
        (one.uscc, one.name, one.legal_representative, one.address, one.get_size_class_display(), "存续")
        for one in applicants
        if not one.is_individual
    ]
    text = io.StringIO()
    csv.writer(text).writerows([_HEAD, *rows, _NEWCOMER])
    take_sheet(
        Region.objects.get(pk="320200"),
        kind=RegisterKind.COMPANIES,
        as_of=timezone.localdate(now),
        source="示例数据：市场主体登记",
        upload=SimpleUploadedFile("企业登记信息.csv", text.getvalue().encode("utf-8-sig")),
        act=ActorContext(officials["zhengce"], now),
    )
