"""Claims on each kind of procedure, from submission to the approval: who acts where, and with whose report."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications.claims.enums import Action, ClaimStatus
from applications.claims.selectors.progress import way_of
from policies.calls.models import Call
from policies.engine.procedure import Procedure
from portal.accounts.enums import Role
from portal.core.errors import RefusedError
from review.decisions.enums import Conclusion, Stage
from review.decisions.selectors.queue import queues_of
from review.decisions.services.decisions import (
    LineSum,
    Minutes,
    accept_claim,
    confirm_district_review,
    refuse_claim,
    send_back,
    support_claim,
)
from review.decisions.services.publicity import PublicityPlan, approve_list, publish_claims
from review.decisions.services.reports import ReportPaper
from review.decisions.services.ways_back import take_back
from tests.factories import act, binhu, make_official, wuxi
from tests.files import make_pdf
from tests.review.decisions.pages import as_
from tests.review.worlds import again, expected, fresh, on, publish_items, submitted

pytestmark = pytest.mark.django_db
S = ClaimStatus
MEETING = Minutes("锡知纪〔2026〕9号", date(2026, 6, 1))
MONDAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def settings_of_tests(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


def paper(**given):
    file = SimpleUploadedFile("报告.pdf", make_pdf(), content_type="application/pdf")
    return ReportPaper(**{"body": "某专家组", "made_on": date(2026, 5, 20), "result": "同意支持", "file": file} | given)


def claim_on(route="city", *departures, **periods):
    """A claim submitted in a call that sets this procedure."""
    publish_items()
    Call.objects.update(procedure=Procedure(route, frozenset(departures), periods).as_dict())
    return submitted()


class People:
    """One official for each step, never one for two."""

    def __init__(self, office, procedure):
        district = procedure.is_decided_by_district
        extra, region = (Role.DISTRICT_SECOND, binhu()) if district else (Role.CITY_OFFICER, wuxi())
        self.by_step = {
            "acceptance": make_official(Role.CITY_OFFICER, wuxi())
            if "city_only" in procedure.departures
            else office.acceptance,
            "district_first": office.first,
            "district_second": office.second,
            "city": office.city,
            "audit": make_official(extra, region),
            "panel": make_official(extra, region),
            "final": make_official(Role.DECISION_MAKER, binhu()) if district else office.decider,
        }
        self.publisher = self.by_step["final"] if district else office.city
        self.approver = make_official(Role.DISTRICT_SECOND, binhu()) if district else office.decider


def take_step(claim, step, people, **given):
    """Conclude one step of the procedure in favour of the claim."""
    who = given.pop("who", people.by_step.get(step))
    state = expected(claim)
    if step == "acceptance":
        accept_claim(claim.pk, expected=state, act=act(who))
    elif step == "district_second":
        confirm_district_review(claim.pk, expected=state, act=act(who))
    elif step == "publicity":
        region = binhu() if claim.route == "district" else wuxi()
        plan = PublicityPlan(title="公示", starts_on=MONDAY, workdays=5, contact="电话")
        listed = publish_claims(region, claim_ids=[claim.pk], plan=plan, act=on(MONDAY, people.publisher))
        (outcome,) = approve_list(listed, act=on(listed.ends_on + timedelta(days=1), people.approver))
        assert not outcome.problem
        assert outcome.amount == again(claim).listed_amount
    else:
        if step in ("audit", "panel"):
            given.setdefault("report", paper())
        if step == "final":
            given.setdefault("minutes", MEETING)
        support_claim(claim.pk, expected=state, act=act(who), **given)
    return again(claim)


WAYS = [
    ("city", ("city_only",)),
    ("city", ("audit", "panel")),
    ("city", ("city_only", "panel", "publicity_first")),
    ("district", ("audit", "publicity_first")),
]


@pytest.mark.parametrize(("route", "departures"), WAYS)
def test_a_claim_takes_the_steps_of_its_procedure_by_different_people(office, route, departures):
    claim = claim_on(route, *departures)
    procedure = claim.procedure
    people = People(office, procedure)
    # What a later call says does not move a claim that is on its way.
    Call.objects.update(procedure={})
    taken = []
    for step in procedure.steps[:-1]:
        steps = way_of(claim, claim.events.all())
        assert [s.label for s in steps if s.is_current] == [procedure.labels[step]]
        assert [s.is_done for s in steps[: len(taken)]] == [True] * len(taken)
        if step in people.by_step:
            who = fresh(people.by_step[step])
            assert claim in [c for queue in queues_of(who) for c in queue.claims(who)], "it lies in a queue"
            for earlier in taken:
                other = fresh(people.by_step[earlier])
                with pytest.raises((RefusedError, PermissionDenied)):
                    take_step(claim, step, people, who=other)
        assert claim.step_due_on is not None or step == "publicity"
        claim = take_step(claim, step, people)
        taken += [step] if step in people.by_step else []
    assert claim.status == S.APPROVED
    assert claim.approved_amount == claim.claimed_amount
    assert claim.whole_due_on is not None
    assert set(claim.decisions.values_list("stage", flat=True)) == set(taken)
    decided = [event.action for event in claim.events.all() if event.to_status == S.APPROVED]
    assert decided == [Action.APPROVE]
    assert claim.limit_entries.exists()


def at_panel(office):
    claim = claim_on("city", "panel")
    people = People(office, claim.procedure)
    for step in ("acceptance", "district_first", "district_second", "city"):
        claim = take_step(claim, step, people)
    assert claim.status == S.PANEL
    return claim, people


def test_a_panels_sum_stands_for_the_city_and_goes_back_with_a_reason(office):
    claim, people = at_panel(office)
    panelist = people.by_step["panel"]
    send_back(claim.pk, expected=expected(claim), reason="补充材料后再评", act=act(panelist))
    claim = again(claim)
    assert (claim.status, claim.city_amount) == (S.CITY_REVIEW, None)
    claim = take_step(claim, "city", people)
    line = claim.lines.get()
    lower = {line.pk: LineSum(claim.claimed_amount - 100, "专家组核减")}
    claim = take_step(claim, "panel", people, sums=lower)
    assert (claim.status, claim.city_amount) == (S.FINAL_DECISION, claim.claimed_amount - 100)
    take_back(claim.pk, expected=expected(claim), reason="录错", act=act(panelist))
    claim = take_step(again(claim), "panel", people, sums=lower)
    claim = take_step(claim, "final", people)
    assert claim.approved_amount == claim.claimed_amount - 100


def test_a_refusal_by_a_panel_needs_its_report_and_ends_the_claim(office):
    claim, people = at_panel(office)
    given = {"expected": expected(claim), "reason": "创新性不足", "act": act(people.by_step["panel"])}
    with pytest.raises(RefusedError, match="专家评审报告"):
        refuse_claim(claim.pk, **given)
    with pytest.raises(RefusedError, match="不能晚于今天"):
        refuse_claim(claim.pk, report=paper(made_on=date(2100, 1, 1)), **given)
    text = SimpleUploadedFile("报告.pdf", b"no pdf", content_type="application/pdf")
    with pytest.raises(RefusedError, match="PDF"):
        refuse_claim(claim.pk, report=paper(file=text), **given)
    assert again(claim).status == S.PANEL
    decision = refuse_claim(claim.pk, report=paper(), **given)
    assert (again(claim).status, decision.stage, decision.report.body) == (S.REJECTED, Stage.PANEL, "某专家组")


def test_an_officer_records_a_report_on_the_claim_page_and_others_read_it(office, client):
    claim, people = at_panel(office)
    as_(client, people.by_step["panel"])
    page = client.get(reverse("review:claim", args=[claim.key])).content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert "专家评审报告" in page
    line = claim.lines.get()
    typed = {
        "conclusion": Conclusion.SUPPORT,
        "status": claim.status,
        "round": claim.round,
        f"amount_{line.pk}": str(claim.city_amount),
        "report_body": "某专家组",
        "report_date": "2026-05-20",
        "report_result": "同意支持",
    }
    address = reverse("review:conclude", args=[claim.key])
    assert "请选择报告的 PDF 文件" in client.post(address, typed).content.decode()
    file = SimpleUploadedFile("报告.pdf", make_pdf(), content_type="application/pdf")
    assert client.post(address, typed | {"report_file": file}).status_code == 302
    assert again(claim).status == S.FINAL_DECISION
    as_(client, office.decider)
    assert "某专家组" in client.get(reverse("review:claim", args=[claim.key])).content.decode()
    report = reverse("review:report", args=[claim.decisions.get(stage=Stage.PANEL).report.key])
    answer = client.get(report)
    assert (answer["Content-Type"], answer.getvalue()[:5]) == ("application/pdf", b"%PDF-")
    as_(client, claim.created_by)
    assert client.get(report).status_code in (403, 404)


def test_what_is_publicised_first_is_decided_on_a_lower_sum_and_frees_nothing_before(office):
    claim = claim_on("city", "publicity_first")
    people = People(office, claim.procedure)
    for step in ("acceptance", "district_first", "district_second", "city"):
        claim = take_step(claim, step, people)
    assert claim.status == S.AWAITING_PUBLICITY
    take_back(claim.pk, expected=expected(claim), reason="再看", act=act(office.city))
    claim = take_step(again(claim), "city", people)
    claim = take_step(claim, "publicity", people)
    assert (claim.status, claim.approved_amount) == (S.FINAL_DECISION, None)
    assert not claim.limit_entries.exists()
    lower = {claim.lines.get().pk: LineSum(Decimal(100), "会议核减")}
    claim = take_step(claim, "final", people, sums=lower)
    assert (claim.status, claim.approved_amount) == (S.APPROVED, Decimal(100))
