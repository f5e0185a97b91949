"""Demo drafts of policy: one change of the Wuxi document being written, one that waits for the second person."""

import uuid
from datetime import datetime

from policies.drafting import yaml_codec
from policies.drafting.models import PolicyDraft
from policies.drafting.selectors.cases import unsettled_cases
from policies.drafting.services.cases import confirm_case
from policies.drafting.services.decisions import propose
from policies.drafting.services.drafts import describe_draft, save_section, start_draft
from policies.engine.operations.at_most import AtMost
from policies.engine.operations.standard import Standard
from policies.published.models import PolicyDocument
from portal.accounts.models import User
from portal.core.actor import ActorContext
from review.demo.people import DOMAIN

_DOCUMENT = "wx2020"


def load_policy_drafts(*, now: datetime) -> None:
    """Make both drafts, unless there are any."""
    if PolicyDraft.objects.exists():
        return
    act = ActorContext(user=User.objects.get(email=f"zhengce@{DOMAIN}"), at=now)
    _drafted(
        "wx2020-01-inv", "6000", "提高发明专利授权奖补上限", "最高 5,000 元提高到 6,000 元，依据年度资金安排。", act=act
    )
    draft = _drafted(
        "wx2020-15-gi", "120000", "提高地理标志注册奖励", "最高 10 万元提高到 12 万元，依据年度资金安排。", act=act
    )
    for run in unsettled_cases(draft):
        if run.case is not None:
            confirm_case(draft, run.case, reason="最高额提高到 12 万元", act=act)
    propose(draft, revision=draft.revision, act=act)


def _drafted(item: str, yuan: str, title: str, note: str, *, act: ActorContext) -> PolicyDraft:
    """A change of one item's sum."""
    document = PolicyDocument.objects.get(code=_DOCUMENT)
    draft = start_draft(document, key=uuid.uuid4(), title=title, act=act)
    index = [yaml_codec.name_of(section) for section in draft.sections].index(item)
    section = yaml_codec.plain(draft.sections[index])
    for step in section["steps"]:
        if step["do"] in (Standard.verb, AtMost.verb):
            step["yuan"] = yuan
    for limit in section.get("limits", ()):
        if "yuan" in limit:
            limit["yuan"] = yuan
    draft = save_section(draft, index, section, revision=draft.revision, act=act)
    return describe_draft(draft, revision=draft.revision, title=title, note=note, act=act)
