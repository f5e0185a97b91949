"""How claims come to officers and leave them, and why the work on one is suspended."""

from django.db import models

from applications.claims.enums import ClaimStatus
from portal.accounts.enums import Role

# The states in which one officer works on a claim.
DESKS = frozenset(
    {
        ClaimStatus.SUBMITTED,
        ClaimStatus.DISTRICT_REVIEW,
        ClaimStatus.DISTRICT_CONFIRMATION,
        ClaimStatus.CITY_REVIEW,
        ClaimStatus.AUDIT,
        ClaimStatus.PANEL,
        ClaimStatus.FINAL_DECISION,
    }
)
# Who moves claims between the officers of a role. A city's decision-makers supervise its districts' second officers.
SUPERVISORS_OF: dict[Role, frozenset[Role]] = {
    Role.ACCEPTANCE: frozenset({Role.DISTRICT_SECOND, Role.CITY_OFFICER, Role.DECISION_MAKER}),
    Role.DISTRICT_FIRST: frozenset({Role.DISTRICT_SECOND, Role.CITY_OFFICER, Role.DECISION_MAKER}),
    Role.DISTRICT_SECOND: frozenset({Role.CITY_OFFICER, Role.DECISION_MAKER}),
    Role.CITY_OFFICER: frozenset({Role.DECISION_MAKER}),
    Role.DECISION_MAKER: frozenset({Role.DECISION_MAKER}),
}


class Means(models.TextChoices):
    """How an officer came to have a claim."""

    TAKEN = "taken", "本人领取"
    RULE = "rule", "按规则分派"
    HAND = "hand", "负责人分派"


class Ending(models.TextChoices):
    """How an assignment ended."""

    CONCLUDED = "concluded", "已办理"
    LEFT = "left", "申报已离开本环节"
    GIVEN_BACK = "given_back", "已交回"
    MOVED = "moved", "已改派"
    LAPSED = "lapsed", "逾时未办，自动退回"
    UNDONE = "undone", "分派已撤销"
    RECUSED = "recused", "回避"
    UNASSIGNED = "unassigned", "未能分派"


class Way(models.TextChoices):
    """How a rule chooses among the officers who may have a claim."""

    ROUND_ROBIN = "round_robin", "轮流"
    LEAST_LOAD = "least_load", "在办最少者优先"
    FIXED = "fixed", "固定人员（按顺序取第一位在岗的）"


class SuspensionReason(models.TextChoices):
    """Why the work on a claim is suspended, in the words that its applicant reads."""

    INQUIRY = "inquiry", "正在向有关部门核实情况"
    DISPUTE = "dispute", "所涉权利或合同的争议尚在处理"
    INSPECTION = "inspection", "需要现场核查"
    GUIDANCE = "guidance", "政策适用正在请示"
    OPINION = "opinion", "等待第三方鉴定或审计意见"
