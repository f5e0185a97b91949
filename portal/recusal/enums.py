"""Why an official does no work on an applicant's claims."""

from django.db import models

from portal.accounts.enums import Role


class Tie(models.TextChoices):
    """What an official is, or was, to an organisation of their past."""

    EMPLOYEE = "employee", "任职"
    AGENT = "agent", "代理其事务"


class Ground(models.TextChoices):
    """Why an official is recused from an applicant: the first five the portal finds, the others are declared."""

    EMPLOYER = "employer", "现任职单位"
    FORMER_EMPLOYER = "former_employer", "曾任职单位"
    AGENT = "agent", "代理过该单位的事务"
    ONESELF = "oneself", "申报人本人"
    PAYEE = "payee", "收款账户持有人同名"
    RELATIVE = "relative", "本人近亲属与该单位有利害关系"
    OTHER = "other", "其他可能影响公正办理的关系"


DECLARED = (Ground.RELATIVE, Ground.AGENT, Ground.FORMER_EMPLOYER, Ground.OTHER)
# Who reads why, lifts, and gives the work to another: never the recused person themself.
SUPERVISORS = (Role.DISTRICT_SECOND, Role.CITY_OFFICER, Role.DECISION_MAKER)
