"""The people, objects and the table of accesses that `test_access` walks.

The table is written by hand, from the roles' duties, and not from `visible_to`: the two must agree.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Evidence, StoredFile
from applications.rights.models import Right
from policies.calls.enums import CallState
from policies.calls.models import CallAttachment
from policies.calls.services.attachments import FOLDER
from policies.drafting.authored import read_sections
from policies.drafting.models import PolicyDraft, WorkedCase
from policies.engine.loader import CATALOGUE
from policies.rates.models import DistrictRate
from portal.accounts.enums import RegionLevel, Role
from portal.accounts.models import Invitation, OverrideRequest
from portal.api.models import ApiToken
from portal.audit.services import record_audit
from portal.core.files import keep_file
from portal.jobs.models import Job, JobState
from portal.notifications.models import Message
from review.decisions.models import Objection, PublicityEntry, PublicityList
from review.notices.models import Notice, NoticeKind
from review.targets.enums import SourceKind
from review.targets.models import Measurement
from review.whatif.models import SimulationRun
from tests.factories import (
    ApplicantFactory,
    CallFactory,
    ClaimFactory,
    UserFactory,
    act,
    binhu,
    make_member,
    make_official,
    make_region,
    publish_items,
    suzhou,
    wuxi,
    xishan,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from applications.claims.models import Claim
    from portal.accounts.models import Applicant, User

MEMBER = {"member"}
OTHER_MEMBERS = {"other_member"}
NEWCOMER = {"newcomer"}
PRIVATE = MEMBER | OTHER_MEMBERS | NEWCOMER
DISTRICT = {"acceptance", "district_first", "district_second"}
OTHER_DISTRICT = {"xishan_first"}
CITY = {"city_officer", "decision_maker"}
OTHER_CITY = {"suzhou_officer"}
FINANCE = {"finance"}
AUDIT = {"auditor"}
ADMIN = {"system_admin"}
POLICY = {"policy_admin"}
OFFICIALS = DISTRICT | OTHER_DISTRICT | CITY | OTHER_CITY | FINANCE | AUDIT | ADMIN | POLICY
SIGNED_IN = PRIVATE | OFFICIALS
STRANGER = {"stranger"}
EVERYBODY = SIGNED_IN | STRANGER
PEOPLE = sorted(EVERYBODY)


@dataclass
class World:
    """One claim in each state that matters, of one organisation in Binhu, and everybody who might look."""

    people: dict[str, User | None]
    applicant: Applicant
    claims: dict[str, Claim]
    extra: dict[str, Any] = field(default_factory=dict)


def build_world() -> World:
    """Make the people and objects."""
    applicant = ApplicantFactory(region=binhu())
    other = ApplicantFactory(region=binhu())
    district = {"first": Role.DISTRICT_FIRST, "second": Role.DISTRICT_SECOND}
    people: dict[str, User | None] = {
        "stranger": None,
        "newcomer": UserFactory(),
        "member": make_member(applicant),
        "other_member": make_member(other),
        "acceptance": make_official(Role.ACCEPTANCE, binhu()),
        **{f"district_{name}": make_official(role, binhu()) for name, role in district.items()},
        "xishan_first": make_official(Role.DISTRICT_FIRST, xishan()),
        "city_officer": make_official(Role.CITY_OFFICER, wuxi()),
        "suzhou_officer": make_official(Role.CITY_OFFICER, suzhou()),
        "decision_maker": make_official(Role.DECISION_MAKER, wuxi()),
        "finance": make_official(Role.FINANCE, wuxi()),
        "auditor": make_official(Role.AUDITOR, wuxi()),
        "policy_admin": make_official(Role.POLICY_ADMIN, wuxi()),
        "system_admin": make_official(Role.SYSTEM_ADMIN, wuxi()),
    }
    make_region("320506", "吴中区", RegionLevel.DISTRICT, suzhou())
    owner = people["member"]
    version = publish_items("wx2020-01-inv")["wx2020-01-inv"]
    claims = {
        name: ClaimFactory(applicant=applicant, version=version, status=status, created_by=owner)
        for name, status in {
            "draft": ClaimStatus.DRAFT,
            "submitted": ClaimStatus.SUBMITTED,
            "district_review": ClaimStatus.DISTRICT_REVIEW,
            "approved": ClaimStatus.APPROVED,
        }.items()
    }
    world = World(people=people, applicant=applicant, claims=claims)
    world.extra |= _paperwork(world)
    return world


def _paperwork(world: World) -> dict[str, Any]:
    """The other objects that addresses name: of Binhu and Wuxi, and one of Xishan's."""
    officer, owner = world.people["city_officer"], world.people["member"]
    version = world.claims["draft"].version
    listed = ClaimFactory(applicant=world.applicant, version=version, status=ClaimStatus.OBJECTION, created_by=owner)
    today = timezone.localdate()
    publicity = PublicityList.objects.create(
        region=wuxi(), title="公示", starts_on=today, ends_on=today, workdays=1, contact="电话", created_by=officer
    )
    entry = PublicityEntry.objects.create(
        publicity=publicity,
        claim=listed,
        applicant_name=world.applicant.name,
        district_name="滨湖区",
        item_title=listed.item.title,
        count=1,
        amount=Decimal("5000.00"),
    )
    objection = Objection.objects.create(
        entry=entry,
        objector="赵实名",
        contact="13700000000",
        text="请核实。",
        received_on=today,
        due_on=today,
        entered_by=officer,
    )
    overrides = {
        f"override_{name}": OverrideRequest.objects.create(
            requested_by=world.people["newcomer"],
            region=region,
            name="示例",
            uscc=f"91320211MA1N0000{number}",
            problem="校验码不符",
            reason="证照如此",
            details={"kind": "enterprise", "region": region.pk},
        )
        for number, (name, region) in enumerate((("binhu", binhu()), ("xishan", xishan())), start=10)
    }
    invitation = Invitation.objects.create(
        applicant=world.applicant,
        email="invited@example.org",
        token_hash="0" * 64,
        invited_by=owner,
        expires_at=timezone.now() + timedelta(days=7),
    )
    rate = DistrictRate.objects.create(
        region=binhu(),
        item=version.item,
        unit_amount=Decimal("1000.00"),
        valid_from=today,
        source="滨湖区规定",
        proposed_by=world.people["newcomer"],
        proposed_at=timezone.now(),
    )
    targets = publish_items("bh2024-t-brand", "sz2021-t-21-cases")
    return (
        overrides
        | _calls(officer)
        | {
            "rate": rate,
            "measurement": Measurement.objects.create(
                item=targets["bh2024-t-brand"].item,
                year=2026,
                value=Decimal(3),
                measured_on=today,
                source_kind=SourceKind.DOCUMENT,
                source="入驻名单",
                entered_by=officer,
            ),
            "evidence_draft": _evidence(world, "draft"),
            "evidence_district_review": _evidence(world, "district_review"),
            "message": Message.objects.create(user=owner, key="1", title="申报已受理", body="…"),
            "job": Job.objects.create(kind="notices.issue_grant", key="1", state=JobState.DEAD),
            "record_wuxi": record_audit(act(officer), action="claim.accept", target=listed, region_code="320211"),
            "record_suzhou": record_audit(act(officer), action="claim.accept", target=listed, region_code="320506"),
            "item": listed.item,
            "right": Right.objects.create(
                applicant=world.applicant,
                kind="patent",
                subject_key="2017106018623",
                facts={"patent_no": "201710601862.3", "granted_on": "2021-05-10"},
                recorded_by=owner,
            ),
            "publicity": publicity,
            "entry": entry,
            "objection": objection,
            "invitation": invitation,
            "colleague": make_member(world.applicant, is_owner=False).memberships.get(),
            "appointment": officer.appointments.get(),
            "case": WorkedCase.objects.create(
                document_code="wx2020",
                item_code="wx2020-01-inv",
                sentence="没有费用就没有支持",
                question={},
                expected={},
                made_at=timezone.now(),
            ),
            "simulated_draft": PolicyDraft.objects.create(
                document_code="wx2020",
                title="调整",
                sections=read_sections((CATALOGUE / "wx2020.yaml").read_text("utf-8"), name="wx2020.yaml")[:2],
                created_by=world.people["policy_admin"],
                created_at=timezone.now(),
                saved_at=timezone.now(),
            ),
            "simulation": SimulationRun.objects.create(
                city=wuxi(),
                title="现行政策",
                change="published",
                source="stored",
                inputs_hash="0" * 64,
                asked_by=officer,
            ),
            "api_token": ApiToken.objects.create(user=owner, label="同步", token_hash="1" * 64),
            "notice": Notice.objects.create(
                claim=world.claims["approved"],
                kind=NoticeKind.GRANT,
                region=wuxi(),
                year=today.year,
                sequence=1,
                number=f"无锡知资〔{today.year}〕1号",
                snapshot={},
                issued_on=today,
                amount=Decimal("5000.00"),
            ),
        }
    )


def _calls(officer: User | None) -> dict[str, Any]:
    """A published call and a draft of Wuxi, and a draft of Suzhou, each with a file."""
    calls = {
        "published": CallFactory(),
        "draft": CallFactory(state=CallState.DRAFTED),
        "suzhou": CallFactory(state=CallState.DRAFTED, region=suzhou()),
    }
    made: dict[str, Any] = {}
    for name, call in calls.items():
        content = f"%PDF-1.7 call {name}".encode()
        kept = keep_file(SimpleUploadedFile("通知.pdf", content), folder=FOLDER)
        made[f"call_{name}"] = call
        made[f"call_file_{name}"] = CallAttachment.objects.create(
            call=call,
            filename="通知.pdf",
            sha256=kept.sha256,
            size=kept.size,
            media_type="application/pdf",
            added_by=officer,
        )
    return made


def _evidence(world: World, variant: str) -> Evidence:
    """A file on a claim, with its bytes in the private store."""
    content = f"%PDF-1.7 {variant}".encode()
    sha256 = hashlib.sha256(content).hexdigest()
    stored = StoredFile.objects.create(sha256=sha256, size=len(content), media_type="application/pdf")
    path = Path(settings.PRIVATE_DIR) / stored.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return Evidence.objects.create(
        claim=world.claims[variant],
        requirement="commitment",
        file=stored,
        filename="承诺书.pdf",
        uploaded_by=world.people["member"],
    )


@dataclass(frozen=True)
class Address:
    """Who may enter an address, and who sees the object it shows in each variant (None: no object)."""

    enter: set[str]
    sees: Mapping[str, set[str]] | None = None
    arguments: Callable[[World, str], dict[str, Any]] = lambda _world, _variant: {}
    post: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""
    # Who is signed in counts for nothing: only a token opens it (tests of the interface say whose opens what).
    token: bool = False

    @property
    def variants(self) -> tuple[str, ...]:
        return tuple(self.sees) if self.sees else ("only",)

    def kwargs(self, world: World, variant: str) -> dict[str, Any]:
        return self.arguments(world, variant)


READERS = DISTRICT | OTHER_DISTRICT | CITY | OTHER_CITY | FINANCE | AUDIT
REVIEWERS = DISTRICT | OTHER_DISTRICT | CITY | OTHER_CITY
PUBLISHERS = {"city_officer", "suzhou_officer"}
CITY_PEOPLE = CITY | OTHER_CITY
ACCEPTANCE = {"acceptance"}
DECIDERS = {"decision_maker"}
SIMULATORS = CITY | OTHER_CITY | POLICY

# Who enters what was measured: Binhu's plan is its own officers' and the city's, Suzhou's targets are Suzhou's.
RECORDERS = {"district_first", "district_second", "xishan_first", "city_officer", "suzhou_officer", "policy_admin"}
RECORD = {
    "bh2024": {"district_first", "district_second", "city_officer", "policy_admin"},
    "sz2021": {"suzhou_officer"},
}

# Who of the officials sees a claim of Binhu, by the claim's state; drafts are nobody's but the applicant's.
OFFICERS_SEE = {
    "draft": set(),
    "submitted": DISTRICT | CITY | AUDIT,
    "district_review": DISTRICT | CITY | AUDIT,
    "approved": DISTRICT | CITY | AUDIT | FINANCE,
}


def _only(people: set[str], **seen: set[str]) -> dict[str, set[str]]:
    """The variants of an address, each with who of `people` sees it."""
    return {variant: them & people for variant, them in seen.items()}


def _claim_key(world: World, variant: str) -> dict[str, Any]:
    return {"key": world.claims[variant].key}


def _publicity_key(world: World, _variant: str) -> dict[str, Any]:
    return {"key": world.extra["publicity"].key}


def _call_key(world: World, variant: str) -> dict[str, Any]:
    return {"key": world.extra[f"call_{variant}"].key}


def _simulated_draft_key(world: World, _variant: str) -> dict[str, Any]:
    return {"key": world.extra["simulated_draft"].key}


def _section(world: World, variant: str) -> dict[str, Any]:
    return _simulated_draft_key(world, variant) | {"index": 1}


def _simulation_key(world: World, _variant: str) -> dict[str, Any]:
    return {"key": world.extra["simulation"].key}


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
    "rates:work": Address(POLICY),
    "rates:decide": Address(POLICY, {"own": POLICY}, lambda world, _: {"key": world.extra["rate"].key}),
    **{
        f"finder:{step}": Address(EVERYBODY, query="?kind=enterprise&region=320211&event=patent")
        for step in ("start", "events", "facts", "result")
    },
    "review:publicity_public": Address(EVERYBODY),
    "review:publicity_detail": Address(EVERYBODY, arguments=_publicity_key),
    # One's own account and organisation.
    "accounts:profile": Address(SIGNED_IN),
    "accounts:resume": Address(SIGNED_IN),
    "accounts:organisation": Address(PRIVATE),
    "accounts:organisation_new": Address(PRIVATE),
    "accounts:individual_new": Address(PRIVATE),
    "accounts:organisation_detail": Address(
        MEMBER | OTHER_MEMBERS, {"own": MEMBER}, lambda world, _: {"pk": world.applicant.pk}
    ),
    "accounts:organisation_edit": Address(
        MEMBER | OTHER_MEMBERS, {"own": MEMBER}, lambda world, _: {"pk": world.applicant.pk}
    ),
    "accounts:members": Address(MEMBER | OTHER_MEMBERS, {"own": MEMBER}, lambda world, _: {"pk": world.applicant.pk}),
    "accounts:member_remove": Address(
        MEMBER | OTHER_MEMBERS, {"own": MEMBER}, lambda world, _: {"pk": world.extra["colleague"].pk}
    ),
    "accounts:member_make_owner": Address(
        MEMBER | OTHER_MEMBERS, {"own": MEMBER}, lambda world, _: {"pk": world.extra["colleague"].pk}
    ),
    "accounts:invitation_cancel": Address(
        MEMBER | OTHER_MEMBERS, {"own": MEMBER}, lambda world, _: {"public_id": world.extra["invitation"].public_id}
    ),
    "accounts:invitation": Address(EVERYBODY, {"unknown": set()}, lambda *_: {"token": "no-such-token"}),
    "accounts:invitation_accept": Address(PRIVATE, {"unknown": set()}, lambda *_: {"token": "no-such-token"}),
    # People who are set over others.
    "accounts:overrides": Address(ACCEPTANCE),
    "accounts:override": Address(
        ACCEPTANCE,
        {"binhu": ACCEPTANCE, "xishan": set()},
        lambda world, variant: {"public_id": world.extra[f"override_{variant}"].public_id},
    ),
    "accounts:officials": Address(ADMIN),
    "accounts:users": Address(ADMIN),
    "accounts:official": Address(ADMIN, {"own": ADMIN}, lambda world, _: {"pk": world.people["city_officer"].pk}),
    "accounts:regions": Address(ADMIN),
    "accounts:region_edit": Address(
        ADMIN, {"own": ADMIN, "other city": set()}, lambda _, kind: {"code": "320211" if kind == "own" else "320500"}
    ),
    "accounts:appointment_revoke": Address(
        ADMIN, {"own": ADMIN}, lambda world, _: {"public_id": world.extra["appointment"].public_id}
    ),
    # Calls: one city's policy administrator makes them.
    "calls:work": Address(POLICY),
    "calls:new": Address(POLICY),
    "calls:draft_attachment": Address(
        POLICY,
        {"published": POLICY, "suzhou": set()},
        lambda world, variant: {"key": world.extra[f"call_file_{variant}"].key},
    ),
    **{
        f"calls:{name}": Address(POLICY, {"published": POLICY, "draft": POLICY, "suzhou": set()}, _call_key, post)
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
        CITY | OTHER_CITY | FINANCE | POLICY | AUDIT,
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
    "review:publicity_approve": Address(DECIDERS, {"wuxi": DECIDERS}, _publicity_key),
    "review:publicity_export": Address(
        CITY_PEOPLE, {"wuxi": CITY}, lambda world, _: {"key": world.extra["publicity"].key}
    ),
    "review:objection_new": Address(
        PUBLISHERS,
        {"wuxi": {"city_officer"}},
        lambda world, _: {"key": world.extra["publicity"].key, "entry": world.extra["entry"].pk},
    ),
    "review:objection": Address(CITY_PEOPLE, {"wuxi": CITY}, lambda world, _: {"pk": world.extra["objection"].pk}),
    "funding:payments": Address(FINANCE),
    "funding:payments_export": Address(FINANCE),
    "funding:payment": Address(FINANCE, {"district_review": set(), "approved": FINANCE}, _claim_key),
    # Simulations: auditors read, policy administrators alone see drafts of policy.
    "whatif:runs": Address(SIMULATORS | AUDIT),
    "whatif:new": Address(SIMULATORS),
    "whatif:ask": Address(SIMULATORS, arguments=lambda *_: {"change": "published"}),
    "whatif:compare": Address(SIMULATORS | AUDIT),
    "drafting:drafts": Address(POLICY | AUDIT),
    "drafting:new": Address(POLICY),
    **{
        f"drafting:{name}": Address(POLICY | AUDIT, {"wx2020": POLICY | AUDIT}, _simulated_draft_key)
        for name in ("draft", "changes", "cases", "export")
    },
    **{
        f"drafting:{name}": Address(POLICY, {"wx2020": POLICY}, _simulated_draft_key)
        for name in ("text", "describe", "issue", "sums", "readings", "decide")
    },
    "drafting:new_case": Address(POLICY, {"wx2020": POLICY}, _simulated_draft_key, query="?item=wx2020-01-inv"),
    **{
        f"drafting:{name}": Address(
            POLICY,
            {"wx2020": POLICY},
            lambda world, _: {**_simulated_draft_key(world, ""), "pk": world.extra["case"].pk},
        )
        for name in ("settle_case", "undo_case")
    },
    "drafting:new_section": Address(POLICY, {"wx2020": POLICY}, _simulated_draft_key),
    **{
        f"drafting:{name}": Address(POLICY, {"wx2020": POLICY}, _section)
        for name in ("remove_section", "move_section", "section_preview", "copy_section")
    },
    **{
        f"drafting:{name}": Address(POLICY | AUDIT, {"wx2020": POLICY | AUDIT}, _section)
        for name in ("section", "tryout")
    },
    "whatif:draft_effect": Address(SIMULATORS | AUDIT, {"wx2020": POLICY | AUDIT}, _simulated_draft_key),
    **{
        f"whatif:{name}": Address(entering, {"wuxi": entering - OTHER_CITY}, _simulation_key)
        for name, entering in {
            "run": SIMULATORS | AUDIT,
            "progress": SIMULATORS | AUDIT,
            "cancel": SIMULATORS,
            "export": SIMULATORS | AUDIT,
        }.items()
    },
    # Notices.
    "notices:mine": Address(MEMBER | OTHER_MEMBERS),
    "notices:download": Address(SIGNED_IN, {"approved": MEMBER | OFFICERS_SEE["approved"]}, _notice_code),
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
    "audit:records": Address(AUDIT),
    "audit:record": Address(
        AUDIT,
        {"wuxi": AUDIT, "suzhou": set()},
        lambda world, variant: {"sequence": world.extra[f"record_{variant}"].sequence},
    ),
    "audit:export": Address(AUDIT),
    "jobs:list": Address(ADMIN),
    "jobs:retry": Address(ADMIN, {"any": ADMIN}, lambda world, _: {"pk": world.extra["job"].pk}),
    "jobs:retry_kind": Address(ADMIN),
    "workdays:list": Address(ADMIN),
    "workdays:remove": Address(ADMIN),
    "healthz": Address(EVERYBODY),
}
