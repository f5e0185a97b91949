"""Panels of the officers' claim page: what other apps show there.

An app registers its panels in its `registration` module. The page draws their frames; a lazy panel is read when it is
seen (htmx) or followed (its link, without script), so that it costs the page nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from portal.core.registry import Registry
from review.decisions.selectors.claim_review import ClaimReview


class Pane(StrEnum):
    """Where a panel stands: below the facts; between sum and decision; at the end, after what is looked at first."""

    FACTS = "facts"
    FINDINGS = "findings"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPanel:
    """One panel; within its pane those of less weight come first.

    `template` sees `claim_review`, `claim`, and as `panel` what `context` answers, which is None for nothing to show.
    `context` may ask the database only where the panel is lazy; `is_shown` decides without a query whether a lazy
    panel's frame stands on the page. `is_open`: unfolded, and asked for as soon as the page is there.
    """

    title: str
    pane: Pane
    weight: int
    template: str
    context: Callable[[ClaimReview], Mapping[str, Any] | None] = lambda _: {}
    is_shown: Callable[[ClaimReview], bool] = lambda _: True
    is_lazy: bool = True
    is_open: bool = False


CLAIM_PANELS: Registry[ClaimPanel] = Registry("panel of the claim page")


@dataclass(frozen=True, slots=True)
class ShownPanel:
    """A panel of one claim, with what its template takes; None until it is read."""

    code: str
    panel: ClaimPanel
    context: Mapping[str, Any] | None


def panel_of(claim_review: ClaimReview, code: str) -> ShownPanel | None:
    """A panel read in full; None where there is none of this code for this claim and person."""
    panel = CLAIM_PANELS.get(code)
    context = panel.context(claim_review) if panel and panel.is_shown(claim_review) else None
    return ShownPanel(code, panel, context) if panel and context is not None else None


def panels_of(claim_review: ClaimReview) -> dict[str, list[ShownPanel]]:
    """The panels of a claim by pane, in order; the lazy ones not read yet."""
    shown: dict[str, list[ShownPanel]] = {pane: [] for pane in Pane}
    for code, panel in sorted(CLAIM_PANELS.items(), key=lambda entry: entry[1].weight):
        if not panel.is_lazy:
            if read := panel_of(claim_review, code):
                shown[panel.pane].append(read)
        elif panel.is_shown(claim_review):
            shown[panel.pane].append(ShownPanel(code, panel, None))
    return shown
