"""Who may make a city's calls, and who may publish one."""

from policies.calls.models import Call
from portal.accounts.areas import covers_now
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.accounts.persons import same_person
from portal.core.errors import RefusedError


def administers(user: User | None, region_id: str) -> bool:
    """Whether the person administers the policy of this city, as it stands now."""
    return covers_now(user, region_id, Role.POLICY_ADMIN)


def publication_obstacle(user: User | None, call: Call) -> RefusedError | None:
    """Why this person may not publish a draft: who set its procedure or a budget does not; None where they may."""
    if call.procedure and same_person(user, call.procedure_by_id):
        return RefusedError("本通知另定了审核程序，须由拟定人以外的另一名政策管理人员发布。", "route")
    if same_person(user, call.budget_by_id):
        return RefusedError("本通知定了预算，须由填写预算以外的另一名政策管理人员发布。", "budget")
    return None
