"""The people and objects of `test_access`."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.payees.models import PayeeRequest
from applications.rights.models import Right
from policies.calls.enums import CallState
from policies.calls.models import CallAttachment
from policies.drafting.models import PolicyDraft, WorkedCase
from policies.drafting.yaml_codec import read_sections
from policies.engine.loader import CATALOGUE
from policies.rates.models import DistrictRate
from portal.accounts.enums import RegionLevel, Role
from portal.accounts.models import Applicant, Invitation, OverrideRequest, User
from portal.api.models import ApiToken
from portal.audit.services import record_audit
from portal.core.files import keep_file
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.privacy.models import DataCopy
from portal.unsent.models import UnsentForm
from review.appropriations.models import Allocation, Appropriation
from review.decisions.models import Objection, PublicityEntry, PublicityList
from review.funding.models import Award, AwardPart
from review.notices.enums import NoticeKind
from review.notices.models import Notice
from review.payments.models import BankFile, BankRow, Batch, Disbursement
from review.recoveries.enums import RecoveryState
from review.recoveries.models import Recovery
from review.targets.enums import SourceKind
from review.targets.models import Measurement
from review.treasury.models import BudgetLine
from review.whatif.models import SimulationRun
from review.wordings.models import Wording
from tests.access_made import desk_objects, entitled_objects, expert_people, mandates_of, sent_files
from tests.access_messages import message_objects
from tests.applications.mandates.worlds import make_agent
from tests.factories import (
    ApplicantFactory,
    CallFactory,
    ClaimFactory,
    UserFactory,
    act,
    binhu,
    jiangsu,
    make_member,
    make_official,
    make_region,
    publish_items,
    suzhou,
    wuxi,
    xishan,
)
from tests.portal.ownership.worlds import contest_of
from tests.review.notices.world import make_print_run

MEMBER = {"member"}
# An agency with a mandate of the organisation and of a second client, and one with neither.
AGENT, OTHER_AGENTS = {"agent"}, {"other_agent"}
OTHER_MEMBERS = {"other_member"} | AGENT | OTHER_AGENTS
CLAIMANTS = MEMBER | AGENT
# Who belongs nowhere: never did, was an official of Wuxi, was a member of the organisation, or serves as an expert.
NEWCOMER = {"newcomer", "revoked", "former_member", "expert", "other_expert"}
PRIVATE = MEMBER | OTHER_MEMBERS | NEWCOMER
DISTRICT = {"acceptance", "district_first", "district_second"}
OTHER_DISTRICT = {"xishan_first", "wuzhong_acceptance", "wuzhong_first"}
CITY = {"city_officer", "decision_maker"}
OTHER_CITY = {"suzhou_officer", "suzhou_decision_maker"}
FINANCE = {"finance"}
OTHER_FINANCE = {"suzhou_finance"}
# Of Wuxi and of the province; and of the second city.
AUDIT = {"auditor", "province_auditor"}
OTHER_AUDIT = {"suzhou_auditor"}
ADMIN = {"system_admin", "province_admin"}
OTHER_ADMIN = {"suzhou_admin"}
SECURITY = {"security_admin", "province_security"}
OTHER_SECURITY = {"suzhou_security"}
POLICY = {"policy_admin", "province_policy"}
OTHER_POLICY = {"suzhou_policy"}
BUSINESS = DISTRICT | OTHER_DISTRICT | CITY | OTHER_CITY | FINANCE | OTHER_FINANCE
OFFICIALS = BUSINESS | AUDIT | OTHER_AUDIT | ADMIN | OTHER_ADMIN | SECURITY | OTHER_SECURITY | POLICY | OTHER_POLICY
SIGNED_IN = PRIVATE | OFFICIALS
# A session of an account that was switched off is nobody's.
STRANGER = {"stranger", "inactive"}
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
    wuzhong = make_region("320506", "吴中区", RegionLevel.DISTRICT, suzhou())
    district = {"first": Role.DISTRICT_FIRST, "second": Role.DISTRICT_SECOND}
    people: dict[str, User | None] = {
        "stranger": None,
        "inactive": make_member(applicant, is_owner=False, is_active=False),
        "newcomer": UserFactory(),
        **expert_people(),
        "revoked": _revoked(make_official(Role.CITY_OFFICER, wuxi())),
        "former_member": _left(make_member(applicant, is_owner=False)),
        "member": make_member(applicant),
        "other_member": make_member(ApplicantFactory(region=binhu())),
        "agent": make_agent(),
        "other_agent": make_agent(),
        "acceptance": make_official(Role.ACCEPTANCE, binhu()),
        **{f"district_{name}": make_official(role, binhu()) for name, role in district.items()},
        "xishan_first": make_official(Role.DISTRICT_FIRST, xishan()),
        "city_officer": make_official(Role.CITY_OFFICER, wuxi()),
        "wuzhong_acceptance": make_official(Role.ACCEPTANCE, wuzhong),
        "wuzhong_first": make_official(Role.DISTRICT_FIRST, wuzhong),
        "suzhou_officer": make_official(Role.CITY_OFFICER, suzhou()),
        "suzhou_decision_maker": make_official(Role.DECISION_MAKER, suzhou()),
        "suzhou_finance": make_official(Role.FINANCE, suzhou()),
        "suzhou_auditor": make_official(Role.AUDITOR, suzhou()),
        "suzhou_policy": make_official(Role.POLICY_ADMIN, suzhou()),
        "suzhou_admin": make_official(Role.SYSTEM_ADMIN, suzhou()),
        "province_auditor": make_official(Role.AUDITOR, jiangsu()),
        "province_policy": make_official(Role.POLICY_ADMIN, jiangsu()),
        "province_admin": make_official(Role.SYSTEM_ADMIN, jiangsu()),
        "decision_maker": make_official(Role.DECISION_MAKER, wuxi()),
        "finance": make_official(Role.FINANCE, wuxi()),
        "auditor": make_official(Role.AUDITOR, wuxi()),
        "policy_admin": make_official(Role.POLICY_ADMIN, wuxi()),
        "system_admin": make_official(Role.SYSTEM_ADMIN, wuxi()),
        "security_admin": make_official(Role.SECURITY_ADMIN, wuxi()),
        "province_security": make_official(Role.SECURITY_ADMIN, jiangsu()),
        "suzhou_security": make_official(Role.SECURITY_ADMIN, suzhou()),
    }
    owner, version = people["member"], publish_items("wx2020-01-inv")["wx2020-01-inv"]
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
    world.extra |= mandates_of(people, applicant)
    world.extra["budget_line"] = BudgetLine.objects.create(region=wuxi(), year=2026, name="指标", source="city")
    world.extra |= _appropriations(world.extra["budget_line"], people["finance"])
    world.extra |= _payment_on_its_way(claims["approved"], people["finance"], world.extra["budget_line"])
    world.extra |= contest_of(applicant, holder=owner, rival=people["newcomer"]) | desk_objects(people, claims)
    world.extra |= _paperwork(world) | {
        f"unsent_{whose}": UnsentForm.objects.create(
            owner=people[who], address="/me/", page="/me/", content=[[], []], kept_at=timezone.now()
        )
        for whose, who in (("own", "member"), ("theirs", "other_member"))
    }
    world.extra |= entitled_objects(applicant, world.extra["call_published"], version.item, people["city_officer"])
    return world


def _appropriations(line: BudgetLine, officer: User | None) -> dict[str, Any]:
    """Drafts of Wuxi: an allocation, and a document that gives to Binhu."""
    own = {"region": wuxi(), "line": line, "title": "下达"}
    document = Appropriation.objects.create(drafted_by=officer, **own)
    document.lines.create(region=binhu(), fen=1)
    allocation = Allocation.objects.create(basis="依据", pool=Decimal(1), created_by=officer, **own)
    return {"appropriation": document, "allocation": allocation}


def _payment_on_its_way(claim: Claim, officer: User, line: BudgetLine) -> dict[str, Any]:
    """A batch of the city with one payment of a claim, and an answer of the bank."""
    award = Award.objects.create(claim=claim, total=1)
    part = AwardPart.objects.create(award=award, region=wuxi(), line=line, fen=100)
    batch = Batch.objects.create(region=wuxi(), year=2026, sequence=1, opened_by=officer)
    file = BankFile.objects.create(
        direction="in", region=wuxi(), format="csv", name="回盘.csv", sha256="0" * 64, size=1, officer=officer
    )
    return {
        "batch": batch,
        "bank_file": file,
        "bank_row": BankRow.objects.create(file=file, number=2, checksum="0" * 64, state="unmatched"),
        "disbursement": Disbursement.objects.create(part=part, batch=batch, fen=100),
    }


def _revoked(user: User) -> User:
    """A person whose appointments have ended."""
    user.appointments.update(revoked_at=timezone.now())
    return user


def _left(user: User) -> User:
    """A person who is a member of nothing any more."""
    user.memberships.all().delete()
    return user


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
    proposed = {"proposed_by": world.people["newcomer"], "proposed_at": timezone.now()}
    rate = DistrictRate.objects.create(
        region=binhu(),
        item=version.item,
        unit_amount=Decimal("1000.00"),
        valid_from=today,
        source="滨湖区规定",
        **proposed,
    )
    targets = publish_items("bh2024-t-brand", "sz2021-t-21-cases")
    return (
        overrides
        | _calls(officer)
        | message_objects(world, owner)
        | {
            "rate": rate,
            "wording": Wording.objects.create(region=wuxi(), kind="grant", **proposed),
            "measurement": Measurement.objects.create(
                item=targets["bh2024-t-brand"].item,
                year=2026,
                value=Decimal(3),
                measured_on=today,
                source_kind=SourceKind.DOCUMENT,
                source="入驻名单",
                entered_by=officer,
            ),
            **sent_files(world.people["member"], world.people["agent"], world.claims),
            "copy": DataCopy.objects.create(user=owner, ready_at=timezone.now()),
            **{
                f"job_{name}": Job.objects.create(
                    kind="notices.issue_grant", key=name, state=JobState.DEAD, region_code=code
                )
                for name, code in (("wuxi", "320211"), ("suzhou", "320506"), ("nowhere", ""))
            },
            "record_nowhere": record_audit(act(), action="claim.accept", target=listed),
            "payee_request": PayeeRequest.objects.create(
                applicant=world.applicant,
                region_code="320211",
                before={"account_number": "1"},
                after={"account_number": "2"},
                reason="换了开户行",
                requested_by=owner,
            ),
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
            "recovery": Recovery.objects.create(
                claim=world.claims["approved"],
                applicant=world.applicant,
                region=wuxi(),
                state=RecoveryState.HEARING,
                ground="false",
                clause="第十六条",
                facts="票据不实",
                new_fen=0,
                fen=500000,
                proposed_by=officer,
            ),
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
                region_code="320200",
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
            "api_token": ApiToken.objects.create(
                user=owner, label="同步", token_hash="1" * 64, expires_at=timezone.now() + timedelta(days=9)
            ),
            "notice": Notice.objects.create(
                claim=world.claims["approved"],
                kind=NoticeKind.GRANT,
                region=wuxi(),
                year=today.year,
                sequence=1,
                number=f"无锡知资〔{today.year}〕1号",
                snapshot={"party": {"name": "示例公司", "is_person": False}},
                issued_on=today,
                amount=Decimal("5000.00"),
            ),
            "print_run": make_print_run(officer),
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
        kept = keep_file(SimpleUploadedFile("通知.pdf", content), folder=CallAttachment.FOLDER)
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
