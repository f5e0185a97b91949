"""Who may do what to a draft. The database's constraint says once more that nobody decides what they proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.drafting.enums import DraftState
from portal.accounts.enums import Role

if TYPE_CHECKING:
    from policies.drafting.models import PolicyDraft
    from portal.accounts.models import User


def may_draft(user: User) -> bool:
    """Whether the person writes drafts at all."""
    return Role.POLICY_ADMIN in user.roles


def may_change(user: User, draft: PolicyDraft) -> bool:
    """Whether the person may change this draft now."""
    return may_draft(user) and draft.is_editable


def decision_problem(user: User, draft: PolicyDraft) -> str:
    """Why this person may not publish or return the draft, in words; empty where nothing stands against them."""
    if not may_draft(user):
        return "只有政策管理人员可以发布。"
    if draft.state != DraftState.PROPOSED:
        return f"该拟订现为“{draft.get_state_display()}”，没有提请发布。"
    if draft.proposed_by_id == user.pk or draft.authors.filter(pk=user.pk).exists():
        return "您参与过本拟订，须由另一位政策管理人员发布或退回。"
    return ""
