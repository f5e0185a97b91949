"""Published documents with their texts, policy administrators and drafts: what the tests of this app start from."""

import uuid
from typing import Any

from policies.drafting import yaml_codec
from policies.drafting.models import PolicyDraft
from policies.drafting.selectors.cases import items_without_case, run_cases, unsettled_cases
from policies.drafting.selectors.changes import draft_changes
from policies.drafting.services.cases import confirm_case, waive_case
from policies.drafting.services.decisions import propose, publish
from policies.drafting.services.drafts import describe_draft, save_section, start_draft
from policies.engine import package_documents
from policies.published.enums import TextOrigin
from policies.published.models import PolicyDocument
from policies.published.services import publish_document
from portal.accounts.enums import Role
from portal.accounts.models import Region, User
from tests.factories import act, make_official, wuxi

INVENTION = "wx2020-01-inv"


def publish_package(*codes: str) -> None:
    """Publish these documents of the package with their texts, as a deployment does."""
    for loaded, text in package_documents():
        if loaded.document.id in codes:
            publish_document(loaded, text=text, origin=TextOrigin.PACKAGE, act=act())


def admin(region: Region | None = None) -> User:
    """A policy administrator, of Wuxi unless another region is given."""
    return make_official(Role.POLICY_ADMIN, region or wuxi())


def draft_of(code: str, author: User, **fields: Any) -> PolicyDraft:
    """A draft of a change of a published document."""
    document = PolicyDocument.objects.get(code=code)
    return start_draft(document, key=uuid.uuid4(), title="调整标准", act=act(author), **fields)


def place_of(draft: PolicyDraft, name: str) -> int:
    """The index of the section of an item or rule."""
    return [yaml_codec.name_of(section) for section in draft.sections].index(name)


def changed(draft: PolicyDraft, name: str, author: User, **changes: Any) -> PolicyDraft:
    """The draft with keys of one section changed."""
    index = place_of(draft, name)
    section = yaml_codec.plain(draft.sections[index]) | changes
    return save_section(draft, index, section, revision=draft.revision, act=act(author))


def with_standard(draft: PolicyDraft, yuan: str, author: User) -> PolicyDraft:
    """The draft with another standard for an invention."""
    steps = yaml_codec.plain(draft.sections[place_of(draft, INVENTION)]["steps"])
    steps[0]["yuan"] = yuan
    return changed(draft, INVENTION, author, steps=steps)


def proposed(draft: PolicyDraft, author: User) -> PolicyDraft:
    """The draft with its note and cases settled, proposed."""
    for run in unsettled_cases(draft):
        assert run.case is not None
        confirm_case(draft, run.case, reason="标准提高", act=act(author))
    for change in items_without_case(draft, draft_changes(draft), run_cases(draft)):
        waive_case(draft, change.code, reason="测试不写案例", act=act(author))
    draft = describe_draft(draft, revision=draft.revision, title=draft.title, note="依据年度资金安排", act=act(author))
    return propose(draft, revision=draft.revision, act=act(author))


def published(draft: PolicyDraft, author: User, publisher: User | None = None) -> PolicyDraft:
    """The draft proposed by its author and published by another person."""
    draft = proposed(draft, author)
    publish(draft, revision=draft.revision, act=act(publisher or admin(author.active_appointments[0].region)))
    draft.refresh_from_db()
    return draft
