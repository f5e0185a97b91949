"""Other words that people's own tables use for facts and for what may be chosen: data, their one home."""

from collections.abc import Mapping

# Heads of columns by the fact's name, besides its own label.
HEADS: Mapping[str, tuple[str, ...]] = {
    "patent_no": (
        *("专利号码", "授权专利号", "专利编号", "专利申请号", "申请号", "申请(专利)号", "专利号(ZL)", "号码", "授权号"),
        *("发明专利号", "实用新型专利号", "外观设计专利号", "ZL号", "patent no.", "patent no", "patent number"),
    ),
    "patent_kind": ("专利种类", "专利类别", "类型", "种类", "类别"),
    "invention_title": ("专利名称", "发明名称", "名称", "专利题目", "发明创造", "发明专利名称"),
    "granted_on": (
        "授权公告日期",
        "授权日",
        "授权日期",
        "授权时间",
        "公告日",
        "公告日期",
        "授权公告时间",
        "grant date",
    ),
    "holders": ("权利人", "专利权人", "专利权人名称", "权利人名称", "专利所有人", "第一专利权人"),
    "fees": (
        *("费用", "费用总额", "费用总计", "费用小计", "缴费合计", "缴费金额", "已缴费用", "实缴费用", "金额", "fees"),
        *("合计费用", "总费用", "费用总和", "缴费总额", "合计", "总计", "合计金额", "total fees"),
    ),
    "agency_paid": ("代理服务费", "代理费用"),
    "agent": ("代理机构名称", "专利代理机构", "代理所"),
    "foreign_no": ("国外专利号", "海外专利号", "专利号", "授权专利号"),
    "country": ("授权国家", "授权国家/地区", "国家或地区", "国家", "国别"),
    "pct_no": ("PCT号", "PCT申请号", "国际申请号"),
    "publication_no": ("公告号", "授权公告编号", "公开(公告)号"),
    "madrid_no": ("马德里注册号", "国际商标注册号", "注册号"),
    "trademark_no": ("注册号", "商标号"),
    "trademark_name": ("商标", "商标标识"),
    "contract_no": ("合同号", "合同编号", "贷款合同编号", "借款合同号", "借款合同编号"),
    "principal": ("本金", "贷款金额", "借款金额"),
    "rate": ("利率", "贷款利率", "执行利率", "年化利率", "执行年利率"),
    "lender": ("银行", "贷款机构", "放款银行", "贷款行"),
    "drawn_on": ("放款日", "借款日期", "贷款起始日"),
    "due_on": ("到期日", "贷款到期日期"),
    "repaid_on": ("还款日期", "结清日期", "还清日", "结清日", "还款日"),
    "pledged_on": ("质押登记日", "质押日期", "登记日期", "登记日"),
    "pledge_rights": ("质押专利", "质押物", "质押知识产权", "出质知识产权", "质押标的"),
    "pledge_no": ("质押登记编号", "质押登记证号", "登记号"),
    "policy_no": ("保单号码", "保险单号", "保单编号"),
    "insurer": ("保险机构", "承保公司"),
    "premium": ("保费", "实缴保费", "保费金额"),
    "paid_on": ("付款日期", "支付日期", "缴费日", "付息日", "日期"),
    "amount": ("付息金额", "利息", "利息金额", "支付金额"),
    "certificate_no": ("证书号", "证书号码"),
    "certified_on": ("发证日", "颁证日期"),
    "uscc": ("信用代码", "社会信用代码", "代码"),
}
# Heads of the column that numbers the rows, and in a second table says to which of them a row belongs.
ROW_NUMBERS = ("序号", "明细序号", "编号", "对应序号", "行号", "no", "no.")
# Heads of the column that names whose line a row is, in a table for several applicants, besides 委托人.
CLIENTS = frozenset(
    (
        *("委托方", "委托单位", "委托企业", "客户", "客户名称", "申报单位", "申报单位名称", "申请单位", "申报人"),
        *("单位名称", "企业名称", "公司名称", "所属单位", "所属企业"),
    )
)
# Words in the brackets of a head that say nothing about a unit.
NO_UNIT = frozenset(
    ("单位", "金额单位", "货币单位", "必填", "选填", "可选", "含税", "不含税", "小写", "数字", "文本", "如有")
)
# Characters that only a description has, and no unit.
DESCRIPTION = frozenset("费税月日含按见注填合计总项附至或等的")
PERCENT = frozenset({"%", "百分比", "百分数", "百分之"})
# What may be chosen, by its label, besides the label itself and the label with 专利 behind it.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "发明": ("发明型", "发明授权"),
    "实用新型": ("新型", "实用"),
    "外观设计": ("外观",),
}
