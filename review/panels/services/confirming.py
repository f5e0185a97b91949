"""The chair confirms a panel's result: its report is made, its scores and ranks count from then on."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.utils import timezone

from applications.claims.models import Claim
from applications.claims.services.assessment import Ranked
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.files import keep_bytes
from review.decisions.enums import Conclusion, Stage
from review.decisions.services.reports import MadeReport
from review.decisions.services.scores import keep_scores
from review.documents.official import print_document
from review.panels.enums import PanelAction, PanelState
from review.panels.models import Entry, Panel, Seat
from review.panels.report import panel_report
from review.panels.selectors.results import ranked_with, scores_of
from review.panels.services.forming import record, tell
from review.panels.services.judging import lock_chair
from review.panels.workflow import PANELS

PANEL = "panel"


def confirm(seat: Seat, *, opinion: str, act: ActorContext) -> Panel:
    """Confirm the result with the panel's opinion. Raises RefusedError without one, PermissionDenied for others."""
    if not opinion.strip():
        raise RefusedError("请填写评审组意见。", field="opinion")
    with transaction.atomic():
        panel, seat = lock_chair(seat, act)
        PANELS.check(panel, PanelAction.CONFIRM)
        panel.opinion = opinion.strip()
        scores = scores_of(panel)
        content = print_document(panel_report(panel, scores, dated=timezone.localdate(act.at)))
        panel.report_sha256 = hashlib.sha256(content).hexdigest()
        keep_bytes(panel.path, content)
        changes = {
            "opinion": panel.opinion,
            "confirmed_at": act.at,
            "report_sha256": panel.report_sha256,
            "report_size": len(content),
        }
        PANELS.move(panel, PanelAction.CONFIRM, changes=changes)
        given = {one.entry.claim: one.entry.score for one in scores if one.entry.score is not None}
        keep_scores(given, paper=f"{panel.title}专家评审报告", user=seat.expert.user, act=act)
        tell([panel.made_by], "panels.confirmed", panel, "panels:panel", panel.key)
        record(panel, "confirmed", {"opinion": panel.opinion, "report_sha256": panel.report_sha256}, act)
    return panel


def entry_of(claim: Claim) -> Entry | None:
    """The claim's entry before its panel, with the panel; None for a claim without, and no query where none can be."""
    if PANEL not in claim.procedure.departures:
        return None
    found = Entry.objects.filter(claim=claim, is_open=True).select_related("panel__region")
    return found.order_by("-pk").first()


def rank_of(claim: Claim) -> Ranked | None:
    """The claim's place by a panel whose result is confirmed; what the engine takes as its rank."""
    entry = entry_of(claim)
    if entry is None or entry.panel.state != PanelState.CONFIRMED:
        return None
    # Results of before places were kept have their rank for it.
    place = entry.place or entry.rank
    return Ranked(place, ranked_with(entry)) if place else None


def report_made(claim: Claim, stage: Stage) -> MadeReport | None:
    """The report of the panel before which the claim was, for the stage that concludes from it."""
    entry = entry_of(claim) if stage == Stage.PANEL else None
    if entry is None or entry.panel.confirmed_at is None:
        return None
    panel = entry.panel
    outcome = "入选" if entry.is_passed else "未入选"
    return MadeReport(
        body=f"{panel.title}评审组"[:120],
        made_on=timezone.localdate(panel.confirmed_at),
        result=f"得分 {entry.score}，第 {entry.rank} 名，{outcome}。{panel.opinion}",
        filename=f"{panel.title}专家评审报告.pdf",
        sha256=panel.report_sha256,
        size=panel.report_size,
    )


def panel_problem(claim: Claim, stage: Stage, conclusion: Conclusion) -> str:
    """What a panel says against a conclusion: it is not done yet, or the claim did not pass; "" for nothing."""
    if stage not in (Stage.PANEL, Stage.FINAL) or conclusion not in (Conclusion.SUPPORT, Conclusion.REFUSE):
        return ""
    entry = entry_of(claim)
    if entry is None:
        return ""
    if entry.panel.state != PanelState.CONFIRMED:
        return f"专家评审“{entry.panel.title}”尚未完成，请在评审结果确认后办理，或先取消该评审。"
    if conclusion == Conclusion.SUPPORT and not entry.is_passed:
        return f"专家评审未入选（得分 {entry.score}，第 {entry.rank} 名），不能支持。"
    return ""
