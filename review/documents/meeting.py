"""A meeting's papers (会议材料): its question, then each claim in the order of the agenda, as one PDF with bookmarks.

Of each claim there is a sheet with its sums, the officers' conclusions and what the checks found, and its form with
facts, files and the sum step by step.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import pikepdf
from django.utils import timezone

from applications.claims.models import Claim
from portal.accounts.models import User
from portal.core.money import format_yuan
from portal.jobs.progress import report_progress
from review.checks.models import Finding
from review.checks.selectors import ShownFinding, shown_findings
from review.decisions.models import Decision
from review.decisions.selectors.agenda import AgendaRow
from review.documents.claim_form import RELATED, Sheet, pairs_of, print_claim_form
from review.documents.official import Annex, Column, OfficialDocument, fitted, print_document
from review.notices.letter import long_date

# Claims that are read at once.
_READ = 20
_WITHOUT_SUM = "认定"


def print_meeting(opening: OfficialDocument, rows: Sequence[AgendaRow], *, first: int, user: User) -> bytes:
    """The papers of the rows, the first of which has this number, as this person may see them.

    Reports its progress by claims, so it must run outside a transaction. Raises as `print_html`.
    """
    with ExitStack() as stack:
        whole = stack.enter_context(pikepdf.new())

        def append(title: str, content: bytes) -> pikepdf.OutlineItem:
            begins = len(whole.pages)
            whole.pages.extend(stack.enter_context(pikepdf.open(io.BytesIO(content))).pages)
            return pikepdf.OutlineItem(title, begins)

        marks = [append(opening.title, print_document(opening))]
        for start in range(0, len(rows), _READ):
            part = rows[start : start + _READ]
            claims = Claim.objects.select_related(*RELATED).in_bulk([row.claim.pk for row in part])
            decisions, findings = _decisions(claims), _findings(claims, user)
            for number, row in enumerate(part, start=start):
                claim = claims[row.claim.pk]
                sheet = _sheet(first + number, row, claim, decisions[claim.pk], findings[claim.pk])
                title = f"{first + number} {claim.number} {claim.applicant.name}"
                marks.append(append(title, print_claim_form(claim, sheet=sheet)))
                report_progress(number + 1, len(rows))
        with whole.open_outline() as outline:
            outline.root.extend(marks)
        written = io.BytesIO()
        whole.save(written, deterministic_id=True)
        return written.getvalue()


def _decisions(claims: dict[int, Claim]) -> dict[int, list[Decision]]:
    found: dict[int, list[Decision]] = {pk: [] for pk in claims}
    for decision in Decision.objects.filter(claim__in=claims).order_by("pk"):
        found[decision.claim_id].append(decision)
    return found


def _findings(claims: dict[int, Claim], user: User) -> dict[int, list[ShownFinding]]:
    found: dict[int, list[ShownFinding]] = {pk: [] for pk in claims}
    standing = Finding.objects.visible_to(user).standing().filter(claim__in=claims)
    for shown in shown_findings(list(standing), user=user):
        found[shown.finding.claim_id].append(shown)
    return found


def _sheet(number: int, row: AgendaRow, claim: Claim, decisions: list[Decision], findings: list[ShownFinding]) -> Sheet:
    said: list[tuple[str, Any]] = [
        ("申报编号", claim.number),
        ("申报单位", claim.applicant.name),
        ("所属地区", claim.region.full_name),
        ("事项", claim.item.title),
        ("申报金额（元）", _sum(claim.claimed_amount)),
        ("审核金额（元）", _sum(row.wanted)),
        ("拟审定金额（元）", _sum(row.granted)),
        ("得分", row.score),
        ("说明", row.left_out_words if row.is_left_out else row.reason),
    ]
    return Sheet(
        title=f"第{number}件审定材料",
        pairs=pairs_of([(label, str(value)) for label, value in said if value not in (None, "")]),
        conclusions=_conclusions(decisions),
        findings=_found(findings),
    )


def _sum(yuan: Any) -> str:
    return _WITHOUT_SUM if yuan is None else format_yuan(yuan)


def _conclusions(decisions: list[Decision]) -> Annex:
    columns = [
        *(Column("环节", 22), Column("意见", 22), Column("金额（元）", 27, "figure")),
        *(Column("说明", 0), Column("审核人、日期", 42)),
    ]
    rows = [
        (
            one.get_stage_display(),
            one.label,
            "—" if one.amount is None else format_yuan(one.amount),
            one.title or one.reason or "—",
            f"{one.officer_name or '按规则办理'} {long_date(timezone.localdate(one.at))}",
        )
        for one in decisions
    ]
    return Annex("", fitted(columns), rows)


def _found(findings: list[ShownFinding]) -> Annex | None:
    columns = [Column("核查项", 26), Column("程度", 18, "middle"), Column("发现", 0), Column("答复", 52)]
    rows = [
        (
            each.title,
            str(each.severity.label),
            each.words,
            f"{each.answer.get_verdict_display()}：{each.answer.reason}（{each.answer.officer_name}）"
            if each.answer
            else "—",
        )
        for each in findings
    ]
    return Annex("", fitted(columns), rows) if rows else None
