"""What the app registers: addresses, menu, jobs, audit words, and that the audit chain holds who was appointed."""

from allauth.mfa.signals import authentication_failed

from portal.access import officials
from portal.accounts.adapter import record_failed_code
from portal.accounts.enums import ADMINISTRATORS, Role
from portal.accounts.jobs import end_offices, send_invitation
from portal.accounts.message_kinds import FIELDS, KINDS
from portal.accounts.models import Appointment
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, MAIL_ATTEMPTS, JobKind
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages

authentication_failed.connect(record_failed_code)
register_contents(Appointment)
URL_MODULES.add("me/", "portal.accounts.urls")
register_messages(KINDS, FIELDS)
JOB_KINDS.add("accounts.send_invitation", JobKind("发送成员邀请", send_invitation, attempts=MAIL_ATTEMPTS))
JOB_KINDS.add("accounts.end_offices", JobKind("到期任职终止", end_offices, is_daily=True))
register_menu("代码例外", "accounts:overrides", officials(Role.ACCEPTANCE), weight=170)
register_menu("人员", "accounts:officials", officials(*sorted(ADMINISTRATORS)), weight=190)
register_audit(
    "accounts",
    "人员与单位",
    {
        "signed_up": "注册",
        "signed_in": "登录",
        "sign_in_linked": "关联身份认证",
        "profile_updated": "修改个人信息",
        "applicant_registered": "登记申报单位",
        "applicant_updated": "修改申报单位",
        "override_requested": "申请代码校验例外",
        "override_approved": "同意代码校验例外",
        "override_refused": "不同意代码校验例外",
        "member_invited": "邀请成员",
        "invitation_cancelled": "取消邀请",
        "member_joined": "成员加入",
        "member_left": "成员退出",
        "member_removed": "移除成员",
        "ownership_handed_over": "移交负责人",
        "official_appointed": "任命",
        "official_invited": "建立账号并邀请",
        "official_confirmed": "确认任命",
        "official_revoked": "免去职责",
        "staff_number_set": "登记工号",
        "identity_stated": "登记证件号码",
        "identity_confirmed": "核验证件号码",
        "password_changed": "修改密码",
        "password_reset": "重置密码",
        "password_set": "设置密码",
        "email_changed": "更换邮箱",
        "email_deleted": "删除邮箱",
        "totp_activated": "启用双重验证",
        "totp_deactivated": "停用双重验证",
        "recovery_codes_generated": "生成恢复码",
        "region_updated": "修改地区信息",
    },
    weight=130,
    fields={
        "role": "职责",
        "registers": "登记信息来源",
        "owner": "负责人",
        "old_owner": "原负责人",
        "new_owner": "新负责人",
        "user": "用户",
        "revoked_at": "免职时间",
        "problem": "校验结果",
        "provider": "身份认证",
    },
)
