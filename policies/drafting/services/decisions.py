"""Propose a draft, take it back, return it, publish it: by two people, on what both have seen."""

import json
from typing import Any

from django.db import transaction
from django.urls import reverse

from policies.drafting.enums import DraftAction, DraftState
from policies.drafting.models import PolicyDraft
from policies.drafting.permissions import area_problem, decision_problem
from policies.drafting.selectors.cases import items_without_case, run_cases
from policies.drafting.selectors.changes import draft_changes, has_changes
from policies.drafting.selectors.problems import draft_problems
from policies.drafting.selectors.reading import draft_document, draft_yaml
from policies.drafting.services.cases import apply_case_changes
from policies.drafting.services.drafts import author_of, lock_draft, lock_editable, move_draft, stale_draft
from policies.published.enums import TextOrigin
from policies.published.models import DocumentText, PolicyDocument
from policies.published.services import PublishError, publish_document
from portal.accounts.areas import covers
from portal.accounts.enums import Role
from portal.accounts.models import Appointment, User
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.printable import not_to_be_typed
from portal.notifications.services import notify_users


def propose(draft: PolicyDraft, *, revision: int, act: ActorContext) -> PolicyDraft:
    """Hand a draft to a second person. Raises RefusedError while anything stands against it."""
    with transaction.atomic():
        draft = lock_editable(draft, act=act)
        if revision != draft.revision:
            raise stale_draft(draft)
        obstacle = area_problem(author_of(act, draft.region_code), draft) or proposal_obstacle(draft)
        if obstacle:
            raise RefusedError(obstacle)
        proposed = {"proposed_by": author_of(act, draft.region_code), "proposed_at": act.at}
        undecided = {"decided_by": None, "decided_at": None, "reason": ""}
        move_draft(draft, DraftAction.PROPOSE, act=act, changes=proposed | undecided)
        notify_users(
            _others(draft),
            "drafting.proposed",
            key=f"drafting.proposed.{draft.key}.{draft.revision}.{act.at.isoformat()}",
            url=_url(draft),
            region_code=draft.region_code,
            policy=draft.title,
            by=act.actor_name,
        )
        return draft


def proposal_obstacle(draft: PolicyDraft) -> str:
    """What stands against proposing the draft, in words; empty where nothing does."""
    if draft_problems(draft):
        return "拟订还有错误，请按所列逐一改正。"
    if wrong := not_to_be_typed(json.dumps(draft.sections, ensure_ascii=False)):
        return f"拟订的文字中有不能使用的字符：{wrong}"
    if newest_text(draft) != draft.base:
        return "该文件已有更新的版本，请撤回本拟订，从新版本另行起草。"
    if not has_changes(draft):
        return "与现行文本没有差别，没有可以发布的改动。"
    if not draft.note.strip():
        return "请填写修改说明，写明改什么、依据什么。"
    runs = run_cases(draft)
    waiting = sum(not run.is_settled for run in runs)
    if waiting:
        return f"还有 {waiting} 个案例的结果有变化而没有确认。"
    bare = items_without_case(draft, draft_changes(draft), runs)
    if not bare:
        return ""
    named = "、".join(change.title for change in bare[:3])
    more = "等" if len(bare) > 3 else ""
    return f"“{named}”{more} {len(bare)} 个事项还没有案例，请在“案例重算”里各写一个，或说明理由。"


def take_back(draft: PolicyDraft, *, act: ActorContext) -> PolicyDraft:
    """Take a proposed draft back, to go on writing; only who proposed it may."""
    with transaction.atomic():
        draft = lock_draft(draft)
        if draft.state != DraftState.PROPOSED or draft.proposed_by_id != author_of(act, draft.region_code).pk:
            raise RefusedError("只有提请发布的人可以收回，且须在发布之前。")
        return move_draft(draft, DraftAction.TAKE_BACK, act=act)


def return_draft(draft: PolicyDraft, *, reason: str, act: ActorContext) -> PolicyDraft:
    """Give a proposed draft back to its author, with the reason; only somebody else may."""
    reason = reason.strip()
    with transaction.atomic():
        draft = lock_draft(draft)
        _refuse_decider(draft, act)
        if not reason:
            raise RefusedError("请写明退回的理由，让起草人知道要改什么。")
        move_draft(draft, DraftAction.RETURN, act=act, changes=_decided(draft, act) | {"reason": reason})
        _notify_author(draft, act, "drafting.returned", reason=reason)
        return draft


def publish(draft: PolicyDraft, *, revision: int, act: ActorContext) -> DocumentText:
    """Publish what another person proposed. Everything is checked once more under the locks.

    Raises RefusedError where this person may not, where a newer text was published meanwhile, or where the rules
    or cases no longer hold; StaleStateError for another revision than the one this person has read.
    """
    try:
        with transaction.atomic():
            draft = lock_draft(draft)
            _refuse_decider(draft, act)
            if revision != draft.revision:
                raise stale_draft(draft)
            # The document's row is locked before its newest text is read: two drafts of it cannot both be the next.
            PolicyDocument.objects.select_for_update().filter(code=draft.document_code).first()
            obstacle = area_problem(author_of(act, draft.region_code), draft) or proposal_obstacle(draft)
            if obstacle:
                raise RefusedError(obstacle)
            published = publish_document(
                draft_document(draft),
                text=draft_yaml(draft),
                origin=TextOrigin.BROWSER,
                act=act,
                source=draft.source,
                marks=draft.marks,
            )
            if published.text.number != (draft.base.number + 1 if draft.base else 1):
                raise RefusedError(f"标识 {draft.document_code} 的文件刚刚由另一拟订发布，请撤回后另行起草。")
            move_draft(
                draft,
                DraftAction.PUBLISH,
                act=act,
                changes=_decided(draft, act) | {"published": published.text},
                logged={
                    "document_code": draft.document_code,
                    "sha256": published.text.sha256,
                    "count": published.new_versions,
                    "cases": apply_case_changes(draft, act=act),
                },
            )
            _notify_author(draft, act, "drafting.published", count=published.new_versions)
            return published.text
    except PublishError as error:
        raise RefusedError(str(error)) from error


def newest_text(draft: PolicyDraft) -> DocumentText | None:
    """The newest published text of the draft's document, None for a document that is not there yet."""
    return DocumentText.objects.filter(document__code=draft.document_code).order_by("-number").first()


def _decided(draft: PolicyDraft, act: ActorContext) -> dict[str, Any]:
    return {"decided_by": author_of(act, draft.region_code), "decided_at": act.at}


def _refuse_decider(draft: PolicyDraft, act: ActorContext) -> None:
    problem = decision_problem(author_of(act, draft.region_code), draft)
    if problem:
        raise RefusedError(problem)


def _others(draft: PolicyDraft) -> list[User]:
    """Who may decide: policy administrators of the draft's area that had no part in it."""
    held = Appointment.objects.in_force().filter(role=Role.POLICY_ADMIN)
    authors = {account for author in draft.authors.all() for account in author.account_ids}
    others = User.objects.filter(pk__in=held.values("user_id"), is_active=True).exclude(pk__in=authors)
    return [user for user in others if covers(user, draft.region_code, Role.POLICY_ADMIN)]


def _notify_author(draft: PolicyDraft, act: ActorContext, kind: str, **values: object) -> None:
    if draft.proposed_by is not None:
        key = f"drafting.decided.{draft.key}.{act.at.isoformat()}"
        said = {"policy": draft.title, "by": act.actor_name, **values}
        notify_users([draft.proposed_by], kind, key=key, url=_url(draft), region_code=draft.region_code, **said)


def _url(draft: PolicyDraft) -> str:
    return reverse("drafting:draft", args=[draft.key])
