"""The reports of panels and auditors, which are written once, and a change that nobody may make to them."""

from datetime import date

from django.core.files.base import ContentFile

from portal.core.files import keep_file
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import Decision, StageReport
from tests.factories import ClaimFactory, make_official, wuxi


def _stage_report():
    kept = keep_file(ContentFile(b"report"), folder=StageReport.FOLDER)
    decision = Decision.objects.create(
        claim=ClaimFactory(),
        stage=Stage.AUDIT,
        round=1,
        conclusion=Conclusion.SUPPORT,
        officer=make_official("city_officer", wuxi()),
        amount=1,
    )
    return StageReport.objects.create(
        decision=decision,
        body="审计机构",
        made_on=date(2026, 3, 2),
        result="属实",
        filename="a.pdf",
        sha256=kept.sha256,
        size=kept.size,
    )


REPORT_ROWS = {"review.stagereport": (_stage_report, {"result": "不属实"})}
