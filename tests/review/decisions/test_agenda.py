"""The meeting's agenda: money that is short is shared as the call says, shown before, and decided as shown."""

import uuid
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from policies.calls.enums import Shortage
from policies.calls.models import Call
from portal.accounts.enums import Role
from portal.core.errors import RefusedError
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.services import run_due_jobs
from review.decisions.models import ClaimScore
from review.decisions.selectors import selection
from review.decisions.selectors.agenda import agendas_of
from review.decisions.services.bulk import decide_in_background
from review.decisions.services.scores import enter_scores
from review.treasury.enums import SourceKind
from review.treasury.services.lines import LinePlan, create_line, issue_budget
from tests.applications.worlds import patent_facts
from tests.factories import act, make_official, wuxi
from tests.policies.engine.batch.odd_rules import PER, standard
from tests.policies.engine.operations.support import rules_of
from tests.review.worlds import again, city_passed, fresh


@pytest.fixture
def world(settings, office):
    """Two claims of the same call before the decision-maker."""
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    return [city_passed(office, lines=[patent_facts(number)]) for number in (1, 2)]


def call_says(claims, way, budget):
    Call.objects.filter(pk=claims[0].call_id).update(when_short=way, budget=budget)


def agenda_of(office):
    [agenda] = agendas_of(fresh(office.decider))
    return agenda


@pytest.mark.django_db
def test_agenda_cuts_to_the_calls_budget_and_to_its_quota(office, world):
    wanted = [claim.forwarded_amount for claim in world]
    assert [row.granted for row in agenda_of(office).rows] == wanted
    call_says(world, Shortage.PRO_RATA, sum(wanted) / 2)
    agenda = agenda_of(office)
    assert (agenda.is_short, agenda.granted) == (True, sum(wanted) / 2)
    assert [row.granted for row in agenda.rows] == [each / 2 for each in wanted]
    Call.objects.update(quota=1, budget=None)
    assert [row.is_left_out for row in agenda_of(office).rows] == [False, True]


@pytest.mark.django_db
def test_decision_maker_decides_the_shown_sums_and_nothing_that_changed_meanwhile(client, office, world):
    total = sum(claim.forwarded_amount for claim in world)
    call_says(world, Shortage.PRO_RATA, total / 2 + Decimal("0.01"))
    client.force_login(office.decider)
    assert "资金不足" in client.get(reverse("review:agendas")).content.decode()
    page = reverse("review:agenda", args=[agenda_of(office).key])
    seen = agenda_of(office).seen
    assert seen in client.get(page).content.decode()
    minutes = {"minutes_number": "锡知纪3号", "minutes_date": "2026-06-01", "decision_no": ""}
    ahead = client.post(page, {**minutes, "minutes_date": "2999-01-01", "seen": seen})
    assert (ahead.status_code, list(ahead.context["form"].errors)) == (422, ["minutes_date"])
    # An auditor reads the same, and decides nothing.
    client.force_login(make_official(Role.AUDITOR, wuxi()))
    read = client.get(page).content.decode()
    assert (seen in read, "minutes_number" in read) == (True, False)
    assert client.post(page, {**minutes, "seen": seen}).status_code == 403
    client.force_login(office.decider)
    call_says(world, Shortage.PRO_RATA, total / 2)
    stale = client.post(page, {**minutes, "seen": seen})
    assert (stale.status_code, "已重新计算" in stale.content.decode()) == (422, True)
    assert again(world[0]).status == ClaimStatus.FINAL_DECISION
    agenda = agenda_of(office)
    sheet = openpyxl.load_workbook(BytesIO(client.get(f"{page}export/").content), data_only=True).active
    assert float(agenda.granted) in [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert client.post(page, {**minutes, "seen": agenda.seen}).status_code == 302
    for row in agenda.rows:
        decided = again(row.claim)
        decision = decided.decisions.order_by("-pk").first()
        assert (decided.status, decided.approved_amount) == (ClaimStatus.AWAITING_PUBLICITY, row.granted)
        assert "按比例核减" in decision.reason
        cut = next(step for step in decision.assessment.answer["steps"] if step["code"] == "SHORTAGE")
        assert (cut["citation"], cut["amount_after"]) == (row.cuts[0].cite, str(row.granted))
        assert f"合计 {total:,.2f} 元" in cut["text"]
        assert sum(line.amount for line in decision.lines.all()) == row.granted
    assert client.get(page).status_code == 404


@pytest.mark.django_db
def test_a_years_money_is_shared_as_the_document_says_whatever_the_call_does(office, world, monkeypatch):
    total = sum(claim.forwarded_amount for claim in world)
    rules = rules_of([standard()], limits=[{"year_total": str(total - 1), "per": PER["city"]}])
    monkeypatch.setattr(selection, "compiled_item", lambda version: rules)
    agenda = agenda_of(office)
    assert (agenda.way, agenda.granted) == (Shortage.STOP, total - 1)
    assert [row.granted for row in agenda.rows] == [claim.forwarded_amount - Decimal("0.5") for claim in world]
    assert {(row.reason, row.cuts[0].cite) for row in agenda.rows} == {(Shortage.PRO_RATA.reason, rules.citation)}
    assert Shortage.PRO_RATA.explanation == agenda.explanation
    monkeypatch.undo()
    assert not agenda_of(office).is_short


@pytest.mark.django_db
def test_a_payers_budget_that_does_not_suffice_is_named_before_the_meeting(client, office, world):
    plan = LinePlan(name="2026年专项资金", source=SourceKind.CITY)
    line = create_line(wuxi(), year=timezone.localdate().year, plan=plan, act=act(office.finance))
    wanted = sum(claim.forwarded_amount for claim in world)
    [need] = agenda_of(office).budgets
    # The city bears at most 60 % of each sum.
    assert (need.line, need.wanted) == (line, sum(claim.forwarded_amount * 6 // 10 for claim in world))
    assert 0 < need.wanted < wanted
    client.force_login(office.decider)
    assert "指标不足" in client.get(reverse("review:agendas")).content.decode()
    for short, amount in ((True, need.wanted - Decimal("0.01")), (False, Decimal("0.01"))):
        issue_budget(line, amount=amount, paper_no="锡财指〔2026〕1号", key=uuid.uuid4(), act=act(office.finance))
        assert bool(agenda_of(office).budget_words) is short
    assert "可足额" in client.get(reverse("review:agendas")).content.decode()


@pytest.mark.django_db
def test_only_decision_makers_see_their_own_regions_agenda(client, office, world):
    key = agenda_of(office).key
    for person, status in ((office.city, 403), (office.finance, 403), (office.decider, 200)):
        client.force_login(person)
        assert client.get(reverse("review:agenda", args=[key])).status_code == status


def scored(claims, scores, officer):
    table = "申报编号\t得分\n" + "\n".join(
        f"{claim.number}\t{score}" for claim, score in zip(claims, scores, strict=True)
    )
    return enter_scores(claims[0].call, table=table, paper="评审纪要1号", act=act(officer))


@pytest.mark.django_db
def test_money_that_is_short_goes_by_score_then_by_time_and_shows_where_it_ends(client, office, world):
    third = city_passed(office, lines=[patent_facts(3)])
    first, second = world
    sum_ = first.forwarded_amount
    call_says(world, Shortage.RANK, sum_ * Decimal("1.5"))
    # Without a score the time of filing counts.
    assert [(row.claim, row.granted) for row in agenda_of(office).rows] == [
        *((first, sum_), (second, sum_ / 2), (third, 0)),
    ]
    scored([first, third], ["80", "91.50"], office.city)
    agenda = agenda_of(office)
    assert [(row.claim, row.score, row.granted) for row in agenda.rows] == [
        (third, Decimal("91.50"), sum_),
        (first, 80, sum_ / 2),
        (second, None, 0),
    ]
    assert (agenda.money_ends, agenda.cut_tie) == ({first.pk}, 0)
    # The latest score counts; of one score the earlier comes first, and the tie is shown.
    scored([second, first], ["91.5", "70"], office.city)
    agenda = agenda_of(office)
    assert [(row.claim, row.alike) for row in agenda.rows] == [(second, 2), (third, 2), (first, 1)]
    assert (agenda.money_ends, agenda.cut_tie) == ({third.pk}, 2)
    client.force_login(office.decider)
    page = client.get(reverse("review:agenda", args=[agenda.key])).content.decode()
    assert ("得分相同的 2 件" in page, "同分跨过资金线" in page, page.count("资金线：")) == (True, True, 1)
    assert [row.claim for row in agendas_of(fresh(office.decider), key=agenda.key)[0].rows] == [second, third, first]
    assert agendas_of(fresh(office.decider), key="none") == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("{0} 90\nSB2026-9999999 80", "SB2026-9999999"),
        ("{0}\t九十", "九十"),
        ("{0}\t-1", "无法识别"),
        ("{0}\t1.005", "无法识别"),
        ("{0}\t1\n{0}\t2", "出现了两次"),
        ("编号\t得分", "请粘贴"),
    ],
)
def test_scores_are_entered_all_or_none_on_a_page_of_the_citys_officers(client, office, world, table, words):
    call_says(world, Shortage.RANK, None)
    page = reverse("review:scores")
    client.force_login(office.city)
    given = {"call": world[0].call_id, "paper": "评审纪要1号"}
    refused = client.post(page, given | {"table": table.format(world[0].number)})
    assert (refused.status_code, words in refused.content.decode()) == (422, True)
    assert not ClaimScore.objects.exists()
    assert client.post(page, given | {"table": f"{world[0].number} 90"}).status_code == 302
    assert "90.00" in client.get(page).content.decode()
    with pytest.raises(PermissionDenied):
        scored(world, ["1", "2"], office.decider)
    decided_one = Claim.objects.filter(pk=world[0].pk)
    decided_one.update(status=ClaimStatus.AWAITING_PUBLICITY)
    with pytest.raises(RefusedError, match=world[0].number):
        scored(world, ["1", "2"], office.city)


@pytest.mark.django_db
def test_long_agenda_is_paged_and_decided_by_a_job_with_the_shown_sums(client, office, world, monkeypatch):
    monkeypatch.setattr("review.decisions.views.agenda.PAGE", 1)
    monkeypatch.setattr("review.decisions.views.agenda.MOST_AT_ONCE", 1)
    call_says(world, Shortage.PRO_RATA, sum(claim.forwarded_amount for claim in world) / 2)
    client.force_login(office.decider)
    agenda = agenda_of(office)
    page = reverse("review:agenda", args=[agenda.key])
    shown = [client.get(page, {"after": after}).content.decode() for after in ("", "1")]
    assert [[claim.number in text for claim in world] for text in shown] == [[True, False], [False, True]]
    given = {"minutes_number": "锡知纪3号", "minutes_date": "2026-06-01", "decision_no": "", "seen": agenda.seen}
    for _ in range(2):
        assert client.post(page, given).status_code == 302
    assert "议程正在审定" in client.get(page).content.decode()
    job = Job.objects.get(kind="review.decide_agenda")
    # The budget changes meanwhile: what was shown is decided.
    Call.objects.update(budget=None)
    run_due_jobs()
    assert Job.objects.get(pk=job.pk).state == JobState.DONE
    for row in agenda.rows:
        assert again(row.claim).approved_amount == row.granted
    decide_in_background(**job.payload)
    assert [row.claim.decisions.filter(stage="final").count() for row in agenda.rows] == [1, 1]
    assert office.decider.portal_messages.filter(title="议程已审定").exists()


@pytest.mark.django_db
def test_agenda_of_many_claims_costs_no_more_queries_than_one_of_a_few(client, office, world):
    client.force_login(office.decider)
    page = reverse("review:agenda", args=[agenda_of(office).key])

    def queries(address):
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return [query["sql"].partition(" WHERE ")[0] for query in captured]

    few = {address: queries(address) for address in (page, reverse("review:agendas"))}
    for number in (3, 4, 5):
        city_passed(office, lines=[patent_facts(number)])
    assert {address: queries(address) for address in few} == few
