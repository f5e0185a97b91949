"""The scores that a panel gave the claims of a call: entered as a table, all or none."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from applications.claims.models import Claim
from portal.accounts.enums import Role
from portal.audit.services import record_audit, record_contents
from portal.core.errors import RefusedError
from portal.core.sheet_reading import read_pasted_cells
from review.decisions.models import ClaimScore
from review.decisions.selectors.selection import UNDECIDED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.calls.models import Call
    from portal.accounts.models import User
    from portal.core.actor import ActorContext

_SCORE = re.compile(r"\d{1,4}(\.\d{1,2})?")
_MOST_NAMED = 5


def enter_scores(call: Call, *, table: str, paper: str, act: ActorContext) -> int:
    """Keep the scores of a pasted table of claim numbers and scores; returns how many.

    Raises RefusedError, with nothing written, for a claim that is not of this call or is decided, one that comes twice,
    a score that is no number from 0 to 9999.99 of two places, and without a paper.
    """
    user = act.user
    if user is None or call.region_id not in user.regions_for(Role.CITY_OFFICER):
        raise PermissionDenied("只有本市的市级审核人员可以登记评审得分。")
    if not paper.strip():
        raise RefusedError("请填写评审依据，例如评审会纪要的文号。", field="paper")
    given = _read(table)
    claims = {
        claim.number or "": claim
        for claim in Claim.objects.visible_to(user).filter(call=call, number__in=given, status__in=UNDECIDED)
    }
    if unknown := [number for number in given if number not in claims]:
        raise RefusedError(
            f"以下编号不是本通知尚未审定的申报：{_named(unknown)}。没有登记任何得分，请核对后重新提交。", field="table"
        )
    if any(claim.applicant_id in user.recused_from for claim in claims.values()):
        raise PermissionDenied("表中有您应当回避的单位的申报，请由他人登记。")
    with transaction.atomic():
        keep_scores({claims[number]: score for number, score in given.items()}, paper=paper.strip(), user=user, act=act)
        record_audit(
            act,
            action="review.scores",
            target=call,
            region_code=call.region_id,
            after={"count": len(given), "paper": paper.strip()},
        )
    return len(given)


def keep_scores(scores: Mapping[Claim, Decimal], *, paper: str, user: User, act: ActorContext) -> None:
    """Append the scores of claims that a panel gave; in the caller's transaction, before its record."""
    rows = ClaimScore.objects.bulk_create(
        ClaimScore(claim=claim, score=score, paper=paper, entered_by=user, entered_at=act.at)
        for claim, score in scores.items()
    )
    record_contents(rows)


def latest_score(claim: Claim) -> Decimal | None:
    """What a panel gave a claim last, None for nothing; the engine's fact."""
    return ClaimScore.objects.filter(claim=claim).order_by("-pk").values_list("score", flat=True).first()


def _read(table: str) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    wrong: list[str] = []
    for row in (row for sheet in read_pasted_cells(table) for row in sheet.rows.values()):
        cells = [cell.text for _, cell in sorted(row.items())]
        if len(cells) == 1:
            cells = cells[0].split()
        if len(cells) > 1 and "编号" in cells[0]:
            continue
        if len(cells) != 2 or not _SCORE.fullmatch(cells[1]):
            wrong.append(" ".join(cells))
        elif cells[0] in found:
            raise RefusedError(f"{cells[0]} 出现了两次，请只保留一行。", field="table")
        else:
            found[cells[0]] = Decimal(cells[1])
    if wrong:
        raise RefusedError(
            f"以下各行无法识别：{_named(wrong)}。每行应为申报编号和得分两列，得分为 0 至 9999.99，最多两位小数。",
            "table",
        )
    if not found:
        raise RefusedError("请粘贴申报编号和得分两列。", field="table")
    return found


def _named(texts: list[str]) -> str:
    return "、".join(text[:30] for text in texts[:_MOST_NAMED]) + ("等" if len(texts) > _MOST_NAMED else "")
