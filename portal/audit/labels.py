"""What the record's codes mean, in words. Rooms above are named as strings only; a test finds a code without words."""

from __future__ import annotations

from collections.abc import Mapping

# Groups as the filter shows them: the code's first part → its words.
GROUPS: Mapping[str, str] = {
    "claim": "申报",
    "evidence": "佐证材料",
    "review": "审核",
    "funding": "资金",
    "notices": "通知书",
    "policies": "政策",
    "accounts": "人员与单位",
    "api": "数据接口",
    "workdays": "工作日",
    "jobs": "后台任务",
    "audit": "审计",
}

ACTIONS: Mapping[str, str] = {
    "claim.create": "新建申报",
    "claim.submit": "提交",
    "claim.resubmit": "补正后重新提交",
    "claim.withdraw": "撤回",
    "claim.accept": "受理",
    "claim.decline": "不予受理",
    "claim.district_pass": "初审完成",
    "claim.district_confirm": "复核通过",
    "claim.send_back": "退回经办",
    "claim.city_pass": "复审通过",
    "claim.request_correction": "退回补正",
    "claim.decide": "审定支持",
    "claim.reject": "不予支持",
    "claim.publicise": "列入公示",
    "claim.object": "登记异议",
    "claim.dismiss_objection": "异议不成立",
    "claim.uphold_objection": "异议成立",
    "claim.approve": "公示期满批准",
    "claim.record_payment": "登记拨付",
    "claim.record_return": "登记退票",
    "claim.corrected": "补正内容",
    "evidence.add": "上传材料",
    "evidence.remove": "删除材料",
    "evidence.purge": "销毁误传的国防专利材料",
    "review.credit": "登记信用查询",
    "review.publicity": "发布公示",
    "review.objection": "受理异议",
    "review.objection_dismissed": "异议核实不成立",
    "funding.award": "确定资助与分担",
    "notices.issue": "通知书编号",
    "notices.print": "通知书制作",
    "policies.publish_versions": "发布事项版本",
    "accounts.signed_up": "注册",
    "accounts.signed_in": "登录",
    "accounts.profile_updated": "修改个人信息",
    "accounts.applicant_registered": "登记申报单位",
    "accounts.applicant_updated": "修改申报单位",
    "accounts.override_requested": "申请代码校验例外",
    "accounts.override_approved": "同意代码校验例外",
    "accounts.override_refused": "不同意代码校验例外",
    "accounts.member_invited": "邀请成员",
    "accounts.invitation_cancelled": "取消邀请",
    "accounts.member_joined": "成员加入",
    "accounts.member_left": "成员退出",
    "accounts.member_removed": "移除成员",
    "accounts.ownership_handed_over": "移交负责人",
    "accounts.official_appointed": "任命",
    "accounts.official_revoked": "免去职责",
    "accounts.password_changed": "修改密码",
    "accounts.password_reset": "重置密码",
    "accounts.password_set": "设置密码",
    "accounts.email_changed": "更换邮箱",
    "accounts.email_deleted": "删除邮箱",
    "accounts.totp_activated": "启用双重验证",
    "accounts.totp_deactivated": "停用双重验证",
    "accounts.recovery_codes_generated": "生成恢复码",
    "accounts.region_updated": "修改地区信息",
    "api.token_created": "创建接口令牌",
    "api.token_revoked": "停用接口令牌",
    "workdays.set": "登记工作日调整",
    "workdays.remove": "取消工作日调整",
    "jobs.retry": "重试后台任务",
    "jobs.retry_kind": "批量重试后台任务",
    "audit.export": "导出审计记录",
}

# Names in before and after that are no field of the object the record is about.
FIELDS: Mapping[str, str] = {
    "reason": "理由",
    "claim": "申报编号",
    "claims": "申报件数",
    "item": "事项标识",
    "email": "电子邮箱",
    "expires_at": "有效期至",
    "due_on": "办理期限",
    "conclusion": "结论",
    "count": "数量",
    "kind": "种类",
    "rows": "行数",
    "lines": "明细",
    "versions": "版本",
    "number": "编号",
    "before": "原",
    "after": "新",
    "basis": "依据",
    "filters": "筛选条件",
    "sha256": "文件哈希",
    "size": "大小（字节）",
    "role": "职责",
    "region": "地区",
    "owner": "负责人",
    "old_owner": "原负责人",
    "new_owner": "新负责人",
    "applicant": "申报单位",
    "user": "用户",
    "revoked_at": "免职时间",
    "line": "明细",
    "requirement": "材料要求",
    "details": "登记内容",
    "problem": "校验结果",
    "voucher": "凭证号",
    "account": "收款账户",
    "ends_on": "截止日期",
    "starts_on": "开始日期",
}

# Actions whose before and after are fields of another model than the object's own.
DETAIL_MODELS: Mapping[str, str] = {
    "review.credit": "review.creditsnapshot",
    "review.objection": "review.objection",
    "review.objection_dismissed": "review.objection",
}

# Shown by their end only: whoever reads the record needs to see that they changed, not to use them.
MASKED = frozenset({"resident_id", "account_number"})


def action_label(code: str) -> str:
    """The action in words; a code nobody gave words is shown as it is."""
    return ACTIONS.get(code, code)
