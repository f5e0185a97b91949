"""The closed word lists of the engine, each word with its Chinese name."""

from enum import StrEnum

# Written into every stored assessment, so that an old one is read by the rules of its own day.
TRACE_FORMAT = 1
CONTENT_FORMAT = 1


class Outcome(StrEnum):
    PAYABLE = "payable"
    REFUSED = "refused"
    NO_AMOUNT = "no_amount"
    RECOGNISED = "recognised"
    TARGET_MET = "target_met"
    TARGET_MISSED = "target_missed"
    UNDETERMINED = "undetermined"


OUTCOMES = {
    Outcome.PAYABLE: "可以支持",
    Outcome.REFUSED: "不予支持",
    Outcome.NO_AMOUNT: "予以支持，金额由人决定",
    Outcome.RECOGNISED: "予以认定",
    Outcome.TARGET_MET: "目标已达成",
    Outcome.TARGET_MISSED: "目标未达成",
    Outcome.UNDETERMINED: "材料不足，暂不能测算",
}

APPLICANT_KINDS = {
    "enterprise": "企业",
    "institution": "事业单位",
    "individual": "个人",
    "university": "高校院所",
    "agency": "知识产权服务机构",
    "association": "社会团体、行业协会",
    "alliance": "产业知识产权联盟",
    "park": "园区",
    "county": "县（区）",
    "financial": "金融机构",
    "fund": "基金、投资机构",
    "mediation": "调解组织",
    "school": "中小学、技工院校",
    "operator": "知识产权运营机构",
    "platform": "平台",
    "center": "中心",
    "cluster": "集聚区",
    "market": "市场",
    "zone": "示范区",
    "base": "基地",
}

FIRM_SIZES = {"micro": "微型", "small": "小型", "medium": "中型", "large": "大型"}

ITEM_KINDS = {
    "award_fixed": "定额奖励",
    "award_tiered": "分级奖励",
    "per_item": "按件奖补",
    "per_person": "按人奖励",
    "per_n_items": "按批次奖补",
    "ratio_of_cost": "费用补助",
    "ratio_of_interest": "贷款贴息",
    "ratio_of_premium": "保费资助",
    "matching": "配套奖励",
    "project_grant": "项目资助",
    "staged_project": "分阶段支持",
    "risk_compensation": "风险补偿",
    "discretionary": "一事一议",
    "recognition": "称号认定",
    "target": "工作目标",
}

DOCUMENT_STATUSES = {"draft": "征求意见稿", "in_force": "现行有效", "repealed": "已废止", "ended": "已到期"}
ROUTES = {"city": "区级初审、市级复审", "district": "区级决定、市级监督"}
# What the way of a claim may have beside its route, and the names of all steps in their usual order.
DEPARTURES = {
    "city_only": "市级受理、审核，不经区级",
    "audit": "第三方审计",
    "panel": "专家评审",
    "publicity_first": "先公示、后审定",
}
STEPS = {
    "acceptance": "受理",
    "district_first": "区级初审",
    "district_second": "区级复核",
    "city": "市级复审",
    "audit": "第三方审计",
    "panel": "专家评审",
    "final": "审定",
    "publicity": "公示",
    "payment": "拨付",
}
SILENCES = {"none": "只提示，不作处理", "escalate": "报告上一级负责人", "accept": "视为受理"}
PAYERS = {"city": "市级", "district": "区级", "both": "市区两级", "unstated": "文件未写明"}
SUBJECT_RULES = {"refuse": "重复申报不予受理", "flag": "重复申报提示审核人"}
NATURES = {"ceiling": "最高", "exact": "定额"}
FACT_TYPES = ("money", "integer", "date", "text", "choice", "boolean", "rows", "number")
FACT_CHECKS = (
    "patent_no",
    "pct_no",
    "publication_no",
    "foreign_no",
    "madrid_no",
    "certificate_no",
    "contract_no",
    "policy_no",
)
SETTING_KINDS = ("boolean", "date", "ratio")

# The ledger a question may bring instead of a database: sums already paid, in yuan.
LEDGERS = {
    "same_year": "本年度已获支持",
    "lifetime": "累计已获支持",
    "project": "本项目已获支持",
    "project_year": "本项目本年度已获支持",
    "rolling": "近几年已获支持",
    "group_lifetime": "同一集团累计已获支持",
    "group_year": "同一集团本年度已获支持",
    "programme_year": "本年度全市已安排",
    "district_year": "本年度本区已安排",
    "lower_tier": "较低档次已获支持",
    "other_policy": "其他政策已获支持",
}

# Names a condition may ask about besides the facts of a line.
SPECIAL_FIELDS = {
    "applicant_kind": "申请人类型",
    "applicant_size": "企业规模",
    "applicant_region": "所在地区",
    "on": "事实发生日期",
    "claimed_on": "申报日期",
}
SPECIAL_TYPES = {
    "applicant_kind": "choice",
    "applicant_size": "choice",
    "applicant_region": "text",
    "on": "date",
    "claimed_on": "date",
}
# What each of them that is a choice may be.
SPECIAL_CHOICES: dict[str, dict[str, str]] = {"applicant_kind": APPLICANT_KINDS, "applicant_size": FIRM_SIZES}
