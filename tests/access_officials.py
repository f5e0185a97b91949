"""The table of accesses to the officials' pages: reviews, budgets, simulations, notices and targets."""

import uuid
from typing import Any
from uuid import UUID

from review.ratings.enums import Level, RatingState
from review.ratings.models import Rating
from tests.access_address import Address
from tests.access_after import AFTER
from tests.access_budgets import BUDGETS
from tests.access_checks import CHECKS
from tests.access_desk import DESK
from tests.access_groups import (
    ACCEPTANCE,
    ADMINS,
    AUDITORS,
    BULLETIN_WRITERS,
    CITY_PEOPLE,
    DECIDERS,
    FIGURE_READERS,
    FINANCE_PEOPLE,
    LIST_PEOPLE,
    NOTICE_DECIDERS,
    NOTICE_KEEPERS,
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
from tests.access_objections import OBJECTIONS
from tests.access_panels import PANELS
from tests.access_world import (
    AUDIT,
    CITY,
    CLAIMANTS,
    DISTRICT,
    EVERYBODY,
    FINANCE,
    MEMBER,
    OTHER_MEMBERS,
    POLICY,
    SIGNED_IN,
    World,
)


def only(people: set[str], **seen: set[str]) -> dict[str, set[str]]:
    """The variants of an address, each with who of `people` sees it."""
    return {variant: them & people for variant, them in seen.items()}


def claim_key(world: World, variant: str) -> dict[str, Any]:
    return {"key": world.claims[variant].key}


def _bulletin(world: World, _: str) -> dict[str, Any]:
    return {"key": world.extra["bulletin"].key}


def _batch(world: World, _: str) -> dict[str, Any]:
    return {"key": world.extra["batch"].key}


def publicity_key(world: World, _variant: str) -> dict[str, Any]:
    return {"key": world.extra["publicity"].key}


def _simulated_draft_key(world: World, _variant: str) -> dict[str, Any]:
    return {"key": world.extra["simulated_draft"].key}


def _section(world: World, variant: str) -> dict[str, Any]:
    return _simulated_draft_key(world, variant) | {"index": 1}


def notice_code(world: World, _variant: str) -> dict[str, Any]:
    return {"code": world.extra["notice"].code}


def run_key(world: World, _variant: str) -> dict[str, Any]:
    return {"run_id": world.extra["print_run"].pk}


def run_action(world: World, variant: str) -> dict[str, Any]:
    return run_key(world, variant) | {"action": "cancel"}


def slice_place(world: World, variant: str) -> dict[str, Any]:
    return run_key(world, variant) | {"position": 1}


def _target(_world: World, variant: str) -> dict[str, Any]:
    return {"code": {"bh2024": "bh2024-t-brand", "sz2021": "sz2021-t-21-cases"}[variant]}


def _rating(world: World, _variant: str) -> dict[str, Any]:
    claim = world.claims["approved"]
    given = {"region_id": "320200", "level": Level.GOOD, "state": RatingState.RECEIVED, "given_by": claim.created_by}
    rating, _ = Rating.objects.get_or_create(claim=claim, defaults={**given, "applicant": claim.applicant})
    return {"key": rating.key}


def _claims_for(people: set[str]) -> dict[str, set[str]]:
    return only(people, **OFFICERS_SEE)


def _nothing(*_: Any) -> dict[str, Any]:
    """The key of nothing."""
    return {"key": UUID(int=0)}


OFFICIALS_ADDRESSES: dict[str, Address] = {
    **AFTER,
    # Who works on what.
    "assignments:load": Address(LIST_PEOPLE),
    "assignments:assign": Address(LIST_PEOPLE),
    "assignments:undo": Address(LIST_PEOPLE, arguments=lambda *_: {"batch": UUID(int=0)}),
    "assignments:claim": Address(REVIEWERS, _claims_for(REVIEWERS), claim_key),
    "assignments:absences": Address(READERS - AUDITORS),
    "assignments:absence_end": Address(READERS - AUDITORS, {"nobody": set()}, _nothing),
    "assignments:rules": Address(ADMINS),
    "assignments:rule": Address(
        ADMINS,
        {"binhu": {"system_admin", "province_admin"}},
        lambda *_: {"region": "320211", "status": "submitted"},
    ),
    "recusal:list": Address(READERS),
    "recusal:lift": Address(LIST_PEOPLE, {"nobody": set()}, _nothing),
    # The officials' work.
    "review:queue": Address(REVIEWERS),
    "review:next": Address(REVIEWERS),
    "review:decide_many": Address(REVIEWERS),
    "review:bulk_progress": Address(
        REVIEWERS, {"own": {"district_first"}}, lambda world, _: {"pk": world.extra["bulk_job"].pk}
    ),
    "review:agendas": Address(DECIDERS | AUDITORS),
    "review:agenda": Address(DECIDERS | AUDITORS, {"no claims": set()}, lambda *_: {"key": "none"}),
    "review:agenda_export": Address(DECIDERS | AUDITORS, {"no claims": set()}, lambda *_: {"key": "none"}),
    "review:scores": Address(PUBLISHERS),
    "documents:agenda": Address(DECIDERS, {"no claims": set()}, lambda *_: {"key": "none"}),
    "documents:meeting": Address(DECIDERS, {"no claims": set()}, lambda *_: {"key": "none", "volume": 1}),
    "documents:minutes": Address(PUBLISHERS | DECIDERS | AUDITORS, {"no meeting": set()}, lambda *_: {"pk": 0}),
    "documents:publicity": Address(EVERYBODY, arguments=publicity_key),
    "documents:claim_form": Address(
        SIGNED_IN, {variant: them | CLAIMANTS for variant, them in OFFICERS_SEE.items()}, claim_key
    ),
    "letters:thread": Address(
        MEMBER | OTHER_MEMBERS | READERS, {which: them | CLAIMANTS for which, them in OFFICERS_SEE.items()}, claim_key
    ),
    "letters:file": Address(
        MEMBER | OTHER_MEMBERS | READERS,
        {"district_review": CLAIMANTS | DISTRICT | CITY | AUDIT},
        lambda world, _: {"key": world.extra["letter_file"].key},
    ),
    "bulletins:list": Address(BULLETIN_WRITERS),
    "bulletins:new": Address(BULLETIN_WRITERS),
    "bulletins:bulletin": Address(BULLETIN_WRITERS, {"wuxi": POLICY | {"city_officer"}}, _bulletin),
    "bulletins:decide": Address(BULLETIN_WRITERS, {"wuxi": POLICY | {"city_officer"}}, _bulletin),
    "review:claims": Address(READERS),
    "review:claims_export": Address(READERS),
    "review:claim": Address(READERS, _claims_for(READERS), claim_key),
    "review:panel": Address(
        READERS, _claims_for(READERS), lambda world, which: claim_key(world, which) | {"code": "history"}
    ),
    "review:conclude": Address(REVIEWERS, _claims_for(REVIEWERS), claim_key),
    "review:recall": Address(REVIEWERS, _claims_for(REVIEWERS), claim_key),
    "review:prolong": Address(REVIEWERS, _claims_for(REVIEWERS), claim_key),
    "review:abandon": Address(REVIEWERS, _claims_for(REVIEWERS), claim_key),
    "review:credit": Address(REVIEWERS | FINANCE_PEOPLE, _claims_for(REVIEWERS | FINANCE_PEOPLE), claim_key),
    **CHECKS,
    "review:report": Address(READERS, {"no report": set()}, lambda *_: {"key": uuid.UUID(int=0)}),
    "review:publicity": Address(LIST_PEOPLE),
    "review:publicity_new": Address(PUBLISHERS),
    "review:publicity_work": Address(
        LIST_PEOPLE, {"wuxi": CITY}, lambda world, _: {"key": world.extra["publicity"].key}
    ),
    "review:publicity_approve": Address(DECIDERS | {"district_second"}, {"wuxi": {"decision_maker"}}, publicity_key),
    "review:publicity_withdraw": Address(PUBLISHERS, {"wuxi": {"city_officer"}}, publicity_key),
    "review:objection_new": Address(
        PUBLISHERS,
        {"wuxi": {"city_officer"}},
        lambda world, _: {"key": world.extra["publicity"].key, "entry": world.extra["entry"].pk},
    ),
    "review:objection": Address(LIST_PEOPLE, {"wuxi": CITY}, lambda world, _: {"pk": world.extra["objection"].pk}),
    "payees:requests": Address(ACCEPTANCE | FINANCE_PEOPLE),
    "payees:own": Address(MEMBER | OTHER_MEMBERS),
    "payees:request": Address(
        MEMBER | OTHER_MEMBERS | ACCEPTANCE | FINANCE_PEOPLE,
        {"binhu": MEMBER | {"acceptance"} | FINANCE},
        lambda world, _: {"key": world.extra["payee_request"].key},
    ),
    "ratings:own": Address(MEMBER | OTHER_MEMBERS),
    "ratings:rate": Address(MEMBER | OTHER_MEMBERS, {"approved": set()}, claim_key),
    "ratings:desk": Address(FIGURE_READERS),
    "ratings:rating": Address(
        MEMBER | OTHER_MEMBERS | FIGURE_READERS,
        {"wuxi": MEMBER | CITY | AUDIT},
        _rating,
    ),
    **BUDGETS,
    **DESK,
    **OBJECTIONS,
    **PANELS,
    "payments:batches": Address(FINANCE_PEOPLE | AUDITORS),
    "payments:new_batch": Address(FINANCE_PEOPLE),
    "payments:batch": Address(FINANCE_PEOPLE | AUDITORS, {"own": FINANCE | AUDIT}, _batch),
    "payments:bank_file": Address(
        FINANCE_PEOPLE, {"own": FINANCE}, lambda world, which: _batch(world, which) | {"code": "csv"}
    ),
    "payments:answer": Address(
        FINANCE_PEOPLE | AUDITORS,
        {"own": FINANCE | AUDIT},
        lambda world, _: {"pk": world.extra["bank_file"].pk},
    ),
    "payments:row": Address(
        FINANCE_PEOPLE | AUDITORS, {"own": FINANCE | AUDIT}, lambda world, _: {"pk": world.extra["bank_row"].pk}
    ),
    "payments:line": Address(
        FINANCE_PEOPLE | AUDITORS,
        {"own": FINANCE | AUDIT},
        lambda world, _: {"key": world.extra["disbursement"].key},
    ),
    "recoveries:recoveries": Address(MEMBER | OTHER_MEMBERS | CITY_PEOPLE | FINANCE_PEOPLE | AUDITORS),
    "recoveries:recovery": Address(
        MEMBER | OTHER_MEMBERS | CITY_PEOPLE | FINANCE_PEOPLE | AUDITORS,
        {"own": MEMBER | CITY | FINANCE | AUDIT},
        lambda world, _: {"key": world.extra["recovery"].key},
    ),
    "recoveries:new": Address(
        CITY_PEOPLE | FINANCE_PEOPLE, {"district_review": set(), "approved": CITY | FINANCE}, claim_key
    ),
    "recoveries:terminate": Address(DECIDERS, {"district_review": set(), "approved": {"decision_maker"}}, claim_key),
    "funding:payments": Address(FINANCE_PEOPLE | AUDITORS),
    "funding:payments_export": Address(FINANCE_PEOPLE | AUDITORS),
    "funding:payment": Address(
        FINANCE_PEOPLE | AUDITORS, {"district_review": set(), "approved": FINANCE | AUDIT}, claim_key
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
        for name in ("draft", "changes", "cases", "export", "source")
    },
    **{
        f"drafting:{name}": Address(POLICY_PEOPLE, {"wx2020": POLICY}, _simulated_draft_key)
        for name in ("text", "describe", "issue", "sums", "readings", "decide", "move_cases", "mark_source")
    },
    "drafting:new_case": Address(POLICY_PEOPLE, {"wx2020": POLICY}, _simulated_draft_key, query="?item=wx2020-01-inv"),
    **{
        f"drafting:{name}": Address(
            POLICY_PEOPLE,
            {"wx2020": POLICY},
            lambda world, _: {**_simulated_draft_key(world, ""), "pk": world.extra["case"].pk},
        )
        for name in ("settle_case", "undo_case", "accept_case")
    },
    **{
        f"drafting:{name}": Address(POLICY_PEOPLE, {"wx2020": POLICY}, _simulated_draft_key)
        for name in ("new_section", "arrange", "waive_case")
    },
    **{
        f"drafting:{name}": Address(POLICY_PEOPLE, {"wx2020": POLICY}, _section)
        for name in ("section_preview", "copy_section")
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
    "notices:download": Address(SIGNED_IN, {"approved": CLAIMANTS | OFFICERS_SEE["approved"]}, notice_code),
    "notices:office": Address(NOTICE_KEEPERS),
    "notices:kept": Address(NOTICE_KEEPERS, {"approved": {"decision_maker"}}, notice_code),
    "notices:proof": Address(NOTICE_KEEPERS, {"approved": {"decision_maker"}}, notice_code),
    "notices:again": Address(NOTICE_KEEPERS, arguments=lambda world, _: {"job_id": world.extra["job_wuxi"].pk}),
    "notices:own_files": Address(MEMBER | OTHER_MEMBERS),
    "notices:runs": Address(NOTICE_DECIDERS),
    "notices:run": Address(NOTICE_DECIDERS, {"wuxi": {"decision_maker"}}, run_key),
    "notices:addresses": Address(NOTICE_DECIDERS, {"wuxi": {"decision_maker"}}, run_key),
    # No bundle is made in this world; tests of print runs have some.
    "notices:bundle": Address(NOTICE_DECIDERS, {"not made": set()}, slice_place),
    "notices:single_files": Address(NOTICE_DECIDERS, {"wuxi": {"decision_maker"}}, slice_place),
    "notices:run_action": Address(
        NOTICE_DECIDERS,
        {"wuxi": {"decision_maker"}},
        lambda world, variant: run_key(world, variant) | {"action": "cancel"},
    ),
    "notices:verify": Address(EVERYBODY),
    "notices:verifier": Address(EVERYBODY),
    "verification:notice": Address(EVERYBODY, arguments=notice_code),
    # The notice of this world has no decision and no printing behind it; tests of verification have both.
    "verification:question": Address(EVERYBODY, {"no decision": set()}, notice_code),
    "verification:inclusion": Address(EVERYBODY, {"not printed": set()}, notice_code),
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
}
