"""The table of accesses that `test_access` walks: who enters an address, and who sees the object that it shows.

It is written by hand, from the roles' duties, and not from `visible_to`: the two must agree.
"""

from typing import Any

from tests.access_address import Address
from tests.access_groups import (
    ACCEPTANCE,
    ADMINS,
    AUDITORS,
    BUDGET_READERS,
    CITY_PEOPLE,
    DECIDERS,
    FINANCE_PEOPLE,
    OFFICERS_SEE,
    POLICY_PEOPLE,
    PROVINCE,
    PUBLISHERS,
    READERS,
    RECORD,
    RECORDERS,
    REVIEWERS,
    SIMULATORS,
    SUZHOU,
)
from tests.access_world import (
    ADMIN,
    AUDIT,
    CITY,
    DISTRICT,
    EVERYBODY,
    FINANCE,
    MEMBER,
    OTHER_ADMIN,
    OTHER_AUDIT,
    OTHER_CITY,
    OTHER_MEMBERS,
    OTHER_POLICY,
    POLICY,
    PRIVATE,
    SIGNED_IN,
    World,
)


def _only(people: set[str], **seen: set[str]) -> dict[str, set[str]]:
    """The variants of an address, each with who of `people` sees it."""
    return {variant: them & people for variant, them in seen.items()}


def _claim_key(world: World, variant: str) -> dict[str, Any]:
    return {"key": world.claims[variant].key}


def _budget_line(world: World, _: str) -> dict[str, Any]:
    return {"pk": world.extra["budget_line"].pk}


def _publicity_key(world: World, _variant: str) -> dict[str, Any]:
    return {"key": world.extra["publicity"].key}


def _call_key(world: World, variant: str) -> dict[str, Any]:
    return {"key": world.extra[f"call_{variant}"].key}


def _simulated_draft_key(world: World, _variant: str) -> dict[str, Any]:
    return {"key": world.extra["simulated_draft"].key}


def _section(world: World, variant: str) -> dict[str, Any]:
    return _simulated_draft_key(world, variant) | {"index": 1}


def _notice_code(world: World, _variant: str) -> dict[str, Any]:
    return {"code": world.extra["notice"].code}


def _target(_world: World, variant: str) -> dict[str, Any]:
    return {"code": {"bh2024": "bh2024-t-brand", "sz2021": "sz2021-t-21-cases"}[variant]}


def _claims_for(people: set[str]) -> dict[str, set[str]]:
    return _only(people, **OFFICERS_SEE)


ADDRESSES: dict[str, Address] = {
    # Open to everybody.
    "home": Address(EVERYBODY),
    "contact": Address(EVERYBODY),
    "privacy": Address(EVERYBODY),
    "policies:documents": Address(EVERYBODY),
    "unsent:state": Address(EVERYBODY),
    "unsent:signed_in": Address(SIGNED_IN),
    "unsent:form": Address(
        SIGNED_IN,
        {"own": MEMBER, "theirs": OTHER_MEMBERS},
        lambda world, variant: {"key": world.extra[f"unsent_{variant}"].key},
    ),
    "calls:list": Address(EVERYBODY),
    "calls:calendar": Address(EVERYBODY),
    "calls:call": Address(EVERYBODY, {"published": EVERYBODY, "draft": set()}, _call_key),
    "calls:call_calendar": Address(EVERYBODY, {"published": EVERYBODY, "draft": set()}, _call_key),
    "calls:attachment": Address(
        EVERYBODY,
        {"published": EVERYBODY, "draft": set()},
        lambda world, variant: {"key": world.extra[f"call_file_{variant}"].key},
    ),
    "policies:register": Address(EVERYBODY),
    "policies:document": Address(EVERYBODY, arguments=lambda world, _: {"code": world.extra["item"].document.code}),
    "policies:item": Address(EVERYBODY, arguments=lambda world, _: {"code": world.extra["item"].code}),
    "policies:calculator": Address(EVERYBODY, arguments=lambda world, _: {"code": world.extra["item"].code}),
    **{
        f"finder:{step}": Address(EVERYBODY, query="?kind=enterprise&region=320211&event=patent")
        for step in ("start", "events", "facts", "result")
    },
    "rates:list": Address(EVERYBODY),
    "rates:work": Address(POLICY_PEOPLE),
    "rates:decide": Address(POLICY_PEOPLE, {"own": POLICY}, lambda world, _: {"key": world.extra["rate"].key}),
    "review:publicity_public": Address(EVERYBODY),
    "review:publicity_detail": Address(EVERYBODY, arguments=_publicity_key),
    # One's own account and organisation.
    "accounts:profile": Address(SIGNED_IN),
    "accounts:resume": Address(SIGNED_IN),
    "accounts:organisation": Address(PRIVATE),
    "accounts:organisation_new": Address(PRIVATE),
    "accounts:individual_new": Address(PRIVATE),
    **{
        f"accounts:{page}": Address(
            MEMBER | OTHER_MEMBERS, {"own": MEMBER}, lambda world, _: {"pk": world.applicant.pk}
        )
        for page in ("organisation_detail", "organisation_edit", "readings", "members")
    },
    **{
        f"accounts:member_{deed}": Address(
            MEMBER | OTHER_MEMBERS, {"own": MEMBER}, lambda world, _: {"pk": world.extra["colleague"].pk}
        )
        for deed in ("remove", "make_owner")
    },
    "accounts:invitation_cancel": Address(
        MEMBER | OTHER_MEMBERS, {"own": MEMBER}, lambda world, _: {"public_id": world.extra["invitation"].public_id}
    ),
    "accounts:invitation": Address(EVERYBODY, {"unknown": set()}, lambda *_: {"token": "no-such-token"}),
    "accounts:invitation_accept": Address(PRIVATE, {"unknown": set()}, lambda *_: {"token": "no-such-token"}),
    # People who are set over others.
    "accounts:overrides": Address(ACCEPTANCE),
    "accounts:override": Address(
        ACCEPTANCE,
        {"binhu": {"acceptance"}, "xishan": set()},
        lambda world, variant: {"public_id": world.extra[f"override_{variant}"].public_id},
    ),
    "accounts:officials": Address(ADMINS),
    "accounts:users": Address(ADMINS),
    "accounts:official": Address(
        ADMINS,
        {"city_officer": ADMIN, "suzhou_officer": OTHER_ADMIN | {"province_admin"}, "newcomer": ADMINS},
        lambda world, who: {"pk": world.people[who].pk},
    ),
    "accounts:regions": Address(ADMINS),
    "accounts:region_edit": Address(
        ADMINS,
        {"own": ADMIN, "other city": OTHER_ADMIN | {"province_admin"}},
        lambda _, kind: {"code": "320211" if kind == "own" else "320500"},
    ),
    "accounts:appointment_revoke": Address(
        ADMINS, {"own": ADMIN}, lambda world, _: {"public_id": world.extra["appointment"].public_id}
    ),
    # Calls: one city's policy administrator makes them.
    "calls:work": Address(POLICY_PEOPLE),
    "calls:new": Address(POLICY_PEOPLE),
    "calls:draft_attachment": Address(
        POLICY_PEOPLE,
        {"published": POLICY, "suzhou": OTHER_POLICY | {"province_policy"}},
        lambda world, variant: {"key": world.extra[f"call_file_{variant}"].key},
    ),
    **{
        f"calls:{name}": Address(
            POLICY_PEOPLE,
            {"published": POLICY, "draft": POLICY, "suzhou": OTHER_POLICY | {"province_policy"}},
            _call_key,
            post,
        )
        for name, post in {
            "manage": {},
            "edit": {},
            "preview": {},
            "publish": {"seen": "0"},
            "discard": {},
            "attach": {},
            "extend": {"seen": "0", "reason": "延长"},
            "close": {"seen": "0", "reason": "提前"},
            "amend": {"seen": "0", "reason": "调整"},
            "withdraw": {"seen": "0", "reason": "撤销"},
        }.items()
    },
    "applications:call_use": Address(
        CITY | OTHER_CITY | FINANCE_PEOPLE | POLICY_PEOPLE | AUDITORS,
        {"published": CITY | FINANCE | POLICY | AUDIT, "draft": set(), "suzhou": set()},
        _call_key,
    ),
    # The officials' work.
    "review:queue": Address(REVIEWERS),
    "review:next": Address(REVIEWERS),
    "review:decide_many": Address(DECIDERS),
    "review:claims": Address(READERS),
    "review:claims_export": Address(READERS),
    "review:claim": Address(READERS, _claims_for(READERS), _claim_key),
    "review:conclude": Address(REVIEWERS, _claims_for(REVIEWERS), _claim_key),
    "review:credit": Address(REVIEWERS, _claims_for(REVIEWERS), _claim_key),
    "review:publicity": Address(CITY_PEOPLE),
    "review:publicity_new": Address(PUBLISHERS),
    "review:publicity_work": Address(
        CITY_PEOPLE, {"wuxi": CITY}, lambda world, _: {"key": world.extra["publicity"].key}
    ),
    "review:publicity_approve": Address(DECIDERS, {"wuxi": {"decision_maker"}}, _publicity_key),
    "review:publicity_export": Address(
        CITY_PEOPLE, {"wuxi": CITY}, lambda world, _: {"key": world.extra["publicity"].key}
    ),
    "review:objection_new": Address(
        PUBLISHERS,
        {"wuxi": {"city_officer"}},
        lambda world, _: {"key": world.extra["publicity"].key, "entry": world.extra["entry"].pk},
    ),
    "review:objection": Address(CITY_PEOPLE, {"wuxi": CITY}, lambda world, _: {"pk": world.extra["objection"].pk}),
    "payees:requests": Address(ACCEPTANCE | FINANCE_PEOPLE),
    "payees:own": Address(MEMBER | OTHER_MEMBERS),
    "payees:request": Address(
        MEMBER | OTHER_MEMBERS | ACCEPTANCE | FINANCE_PEOPLE,
        {"binhu": MEMBER | {"acceptance"} | FINANCE},
        lambda world, _: {"key": world.extra["payee_request"].key},
    ),
    "treasury:board": Address(BUDGET_READERS),
    "treasury:board_export": Address(BUDGET_READERS),
    "treasury:new_line": Address(FINANCE_PEOPLE),
    "treasury:line": Address(BUDGET_READERS, {"own": FINANCE | AUDIT | {"decision_maker"}}, _budget_line),
    "treasury:issue": Address(FINANCE_PEOPLE, {"own": FINANCE}, _budget_line),
    "treasury:close": Address(FINANCE_PEOPLE, {"own": FINANCE}, _budget_line),
    "funding:payments": Address(FINANCE_PEOPLE | AUDITORS),
    "funding:payments_export": Address(FINANCE_PEOPLE | AUDITORS),
    "funding:payment": Address(
        FINANCE_PEOPLE | AUDITORS, {"district_review": set(), "approved": FINANCE | AUDIT}, _claim_key
    ),
    # Simulations: auditors read, policy administrators alone see drafts of policy.
    "whatif:runs": Address(SIMULATORS | AUDITORS),
    "whatif:new": Address(SIMULATORS),
    "whatif:ask": Address(SIMULATORS, {"published": SIMULATORS - PROVINCE}, lambda *_: {"change": "published"}),
    "whatif:compare": Address(SIMULATORS | AUDITORS),
    "drafting:drafts": Address(POLICY_PEOPLE | AUDITORS),
    "drafting:new": Address(POLICY_PEOPLE),
    **{
        f"drafting:{name}": Address(POLICY_PEOPLE | AUDITORS, {"wx2020": POLICY | AUDIT}, _simulated_draft_key)
        for name in ("draft", "changes", "cases", "export")
    },
    **{
        f"drafting:{name}": Address(POLICY_PEOPLE, {"wx2020": POLICY}, _simulated_draft_key)
        for name in ("text", "describe", "issue", "sums", "readings", "decide")
    },
    "drafting:new_case": Address(POLICY_PEOPLE, {"wx2020": POLICY}, _simulated_draft_key, query="?item=wx2020-01-inv"),
    **{
        f"drafting:{name}": Address(
            POLICY_PEOPLE,
            {"wx2020": POLICY},
            lambda world, _: {**_simulated_draft_key(world, ""), "pk": world.extra["case"].pk},
        )
        for name in ("settle_case", "undo_case")
    },
    "drafting:new_section": Address(POLICY_PEOPLE, {"wx2020": POLICY}, _simulated_draft_key),
    **{
        f"drafting:{name}": Address(POLICY_PEOPLE, {"wx2020": POLICY}, _section)
        for name in ("remove_section", "move_section", "section_preview", "copy_section")
    },
    **{
        f"drafting:{name}": Address(POLICY_PEOPLE | AUDITORS, {"wx2020": POLICY | AUDIT}, _section)
        for name in ("section", "tryout")
    },
    "whatif:draft_effect": Address(SIMULATORS | AUDITORS, {"wx2020": POLICY | AUDIT}, _simulated_draft_key),
    **{
        f"whatif:{name}": Address(
            entering, {"wuxi": entering - SUZHOU}, lambda world, _: {"key": world.extra["simulation"].key}
        )
        for name, entering in {
            "run": SIMULATORS | AUDITORS,
            "progress": SIMULATORS | AUDITORS,
            "cancel": SIMULATORS,
            "export": SIMULATORS | AUDITORS,
        }.items()
    },
    # Notices.
    "notices:mine": Address(MEMBER | OTHER_MEMBERS),
    "notices:download": Address(SIGNED_IN, {"approved": MEMBER | OFFICERS_SEE["approved"]}, _notice_code),
    "notices:office": Address(DECIDERS | {"district_second"}),
    "notices:kept": Address(DECIDERS | {"district_second"}, {"approved": {"decision_maker"}}, _notice_code),
    "notices:again": Address(
        DECIDERS | {"district_second"}, arguments=lambda world, _: {"job_id": world.extra["job_wuxi"].pk}
    ),
    "notices:verify": Address(EVERYBODY),
    "verification:notice": Address(EVERYBODY, arguments=_notice_code),
    # The applicant's own claims: an official reads claims on the pages of review.
    "applications:claims": Address(MEMBER | OTHER_MEMBERS),
    "applications:new": Address(MEMBER | OTHER_MEMBERS),
    **{
        f"applications:{name}": Address(
            MEMBER | OTHER_MEMBERS,
            # Files can only be chosen for what may still be changed.
            {"draft": MEMBER} if name == "reuse" else {"draft": MEMBER, "district_review": MEMBER, "approved": MEMBER},
            _claim_key,
            post,
            query="?requirement=commitment" if name == "reuse" else "",
        )
        for name, post in {
            "claim": {},
            "edit": {"action": "save", "revision": "0"},
            "autosave": {"revision": "0"},
            "merge": {"revision": "0"},
            "upload": {"requirement": "commitment"},
            "reuse": {"requirement": "commitment"},
            "template": {},
            "import": {"text": "1"},
            "review": {},
            "submit": {"revision": "0", "commitment": "on"},
            "move": {},
            "withdraw": {"reason": "不申报了"},
        }.items()
    },
    # The register of rights is its applicant's own.
    "rights:list": Address(MEMBER | OTHER_MEMBERS),
    "rights:choose": Address(MEMBER | OTHER_MEMBERS),
    "rights:adopt": Address(MEMBER | OTHER_MEMBERS),
    "rights:claim": Address(MEMBER | OTHER_MEMBERS),
    **{
        f"rights:{name}": Address(MEMBER | OTHER_MEMBERS, arguments=lambda *_: {"kind": "patent"})
        for name in ("new", "template", "import")
    },
    **{
        f"rights:{name}": Address(
            MEMBER | OTHER_MEMBERS, {"own": MEMBER}, lambda world, _: {"key": world.extra["right"].key}
        )
        for name in ("edit", "remove")
    },
    "applications:evidence": Address(
        MEMBER | OTHER_MEMBERS | READERS,
        {"draft": MEMBER, "district_review": MEMBER | DISTRICT | CITY | AUDIT},
        lambda world, variant: {"key": world.extra[f"evidence_{variant}"].key},
    ),
    # The interface for programs.
    "api_documentation": Address(EVERYBODY),
    "api:openapi-json": Address(EVERYBODY),
    # Names the interface's beginning; nothing is there.
    "api:api-root": Address(EVERYBODY, {"nothing": set()}),
    "api:list_documents": Address(EVERYBODY),
    "api:list_items": Address(EVERYBODY),
    "api:get_item": Address(EVERYBODY, arguments=lambda world, _: {"code": world.extra["item"].code}),
    "api:assess_questions": Address(EVERYBODY),
    "api:list_calls": Address(EVERYBODY),
    "api:verify_notice": Address(EVERYBODY, arguments=_notice_code),
    "api:list_claims": Address(EVERYBODY, token=True),
    "api:get_claim": Address(EVERYBODY, arguments=lambda world, _: {"key": world.claims["draft"].key}, token=True),
    "tokens:list": Address(SIGNED_IN),
    "tokens:revoke": Address(SIGNED_IN, {"own": MEMBER}, lambda world, _: {"pk": world.extra["api_token"].pk}),
    # One's own messages.
    "notifications:list": Address(SIGNED_IN),
    "notifications:read_all": Address(SIGNED_IN),
    "notifications:read": Address(SIGNED_IN, {"own": MEMBER}, lambda world, _: {"pk": world.extra["message"].pk}),
    # Targets and plans: everybody reads, the region's people record.
    "targets:index": Address(EVERYBODY),
    "targets:dashboard": Address(EVERYBODY, arguments=lambda *_: {"code": "bh2024"}),
    "targets:dashboard_export": Address(EVERYBODY, arguments=lambda *_: {"code": "bh2024"}),
    "targets:target": Address(EVERYBODY, arguments=lambda *_: {"code": "bh2024-t-brand"}),
    "targets:programme": Address(EVERYBODY, arguments=lambda *_: {"code": "bh2024"}),
    "targets:progress": Address(EVERYBODY, arguments=lambda *_: {"code": "bh2024", "rule": "bh2024-s-hub"}),
    "targets:measure": Address(RECORDERS, RECORD, _target),
    "targets:adopt": Address(RECORDERS, RECORD, lambda world, variant: _target(world, variant) | {"year": 2026}),
    "targets:correct": Address(
        RECORDERS,
        {"bh2024": RECORD["bh2024"]},
        lambda world, _: {"key": world.extra["measurement"].key},
    ),
    "targets:report": Address(
        RECORDERS, {"bh2024": RECORD["bh2024"]}, lambda *_: {"code": "bh2024", "rule": "bh2024-s-hub"}
    ),
    # The machinery.
    "audit:records": Address(AUDITORS),
    "audit:record": Address(
        AUDITORS,
        {"wuxi": AUDIT, "suzhou": OTHER_AUDIT | {"province_auditor"}, "nowhere": {"province_auditor"}},
        lambda world, variant: {"sequence": world.extra[f"record_{variant}"].sequence},
    ),
    "audit:security": Address(AUDITORS),
    "audit:export": Address(AUDITORS),
    "jobs:list": Address(ADMINS),
    "jobs:retry": Address(
        ADMINS,
        {"wuxi": ADMIN, "suzhou": OTHER_ADMIN | {"province_admin"}, "nowhere": {"province_admin"}},
        lambda world, variant: {"pk": world.extra[f"job_{variant}"].pk},
    ),
    "jobs:retry_kind": Address(ADMINS),
    "workdays:list": Address(ADMINS),
    "workdays:remove": Address(ADMINS),
    "healthz": Address(EVERYBODY),
    # Answers 404 without the monitor's token.
    "metrics": Address(EVERYBODY, {"without its token": set()}),
}
