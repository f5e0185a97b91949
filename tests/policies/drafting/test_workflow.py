"""A draft's states: every action in every state does what the table says, or nothing."""

import pytest
from django.db import IntegrityError, transaction

from policies.drafting.enums import DraftAction, DraftState
from policies.drafting.models import PolicyDraft
from policies.drafting.services.decisions import propose, publish, return_draft, take_back
from policies.drafting.services.drafts import withdraw
from policies.drafting.workflow import WORKFLOW
from portal.core.errors import RefusedError
from tests.factories import act
from tests.policies.drafting.worlds import admin, draft_of, proposed, publish_package, with_standard

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    publish_package("wx2020")
    return admin(), admin()


def draft_in(state, author, other):
    """A draft that went its ordinary way to a state."""
    draft = with_standard(draft_of("wx2020", author), "6000", author)
    if state in (DraftState.DRAFTING, DraftState.WITHDRAWN):
        done = withdraw(draft, reason="暂缓", act=act(author)) if state == DraftState.WITHDRAWN else draft
    else:
        done = proposed(draft, author)
    if state == DraftState.RETURNED:
        done = return_draft(done, reason="请核对依据", act=act(other))
    if state == DraftState.PUBLISHED:
        publish(done, revision=done.revision, act=act(other))
    return PolicyDraft.objects.get(pk=done.pk)


def do(action, draft, author, other):
    match action:
        case DraftAction.PROPOSE:
            propose(draft, revision=draft.revision, act=act(author))
        case DraftAction.TAKE_BACK:
            take_back(draft, act=act(author))
        case DraftAction.RETURN:
            return_draft(draft, reason="请再核对", act=act(other))
        case DraftAction.PUBLISH:
            publish(draft, revision=draft.revision, act=act(other))
        case DraftAction.WITHDRAW:
            withdraw(draft, reason="不再需要", act=act(author))


@pytest.mark.parametrize("state", DraftState)
def test_each_action_leads_where_the_table_says_or_is_refused(people, state):
    start = draft_in(state, *people)
    if state == DraftState.DRAFTING:
        # All else that a proposal wants.
        start = proposed(start, people[0])
        start = take_back(start, act=act(people[0]))
    for action in DraftAction:
        row = WORKFLOW.get(action)
        with transaction.atomic():
            if state in row.sources:
                do(action, start, *people)
            else:
                with pytest.raises(RefusedError):
                    do(action, start, *people)
            expected = row.target if state in row.sources else state
            assert PolicyDraft.objects.get(pk=start.pk).state == expected, action
            transaction.set_rollback(True)


def test_database_knows_no_returned_draft_without_decider_and_reason(people):
    draft = draft_in(DraftState.RETURNED, *people)
    for nothing in ({"reason": ""}, {"decided_by": None}, {"decided_at": None}):
        with pytest.raises(IntegrityError, match="draft_returned_has"), transaction.atomic():
            PolicyDraft.objects.filter(pk=draft.pk).update(**nothing)
