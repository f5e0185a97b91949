"""Which form each conclusion has, and which of them a page draws."""

from dataclasses import dataclass
from typing import Any

from applications.claims.selectors.scope import correction_targets
from review.decisions.enums import Conclusion, Stage
from review.decisions.forms.correction import CorrectionForm
from review.decisions.forms.decision import AcceptForm, ConfirmForm, RefuseForm, SeenForm, SendBackForm, SupportForm
from review.decisions.selectors.ceilings import Ceilings
from review.decisions.selectors.claim_review import ClaimReview

_SUPPORTING: dict[Stage | None, type[SeenForm]] = {
    Stage.ACCEPTANCE: AcceptForm,
    Stage.DISTRICT_SECOND: ConfirmForm,
}
_OTHERS: dict[Conclusion, type[SeenForm]] = {
    Conclusion.CORRECT: CorrectionForm,
    Conclusion.SEND_BACK: SendBackForm,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One conclusion that can be drawn; only the one that is opened has its form, the others are read when opened."""

    name: Conclusion
    title: str
    form: SeenForm | None


def kind_of_form(conclusion: Conclusion, stage: Stage | None) -> type[SeenForm]:
    """The form of a conclusion at a stage."""
    if conclusion == Conclusion.SUPPORT:
        return _SUPPORTING.get(stage, SupportForm)
    return _OTHERS.get(conclusion, RefuseForm)


def make_form(
    conclusion: Conclusion, claim_review: ClaimReview, ceilings: Ceilings, data: Any = None, files: Any = None
) -> SeenForm | None:
    """The form of one conclusion, None where this person cannot conclude so now."""
    if conclusion not in claim_review.conclusions:
        return None
    kind = kind_of_form(conclusion, claim_review.stage)
    options: dict[str, Any] = {}
    if kind is SupportForm:
        options = {"ceilings": ceilings, "files": files}
    elif kind is CorrectionForm:
        lines = [state.line for state in claim_review.context.lines]
        options = {"targets": correction_targets(claim_review.claim, lines)}
    elif kind is RefuseForm:
        options = {"files": files}
    return kind(data, claim_review=claim_review, **options)


def choices_of(
    claim_review: ClaimReview, ceilings: Ceilings, *, opened: Conclusion, sent: SeenForm | None
) -> list[Choice]:
    """Every conclusion that this person can draw now, the opened one with its form: as it was sent, or a fresh one."""
    stage = claim_review.stage
    return [
        Choice(
            conclusion,
            kind_of_form(conclusion, stage).title_at(stage),
            (sent or make_form(conclusion, claim_review, ceilings)) if conclusion == opened else None,
        )
        for conclusion in Conclusion
        if conclusion in claim_review.conclusions
    ]
