"""States of a contest for an organisation, what may be done to one, and the papers that prove authority."""

from django.db import models

from portal.accounts.enums import Role
from portal.core.choices import StatusChoices


class PaperKind(models.TextChoices):
    LICENCE = "licence", "营业执照（或法人证书）"
    AUTHORITY = "authority", "授权委托书"


class CheckOutcome(models.TextChoices):
    """What a check of an organisation found."""

    CONFIRMED = "confirmed", "核验通过"
    REJECTED = "rejected", "材料驳回"


class ContestState(StatusChoices):
    """Where a contest stands, written as `NAME = value, tone, label`."""

    FILED = "filed", "wait", "待答复"
    ANSWERED = "answered", "wait", "待处理"
    PROPOSED = "proposed", "warn", "待复核"
    TRANSFERRED = "transferred", "ok", "已移交"
    SHARED = "shared", "ok", "双方均为成员"
    REFUSED = "refused", "bad", "异议不成立"
    WITHDRAWN = "withdrawn", "neutral", "已撤回"


OPEN_CONTESTS = frozenset({ContestState.FILED, ContestState.ANSWERED, ContestState.PROPOSED})


class ContestResult(models.TextChoices):
    """How a contest may end, and what pages call it."""

    TRANSFERRED = "transferred", "移交给异议人"
    SHARED = "shared", "异议人加入为成员"
    REFUSED = "refused", "异议不成立，维持现状"


class ContestAction(models.TextChoices):
    ANSWER = "answer", "答复"
    PROPOSE = "propose", "提出处理意见"
    RETURN = "return", "退回处理意见"
    CONFIRM = "confirm", "复核确认"
    WITHDRAW = "withdraw", "撤回异议"


# Who checks papers and proposes how a contest ends; who else may confirm what another proposed.
CHECKERS = (Role.ACCEPTANCE,)
CONFIRMERS = (Role.ACCEPTANCE, Role.DISTRICT_SECOND, Role.CITY_OFFICER)
