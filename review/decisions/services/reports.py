"""Keep the report of a panel or an auditor with the conclusion that an officer draws from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import PurePath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from applications.claims.models import Claim
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.files import PDF, Allowed, check_file, keep_file
from review.decisions.enums import Stage
from review.decisions.models import Decision, StageReport
from review.decisions.permissions import REPORTED_STAGES


@dataclass(frozen=True, slots=True)
class ReportPaper:
    """A report as its officer enters it: who made it, its number and day, what it finds, and the PDF."""

    body: str
    made_on: date
    result: str
    file: UploadedFile[bytes]
    number: str = ""


@dataclass(frozen=True, slots=True)
class MadeReport:
    """A report that the portal itself made; its bytes lie in the folder of the stage reports."""

    body: str
    made_on: date
    result: str
    filename: str
    sha256: str
    size: int
    number: str = ""


# Where the portal makes a stage's report itself: a function of the claim and its stage, None where it made none.
MADE_REPORTS: list[Callable[[Claim, Stage], MadeReport | None]] = []


def made_report(claim: Claim, stage: Stage | None) -> MadeReport | None:
    """The report that the portal made for the claim at a stage; None where an officer brings it."""
    if stage not in REPORTED_STAGES:
        return None
    return next(filter(None, (make(claim, Stage(stage)) for make in MADE_REPORTS)), None)


def keep_report(decision: Decision, report: ReportPaper | None, *, act: ActorContext) -> StageReport | None:
    """Keep the report on which a conclusion at an auditor's or a panel's stage rests; elsewhere there is none.

    One that the portal made comes first. Raises RefusedError where it is missing, of a day to come, or its file is no
    PDF that opens.
    """
    if decision.stage not in REPORTED_STAGES:
        return None
    if made := made_report(decision.claim, Stage(decision.stage)):
        return StageReport.objects.create(decision=decision, **asdict(made))
    if report is None:
        raise RefusedError(f"请登记{Stage(decision.stage).label}报告：出具单位、日期、结论和 PDF 文件。")
    if report.made_on > timezone.localdate(act.at):
        raise RefusedError("报告日期不能晚于今天，请按报告填写。", "report_date")
    name = PurePath(report.file.name or "").name[-200:]
    try:
        check_file(name, report.file, allowed=Allowed({PDF: ("pdf",)}, "PDF", settings.EVIDENCE_MAX_BYTES))
    except RefusedError as error:
        raise RefusedError(str(error), "report_file") from None
    kept = keep_file(report.file, folder=StageReport.FOLDER)
    return StageReport.objects.create(
        decision=decision,
        body=report.body.strip(),
        number=report.number.strip(),
        made_on=report.made_on,
        result=report.result.strip(),
        filename=name,
        sha256=kept.sha256,
        size=kept.size,
    )
