"""What officers set up for their own work, a panel of experts, and sent files, for the walk over all addresses."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from applications.claims.models import Claim, Evidence, StoredFile
from applications.entitled.enums import Verdict
from applications.entitled.models import Entitlement
from applications.intake.models import IncomingFile
from applications.mandates.enums import MandateState
from applications.rights.models import Roster
from policies.calls.models import Call
from policies.published.models import SupportItem
from portal.accounts.models import Applicant, User
from portal.core.files import keep_bytes, keep_file
from portal.experts.models import Expert
from portal.jobs.models import Job
from review.checklists.models import ChecklistPoint
from review.decisions.services.bulk import BULK_KIND
from review.desk.models import SavedFilter
from review.panels.enums import PanelState, SeatState
from review.panels.models import Panel, Scheme
from review.papers.models import Archive
from tests.applications.mandates.worlds import give_mandate
from tests.factories import UserFactory, wuxi


def desk_objects(people: Mapping[str, User | None], claims: Mapping[str, Claim]) -> dict[str, Any]:
    """A filter and a job of Binhu's first officer, a point of Wuxi's checklists, and a panel of Wuxi."""
    officer, administrator = people["district_first"], people["policy_admin"]
    assert officer is not None
    point = {"region": wuxi(), "stage": "city", "text": "试用", "added_by": administrator, "added_at": timezone.now()}
    payload = {"user_id": officer.pk, "stage": "district_first"}
    return {
        "saved_filter": SavedFilter.objects.create(user=officer, name="试用", query="desk=x"),
        "checklist_point": ChecklistPoint.objects.create(**point),
        "bulk_job": Job.objects.create(kind=BULK_KIND, key="access", payload=payload),
        **_panel_objects(people, claims["district_review"]),
    }


def expert_people() -> dict[str, User]:
    """Two people who serve in Wuxi's pool of experts once `desk_objects` has taken them in."""
    return {"expert": UserFactory(), "other_expert": UserFactory()}


def _panel_objects(people: Mapping[str, User | None], claim: Claim) -> dict[str, Any]:
    """A panel of Wuxi in its scoring, in which the first of two experts scores a claim."""
    officer, today = people["city_officer"], timezone.localdate()
    term = {"region": wuxi(), "employer": "研究所", "serves_from": today, "added_by": people["policy_admin"]}
    expert = Expert.objects.create(user=people["expert"], **term)
    Expert.objects.create(user=people["other_expert"], **term)
    criteria = [{"name": "创新性", "most": "100", "weight": "1", "guide": "", "may_not_apply": False}]
    rule = {"title": "标准", "criteria": criteria, "minimum": 1, "outlier_distance": Decimal(9)}
    panel = Panel(
        region=wuxi(),
        title="评审",
        scheme=Scheme.objects.create(region=wuxi(), made_by=people["policy_admin"], **rule),
        size=1,
        score_until=today + timedelta(days=9),
        state=PanelState.SCORING,
        made_by=officer,
    )
    content = b"%PDF-1.7 report"
    panel.report_sha256 = hashlib.sha256(content).hexdigest()
    keep_bytes(panel.path, content)
    panel.save()
    entry = panel.entries.create(claim=claim, position=1)
    seat = panel.seats.create(expert=expert, is_chair=True, state=SeatState.READY, declared_at=timezone.now())
    return {"panel": panel, "panel_entry": entry, "seat": seat, "expert_row": expert}


def sent_files(member: User | None, agent: User | None, claims: Mapping[str, Claim]) -> dict[str, Any]:
    """A file on a draft and on a claim under review, their bytes in the private store, and two on their way."""
    made: dict[str, Any] = {}
    for variant in ("draft", "district_review"):
        content = f"%PDF-1.7 {variant}".encode()
        sha256 = hashlib.sha256(content).hexdigest()
        stored = StoredFile.objects.create(sha256=sha256, size=len(content), media_type="application/pdf")
        keep_bytes(stored.path, content)
        given = {"requirement": "commitment", "filename": "承诺书.pdf", "uploaded_by": member}
        made[f"evidence_{variant}"] = Evidence.objects.create(claim=claims[variant], file=stored, **given)
    coming = {"filename": "证书.pdf", "size": 9, "sha256": "0" * 64, "sent_by": member}
    packed = keep_file(ContentFile(b"PK"), folder=Archive.FOLDER)
    zipped = {"ready_at": timezone.now(), "sha256": packed.sha256, "size": packed.size}
    return made | {
        "incoming_many": IncomingFile.objects.create(**coming | {"sent_by": agent}),
        "incoming": IncomingFile.objects.create(claim=claims["draft"], **coming),
        "papers_archive": Archive.objects.create(user=member, **zipped),
    }


def entitled_objects(applicant: Applicant, call: Call, item: SupportItem, officer: User | None) -> dict[str, Any]:
    """A roster of Wuxi, and what an organisation of Binhu is entitled to in a call."""
    said = {"kind": "patent", "title": "授权名册", "source": "通报", "as_of": timezone.localdate()}
    return {
        "roster": Roster.objects.create(region=wuxi(), uploaded_by=officer, **said),
        "entitlement": Entitlement.objects.create(call=call, item=item, applicant=applicant, verdict=Verdict.OUT),
    }


def mandates_of(people: Mapping[str, User | None], applicant: Applicant) -> dict[str, Any]:
    """The agency acts for the organisation and for the other member's; the second asks for a mandate of the first."""
    agent, other, stranger = people["agent"], people["other_member"], people["other_agent"]
    assert agent is not None
    assert other is not None
    assert stranger is not None
    give_mandate(other.active_memberships[0].applicant, agent)
    return {
        "mandate_standing": give_mandate(applicant, agent),
        "mandate_asked": give_mandate(applicant, stranger, state=MandateState.ASKED),
    }
