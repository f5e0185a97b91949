"""Kinds of applicants, levels of regions and roles of officials."""

from enum import Enum, auto
from itertools import combinations

from django.db import models

from portal.core.choices import StatusChoices


class RegionLevel(models.TextChoices):
    PROVINCE = "province", "省"
    CITY = "city", "设区市"
    DISTRICT = "district", "区县"


class ApplicantKind(models.TextChoices):
    """Kinds that policy documents name as beneficiaries; values and words are the engine's own."""

    ENTERPRISE = "enterprise", "企业"
    INSTITUTION = "institution", "事业单位"
    UNIVERSITY = "university", "高校院所"
    AGENCY = "agency", "知识产权服务机构"
    ASSOCIATION = "association", "社会团体、行业协会"
    ALLIANCE = "alliance", "产业知识产权联盟"
    PARK = "park", "园区"
    FINANCIAL = "financial", "金融机构"
    MEDIATION = "mediation", "调解组织"
    INDIVIDUAL = "individual", "个人"


class SizeClass(models.TextChoices):
    LARGE = "large", "大型"
    MEDIUM = "medium", "中型"
    SMALL = "small", "小型"
    MICRO = "micro", "微型"


class Role(models.TextChoices):
    """Duties of officials. Acceptance, both reviews, the decision and payment are different duties."""

    ACCEPTANCE = "acceptance", "受理"
    DISTRICT_FIRST = "district_first", "区级经办"
    DISTRICT_SECOND = "district_second", "区级复核"
    CITY_OFFICER = "city_officer", "市级审核"
    DECISION_MAKER = "decision_maker", "审定"
    FINANCE = "finance", "财务"
    POLICY_ADMIN = "policy_admin", "政策管理"
    AUDITOR = "auditor", "审计"
    SYSTEM_ADMIN = "system_admin", "系统管理"
    SECURITY_ADMIN = "security_admin", "安全管理"

    def of(self, place: str) -> str:
        """Who of a place has the duty, as in 由无锡市滨湖区（受理）办理."""
        return f"{place}（{self.label}）"


DISTRICT_ROLES = frozenset({Role.ACCEPTANCE, Role.DISTRICT_FIRST, Role.DISTRICT_SECOND})
CITY_ROLES = frozenset({Role.CITY_OFFICER, Role.DECISION_MAKER, Role.FINANCE, Role.POLICY_ADMIN})
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})
# Who appoints, who confirms and who audits are three people, and none of them does business (三员分立).
THREE_OFFICES = ADMINISTRATORS | {Role.AUDITOR}
# Stations of one claim's way. One person may hold no two of them where claims of the same place pass.
SEPARATE_DUTIES = DISTRICT_ROLES | {Role.CITY_OFFICER, Role.DECISION_MAKER, Role.FINANCE}


class Reach(Enum):
    """Where two duties may not be one person's."""

    EVERYWHERE = auto()
    SAME_BRANCH = auto()


# Pairs of duties that no person may hold together, whatever accounts they have.
INCOMPATIBLE: dict[frozenset[Role], Reach] = {
    **{frozenset(pair): Reach.SAME_BRANCH for pair in combinations(SEPARATE_DUTIES, 2)},
    **{frozenset({office, role}): Reach.EVERYWHERE for office in THREE_OFFICES for role in set(Role) - {office}},
}
# Levels of the regions in which a role can be held.
ROLE_LEVELS: dict[str, frozenset[str]] = {
    **dict.fromkeys(DISTRICT_ROLES, frozenset({RegionLevel.DISTRICT})),
    **dict.fromkeys(CITY_ROLES, frozenset({RegionLevel.CITY})),
    # Some documents let a district decide and pay (bh2024; sz2021 arts. 1, 7, 11, 20): its own people do, there.
    **dict.fromkeys((Role.DECISION_MAKER, Role.FINANCE), frozenset({RegionLevel.CITY, RegionLevel.DISTRICT})),
    # A province's own documents, and those that name no area, are its policy administrators' to publish.
    Role.POLICY_ADMIN: frozenset({RegionLevel.CITY, RegionLevel.PROVINCE}),
    **dict.fromkeys(THREE_OFFICES, frozenset({RegionLevel.CITY, RegionLevel.PROVINCE})),
}


class OverrideState(StatusChoices):
    """Where a request for an exception from the code check stands."""

    PENDING = "pending", "wait", "待办理"
    APPROVED = "approved", "ok", "已同意"
    REFUSED = "refused", "bad", "未同意"


class Verification(StatusChoices):
    """Whether it is known that who registered an organisation acts for it. Individuals are known by their number."""

    UNVERIFIED = "unverified", "wait", "待核验"
    SUBMITTED = "submitted", "wait", "材料待核"
    VERIFIED = "verified", "ok", "已核验"
    REJECTED = "rejected", "bad", "材料已驳回"


class VerificationAction(models.TextChoices):
    HAND_IN = "hand_in", "提交材料"
    CONFIRM = "confirm", "核验通过"
    REJECT = "reject", "驳回材料"
    VOUCH = "vouch", "确认主体"
    RENAME = "rename", "更名"
