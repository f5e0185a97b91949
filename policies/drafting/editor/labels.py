"""The grammar's own names in Chinese: a label for each key, and a hint where the label alone would not do.

Keyed by the names the grammar uses; a test holds them together, so that no key comes without words.
"""

from policies.engine.terms import (
    APPLICANT_KINDS,
    DEPARTURES,
    DOCUMENT_STATUSES,
    ITEM_KINDS,
    NATURES,
    PAYERS,
    ROUTES,
    SILENCES,
    STEPS,
    SUBJECT_RULES,
)

PROCEDURE_KEYS = {"procedure": "程序中另有", "periods": "办理期限"}
PERIODS_KEYS = {
    **{step: f"{label}（工作日）" for step, label in STEPS.items()},
    "whole": "全程（工作日）",
    "silence": "逾期未受理时",
    "basis": "依据",
}
DOCUMENT_KEYS = {
    "id": "文件代号",
    "number": "发文字号",
    "title": "文件全称",
    "short_title": "简称",
    "issuer": "发文机关",
    "region_code": "行政区划代码",
    "areas": "适用地区",
    "issued_on": "印发日期",
    "status": "文件状态",
    "effect": "施行期",
    "payer": "资金由谁承担",
    "route": "审核程序",
    "source_note": "来源说明",
    **PROCEDURE_KEYS,
    "overlap": "与其他政策重复时",
    "supersedes": "废止的文件",
    "cites_as": "引用时的称呼",
}
ITEM_KEYS = {
    "item": "事项编号",
    "article": "条款",
    "title": "事项名称",
    "summary": "一句话说明",
    "kind": "事项类型",
    "beneficiaries": "谁可以申领",
    "as_of": "以哪一天为准",
    "facts": "要填写的事实",
    "evidence": "要提交的材料",
    "steps": "金额怎么算",
    "like": "套用模板",
    "route": "审核程序",
    "payer": "资金由谁承担",
    "subject": "按什么认定同一件",
    "subject_rule": "同一件再次申报时",
    "conditions": "条件",
    "limits": "限额和次数",
    "split": "市区分担",
    "stages": "分期拨付",
    "overlap": "与其他政策重复时",
    "effect": "本事项的施行期",
    "settings": "采用的口径",
    "notes": "理解说明",
    "claimable": "能否网上申报",
    **PROCEDURE_KEYS,
}
RULE_KEYS = {
    "rule": "条款编号",
    "article": "条款",
    "title": "内容",
    "modelled_as": "由什么实现",
    "reason": "不能计算的原因",
    "programme": "方案内容",
}
PERIOD_KEYS = {
    "from": "自哪一天起",
    "from_setting": "起始日取自口径",
    "to": "到哪一天止（含当日）",
    "if": "只在口径如此时",
}
OVERLAP_KEYS = {"cite": "依据", "if": "只在口径如此时"}
SPLIT_KEYS = {
    "city": "市级承担",
    "rest": "其余承担",
    "round": "取整",
    "province": "省级承担",
    "town": "乡镇（街道）承担",
    "cite": "依据",
}
STAGE_KEYS = {"share": "拨付比例", "milestone": "拨付节点", "days": "几个工作日内"}
STAGE_HELP = {"share": "如 60%", "milestone": "如“项目验收合格”；首期批准后就付的留空", "days": "没有写明的留空"}

KIND_OF_ROW = "这一步做什么"
CONDITION_KEYS = {
    "code": "代码",
    "text": "条件怎么说",
    "field": "检查哪一项",
    "test": "怎么检查",
    "value": "与什么比较",
    "unless": "或者满足",
    "needed": "必须填写才能判断",
    "priority": "优先支持，不是条件",
    "if": "只在口径如此时",
    "cite": "依据",
}
CONDITION_HELP = {
    "code": "大写字母开头，如 GRANTED；同一事项内不重复",
    "field": "不选时由审核人按这句话判断",
    "unless": "检查不通过时，满足这一项也可以；还有更多项的，先加一步“几项标准符合几项”",
}
FACT_KEYS = {
    "label": "名称",
    "type": "类型",
    "unit": "单位",
    "help": "填写说明",
    "choices": "选项",
    "columns": "明细列",
    "check": "格式检查",
    "scope": "填在哪里",
}
FACT_KEY_HELP = {
    "choices": "每行一个，写成“代码=名称”，如 invention=发明",
    "columns": "逐笔填写的列，按“付款日期、金额”两列",
}
SETTING_KEYS = {
    "name": "代码",
    "label": "口径怎么说",
    "kind": "类型",
    "default": "采用",
    "alternative": "另一种理解的代码",
    "source": "选择的依据",
}
PROGRAMME_KEYS = {
    "from": "自哪一天起",
    "to": "到哪一天止（含当日）",
    "every": "多久一次",
    "tasks": "任务",
    "owners": "责任单位",
    "who": "单位",
    "part": "职责",
    "cite": "依据",
}
EVIDENCE_KEYS = {"label": "名称", "help": "说明", "per": "交几份"}

# Closed word lists of the grammar that have no words of their own in `engine.terms`.
WORDS: dict[str, dict[str, str]] = {
    "status": DOCUMENT_STATUSES,
    "kind": ITEM_KINDS,
    "payer": PAYERS,
    "route": ROUTES,
    "procedure": DEPARTURES,
    "silence": SILENCES,
    "subject_rule": SUBJECT_RULES,
    "nature": NATURES,
    "beneficiaries": {"any": "各类主体", **APPLICANT_KINDS},
    "rest": {"district": "区级"},
    "round": {"down": "向下取到分"},
    "type": {
        "money": "金额",
        "integer": "整数",
        "date": "日期",
        "text": "文字",
        "choice": "选项",
        "boolean": "是否",
        "rows": "逐笔明细",
        "number": "数值",
    },
    "check": {
        "patent_no": "专利号",
        "pct_no": "PCT 国际申请号",
        "publication_no": "授权公告号",
        "foreign_no": "境外专利号",
        "madrid_no": "马德里国际注册号",
        "certificate_no": "证书或注册号",
        "contract_no": "合同号",
        "policy_no": "保单号",
    },
    "setting_kind": {"boolean": "是或否", "date": "日期", "ratio": "比例"},
    "scope": {"line": "每一项里填", "claim": "整份申报填一次"},
    "per": {"line": "每一项一份", "claim": "整份申报一份"},
}
PROFILES = {
    "project": "项目资助",
    "staged": "分阶段项目",
    "award": "获奖或认定奖励（定额）",
    "ceiling_award": "获奖或认定奖励（最高额）",
    "decision": "一事一议",
    "by_reference": "按另一文件奖励",
    "recognition": "称号认定",
    "target": "工作目标",
    "enforcement": "维权费用",
}
