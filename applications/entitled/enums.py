"""How an applicant stands to an item of an open call."""

from portal.core.choices import StatusChoices


class Verdict(StatusChoices):
    """What the engine and the claim's own checks say, written as `NAME = value, tone, label`."""

    READY = "ready", "ok", "可以直接确认"
    TO_COMPLETE = "to_complete", "warn", "符合，还需补充"
    NEAR = "near", "wait", "差一点"
    OUT = "out", "neutral", "不符合"
    CLAIMED = "claimed", "info", "已在申报"


# Whom the item supports with what is on record.
REACHED = frozenset({Verdict.READY, Verdict.TO_COMPLETE, Verdict.CLAIMED})
# Who is told.
TOLD = frozenset({Verdict.READY, Verdict.TO_COMPLETE, Verdict.NEAR})
