"""What the pages of one draft share."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from policies.drafting.enums import DraftState
from policies.drafting.models import PolicyDraft
from policies.drafting.permissions import decision_problem, may_change, may_draft
from portal.access import officials
from portal.accounts.enums import Role
from portal.core.http import user_of
from portal.core.numbers import whole_number

writers = officials(Role.POLICY_ADMIN)
readers = officials(Role.POLICY_ADMIN, Role.AUDITOR)


def found_draft(request: HttpRequest, key: uuid.UUID) -> PolicyDraft:
    """A draft that this person may read; 404 for any other."""
    drafts = PolicyDraft.objects.visible_to(user_of(request)).select_related(
        "base__document", "published", "created_by", "proposed_by", "decided_by"
    )
    return get_object_or_404(drafts, key=key)


def frame(request: HttpRequest, draft: PolicyDraft, *, tab: str) -> dict[str, Any]:
    """What every page of a draft shows above its own content."""
    user = user_of(request)
    return {
        "draft": draft,
        "tab": tab,
        "may_change": may_change(user, draft),
        "may_decide": not decision_problem(user, draft),
        "may_take_back": draft.state == DraftState.PROPOSED and draft.proposed_by_id == user.pk,
        "may_withdraw": may_draft(user, draft.region_code) and not draft.is_over,
    }


def revision_of(request: HttpRequest) -> int:
    """The revision that the page showed; one that no draft has where it says none."""
    revision = whole_number(request.POST.get("revision"))
    return -1 if revision is None else revision


def to_draft(draft: PolicyDraft) -> HttpResponse:
    """Back to the draft's page."""
    return redirect("drafting:draft", draft.key)
