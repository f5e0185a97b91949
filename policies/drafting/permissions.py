"""Who may do what to a draft. The database's constraint says once more that nobody decides what they proposed."""

from collections.abc import Mapping, Sequence
from typing import Any

from policies.drafting import yaml_codec
from policies.drafting.enums import DraftState
from policies.drafting.models import PolicyDraft
from policies.published.models import PolicyDocument
from portal.accounts.areas import covers, covers_now
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.accounts.persons import same_person


def may_draft(user: User | None, region_code: str) -> bool:
    """Whether the person writes drafts of this area's policy; "" is that of no area."""
    return covers(user, region_code, Role.POLICY_ADMIN)


def may_change(user: User, draft: PolicyDraft) -> bool:
    """Whether the person may change this draft now."""
    return may_draft(user, draft.region_code) and draft.is_editable


def decision_problem(user: User, draft: PolicyDraft) -> str:
    """Why this person may not publish or return the draft, in words; empty where nothing stands against them."""
    if not covers_now(user, draft.region_code, Role.POLICY_ADMIN):
        return "只有本地区的政策管理人员可以发布。"
    if draft.state != DraftState.PROPOSED:
        return f"该拟订现为“{draft.get_state_display()}”，没有提请发布。"
    if same_person(user, draft.proposed_by_id) or draft.authors.filter(pk__in=user.account_ids).exists():
        return "您参与过本拟订，须由另一位政策管理人员发布或退回。"
    return ""


def area_problem(user: User, draft: PolicyDraft) -> str:
    """Why this person may not put the draft in force: its document belongs to an area that is not theirs; "" else.

    The draft's own area, that of the document in force and that of the new head count, each asked anew.
    """
    document = PolicyDocument.objects.filter(code=draft.document_code).first()
    held = (document.region_id or "") if document else draft.region_code
    if all(covers_now(user, code, Role.POLICY_ADMIN) for code in {draft.region_code, held, region_of(draft.sections)}):
        return ""
    return "文件的适用地区不在您的管理范围内：请核对文件头的“适用地区”，或由该地区、上级的政策管理人员办理。"


def region_of(sections: Sequence[Mapping[str, Any]]) -> str:
    """The area that a document's head names, "" where it names none or something that is no code."""
    head = sections[0].get(yaml_codec.DOCUMENT) if sections else None
    code = head.get("region_code") if isinstance(head, dict) else None
    return code if isinstance(code, str) and len(code) == 6 and code.isdigit() else ""
