"""The table of accesses that `test_access` walks: who enters an address, and who sees the object that it shows.

It is written by hand, from the roles' duties, and not from `visible_to`: the two must agree.
"""

from typing import Any

from tests.access_address import Address
from tests.access_entitled import ENTITLED
from tests.access_groups import (
    ACCEPTANCE,
    ADMINS,
    AUDITORS,
    BINHU_CONTESTS,
    CONTEST_OFFICERS,
    FINANCE_PEOPLE,
    POLICY_PEOPLE,
    READERS,
    SECURITY_PEOPLE,
)
from tests.access_mandates import MANDATES
from tests.access_officials import OFFICIALS_ADDRESSES, claim_key, notice_code, publicity_key
from tests.access_world import (
    ADMIN,
    AUDIT,
    BUSINESS,
    CITY,
    CLAIMANTS,
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
    SECURITY,
    SIGNED_IN,
    World,
)


def call_key(world: World, variant: str) -> dict[str, Any]:
    return {"key": world.extra[f"call_{variant}"].key}


ADDRESSES: dict[str, Address] = {
    **OFFICIALS_ADDRESSES,
    **ENTITLED,
    **MANDATES,
    # Open to everybody.
    "home": Address(EVERYBODY),
    "contact": Address(EVERYBODY),
    "privacy": Address(EVERYBODY),
    "terms:list": Address(EVERYBODY),
    **{
        f"display:{page}": Address(EVERYBODY)
        for page in ("settings", "accessibility", "english", "offline", "worker", "manifest")
    },
    "policies:documents": Address(EVERYBODY),
    "unsent:state": Address(EVERYBODY),
    "openid_link": Address(EVERYBODY),
    "socialaccount_login_cancelled": Address(EVERYBODY),
    **{
        f"openid_{step}": Address(EVERYBODY, {"not configured": set()}, lambda *_: {"provider_id": "sso"})
        for step in ("login", "callback")
    },
    "unsent:signed_in": Address(SIGNED_IN),
    "unsent:form": Address(
        SIGNED_IN,
        {"own": MEMBER, "theirs": {"other_member"}},
        lambda world, variant: {"key": world.extra[f"unsent_{variant}"].key},
    ),
    "calls:list": Address(EVERYBODY),
    "applications:commitment": Address(EVERYBODY),
    "calls:calendar": Address(EVERYBODY),
    "calls:call": Address(EVERYBODY, {"published": EVERYBODY, "draft": set()}, call_key),
    "calls:call_calendar": Address(EVERYBODY, {"published": EVERYBODY, "draft": set()}, call_key),
    "calls:attachment": Address(
        EVERYBODY,
        {"published": EVERYBODY, "draft": set()},
        lambda world, variant: {"key": world.extra[f"call_file_{variant}"].key},
    ),
    "policies:register": Address(EVERYBODY),
    "policies:document": Address(EVERYBODY, arguments=lambda world, _: {"code": world.extra["item"].document.code}),
    "policies:source": Address(EVERYBODY, arguments=lambda world, _: {"code": world.extra["item"].document.code}),
    "policies:item": Address(EVERYBODY, arguments=lambda world, _: {"code": world.extra["item"].code}),
    "policies:calculator": Address(EVERYBODY, arguments=lambda world, _: {"code": world.extra["item"].code}),
    **{
        f"finder:{step}": Address(EVERYBODY, query="?kind=enterprise&region=320211&event=patent")
        for step in ("start", "events", "facts", "result")
    },
    "rates:list": Address(EVERYBODY),
    "rates:work": Address(POLICY_PEOPLE),
    "wordings:list": Address(POLICY_PEOPLE),
    "wordings:decide": Address(POLICY_PEOPLE, {"own": POLICY}, lambda world, _: {"key": world.extra["wording"].key}),
    "wordings:template": Address(POLICY_PEOPLE, {"wuxi": POLICY}, lambda *_: {"region": "320200", "kind": "grant"}),
    "rates:decide": Address(POLICY_PEOPLE, {"own": POLICY}, lambda world, _: {"key": world.extra["rate"].key}),
    "review:publicity_public": Address(EVERYBODY),
    "review:publicity_detail": Address(EVERYBODY, arguments=publicity_key),
    "review:publicity_export": Address(EVERYBODY, arguments=publicity_key),
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
        for page in ("organisation_detail", "organisation_edit", "readings", "members", "who_submits")
    },
    "accounts:show_numbers": Address(
        MEMBER | OTHER_MEMBERS | BUSINESS,
        {"own": MEMBER | DISTRICT | CITY | FINANCE},
        lambda world, _: {"pk": world.applicant.pk},
    ),
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
    # Who an organisation belongs to.
    "ownership:papers": Address(MEMBER | OTHER_MEMBERS, {"own": MEMBER}, lambda world, _: {"pk": world.applicant.pk}),
    **{
        f"ownership:{step}": Address(
            MEMBER | OTHER_MEMBERS, {"not configured": set()}, lambda world, _: {"pk": world.applicant.pk, "code": "x"}
        )
        for step in ("vouch", "vouched")
    },
    "ownership:paper": Address(
        PRIVATE | CONTEST_OFFICERS,
        {"own": MEMBER | BINHU_CONTESTS, "rival": {"newcomer"} | BINHU_CONTESTS},
        lambda world, whose: {"key": world.extra[f"paper_{whose}"].key},
    ),
    "ownership:desk": Address(CONTEST_OFFICERS),
    "ownership:organisation": Address(ACCEPTANCE, {"own": {"acceptance"}}, lambda world, _: {"pk": world.applicant.pk}),
    "ownership:contests": Address(PRIVATE),
    "ownership:contest_new": Address(PRIVATE),
    "ownership:contest": Address(
        PRIVATE | CONTEST_OFFICERS,
        {"binhu": {"newcomer", "member"} | BINHU_CONTESTS},
        lambda world, _: {"key": world.extra["contest"].key},
    ),
    # People who are set over others.
    "accounts:overrides": Address(ACCEPTANCE),
    "accounts:override": Address(
        ACCEPTANCE,
        {"binhu": {"acceptance"}, "xishan": set()},
        lambda world, variant: {"public_id": world.extra[f"override_{variant}"].public_id},
    ),
    "accounts:officials": Address(ADMINS | SECURITY_PEOPLE),
    "accounts:findings": Address(ADMINS | SECURITY_PEOPLE | AUDITORS),
    "accounts:appointment": Address(
        SECURITY_PEOPLE, {"own": SECURITY}, lambda world, _: {"public_id": world.extra["appointment"].public_id}
    ),
    "accounts:users": Address(ADMINS),
    "accounts:officer_sheet": Address(ADMINS),
    "accounts:official": Address(
        ADMINS,
        {"city_officer": ADMIN, "suzhou_officer": OTHER_ADMIN | {"province_admin"}, "newcomer": ADMINS},
        lambda world, who: {"pk": world.people[who].pk},
    ),
    "accounts:staff_number": Address(ADMINS, {"city_officer": ADMIN}, lambda world, who: {"pk": world.people[who].pk}),
    "accounts:regions": Address(ADMINS),
    "accounts:region_edit": Address(
        ADMINS,
        {"own": ADMIN, "other city": OTHER_ADMIN | {"province_admin"}},
        lambda _, kind: {"code": "320211" if kind == "own" else "320500"},
    ),
    "accounts:appointment_revoke": Address(
        ADMINS | SECURITY_PEOPLE,
        {"own": ADMIN | SECURITY},
        lambda world, _: {"public_id": world.extra["appointment"].public_id},
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
            call_key,
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
        call_key,
    ),
    "notices:receipt": Address(
        MEMBER | OTHER_MEMBERS, {"draft": CLAIMANTS, "submitted": CLAIMANTS, "approved": CLAIMANTS}, claim_key
    ),
    # The applicant's own claims: an official reads claims on the pages of review.
    "applications:claims": Address(MEMBER | OTHER_MEMBERS),
    "applications:new": Address(MEMBER | OTHER_MEMBERS),
    **{
        f"applications:{name}": Address(
            MEMBER | OTHER_MEMBERS,
            # Files can only be chosen for what may still be changed.
            dict.fromkeys(["draft"] if name == "reuse" else ["draft", "district_review", "approved"], CLAIMANTS),
            claim_key,
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
            "hand_over": {},
            "move": {},
            "withdraw": {"reason": "不申报了"},
            "copy": {"key": ""},
            "change": {"key": ""},
        }.items()
    },
    # Files of a claim that its applicant writes: the page, and what is sent in chunks by who began it.
    "intake:files": Address(MEMBER | OTHER_MEMBERS, {"draft": CLAIMANTS, "approved": CLAIMANTS}, claim_key),
    "intake:begin": Address(
        MEMBER | OTHER_MEMBERS,
        {"draft": CLAIMANTS, "approved": CLAIMANTS},
        claim_key,
        {"name": "证书.pdf", "size": "9", "sha256": "0" * 64},
    ),
    **{
        f"intake:{name}": Address(
            MEMBER | OTHER_MEMBERS,
            {"draft": {"member"}},
            lambda world, _: {"key": world.claims["draft"].key, "upload": world.extra["incoming"].key},
        )
        for name in ("chunk", "finish")
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
        {"draft": CLAIMANTS, "district_review": CLAIMANTS | DISTRICT | CITY | AUDIT},
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
    "api:verify_notice": Address(EVERYBODY, arguments=notice_code),
    "api:list_claims": Address(EVERYBODY, token=True),
    "api:get_claim": Address(EVERYBODY, arguments=lambda world, _: {"key": world.claims["draft"].key}, token=True),
    "tokens:list": Address(SIGNED_IN),
    "tokens:revoke": Address(SIGNED_IN, {"own": MEMBER}, lambda world, _: {"pk": world.extra["api_token"].pk}),
    # One's own data.
    "data:mine": Address(SIGNED_IN),
    "data:consent": Address(SIGNED_IN),
    "data:copy": Address(SIGNED_IN, {"own": MEMBER}, lambda world, _: {"key": world.extra["copy"].key}),
    "data:close": Address(SIGNED_IN),
    "data:retention": Address(SECURITY_PEOPLE),
    # One's own messages.
    "notifications:list": Address(SIGNED_IN),
    "notifications:read_all": Address(SIGNED_IN),
    "notifications:choices": Address(SIGNED_IN),
    "notifications:outbox": Address(ADMINS),
    "notifications:outbox_retry_all": Address(ADMINS),
    "notifications:outbox_decide": Address(
        ADMINS,
        {"wuxi": ADMIN, "suzhou": OTHER_ADMIN | {"province_admin"}, "nowhere": {"province_admin"}},
        lambda world, variant: {"pk": world.extra[f"outgoing_{variant}"].pk},
    ),
    "notifications:texts": Address(POLICY_PEOPLE),
    "notifications:text_decide": Address(
        POLICY_PEOPLE, {"own": POLICY}, lambda world, _: {"key": world.extra["message_text"].key}
    ),
    "notifications:text": Address(
        POLICY_PEOPLE,
        {"wuxi": POLICY},
        lambda *_: {"region": "320200", "kind": "claims.correction", "channel": "email"},
    ),
    "notifications:read": Address(SIGNED_IN, {"own": MEMBER}, lambda world, _: {"pk": world.extra["message"].pk}),
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
