"""One run for one wish, computed once, given up when asked, and never changed afterwards."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from policies.engine import catalogue_of, compile_item, load_catalogue
from policies.engine.batch import UnsupportedRuleError, simulate
from policies.engine.model import canonical_json
from policies.published.services import publish_catalogue
from portal.accounts.enums import Role
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.services import run_job
from review.whatif.enums import RunState, Source
from review.whatif.models import SimulationRun
from review.whatif.rules import adjusted
from review.whatif.services.runs import cancel_run, find_earlier, start_run
from review.whatif.services.work import simulate_run
from tests.applications.worlds import patent_facts, publish
from tests.factories import act, suzhou, wuxi
from tests.review.whatif.worlds import EVERYTHING, ITEM, done, lower, made, published, simulator, started
from tests.review.worlds import submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    publish()
    return simulator()


# ---- asking ------------------------------------------------------------------------------------------


def test_a_run_waits_for_the_worker_and_is_on_record(user):
    run = started(user, lower())
    job = Job.objects.get(kind="whatif.simulate")
    assert (run.state, job.payload, job.key) == (RunState.QUEUED, {"run_id": run.pk}, str(run.key))
    record = AuditRecord.objects.get(action="whatif.start")
    assert (record.actor, record.after["target"], record.region_code) == (user, ITEM, "320200")


def test_a_double_click_is_one_run(user):
    key = uuid.uuid4()
    first, second = (started(user, lower(), key=key) for _ in range(2))
    assert first == second
    assert SimulationRun.objects.count() == Job.objects.filter(kind="whatif.simulate").count() == 1
    assert AuditRecord.objects.filter(action="whatif.start").count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_are_one_run():
    publish()
    user, key, both = simulator(), uuid.uuid4(), threading.Barrier(2)
    plan = lower()

    def click(_number):
        try:
            both.wait(10)
            return started(user, plan, key=key).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(click, range(2))
    assert first == second
    assert SimulationRun.objects.count() == Job.objects.filter(kind="whatif.simulate").count() == 1


@pytest.mark.parametrize("role", [Role.FINANCE, Role.AUDITOR])
def test_who_does_not_simulate_starts_nothing(user, role):
    with pytest.raises(PermissionDenied):
        started(simulator(role), lower())
    assert not SimulationRun.objects.exists()
    assert not Job.objects.filter(kind="whatif.simulate").exists()


def test_nobody_simulates_for_another_city(user):
    with pytest.raises(PermissionDenied):
        start_run(suzhou(), key=uuid.uuid4(), plan=lower(), act=act(user))
    assert not SimulationRun.objects.exists()


def test_the_same_inputs_are_recognised_and_any_other_are_not(user):
    submitted(lines=[patent_facts(1)])
    first = done(user, lower())
    assert find_earlier(user, plan=lower(title="换个名称"), city=wuxi()) == first
    others = [
        lower("3999.99"),
        lower(scope=EVERYTHING | {"years": [2020]}),
        made(),
        published(),
    ]
    assert [find_earlier(user, plan=plan, city=wuxi()) for plan in others] == [None] * 4
    assert find_earlier(user, plan=made(seed=2), city=wuxi()) is None
    submitted(lines=[patent_facts(2)])
    assert find_earlier(user, plan=lower(), city=wuxi()) is None


# ---- computing ---------------------------------------------------------------------------------------


def test_a_lower_standard_costs_less_by_exactly_what_each_claim_loses(user):
    submitted(lines=[patent_facts(1), patent_facts(2, fees="4500.00"), patent_facts(3, fees="100")])
    run = done(user, lower())
    assert run.state == RunState.DONE
    before, after = run.results["total"][1:]
    assert (before[5], after[5]) == (500_000 + 450_000 + 10_000, 400_000 + 400_000 + 10_000)
    assert before[6] + before[7] == before[5]
    assert run.movers == [[run.movers[0][0], ITEM, 960_000, 810_000]]


def test_the_same_run_twice_gives_the_same_bytes(user):
    submitted(lines=[patent_facts(1)])
    for plan in (lower(), made(500)):
        one, other = done(user, plan), done(user, plan)
        assert canonical_json([one.results, one.movers]) == canonical_json([other.results, other.movers])
        assert one.results_hash == other.results_hash != ""


def test_another_seed_makes_other_claims(user):
    assert done(user, made(500)).results_hash != done(user, made(500, seed=2)).results_hash


def test_a_made_population_has_as_many_claims_as_were_asked_for(user):
    assert done(user, made(777)).results["total"][1][0] == 777


def test_a_narrower_scope_reports_less_and_computes_limits_over_all(user):
    submitted(lines=[patent_facts(1)])
    assert done(user, lower(scope=EVERYTHING | {"regions": ["320205"]})).results["total"][1][0] == 0
    assert done(user, lower(scope=EVERYTHING | {"regions": ["320211"]})).results["total"][1][0] == 1
    assert done(user, lower(scope=EVERYTHING | {"documents": ["sz2021"]})).results["total"][1][0] == 0
    year = timezone.localdate().year
    assert done(user, lower(scope=EVERYTHING | {"years": [year]})).results["total"][1][0] == 1
    assert done(user, lower(scope=EVERYTHING | {"years": [year - 1]})).results["total"][1][0] == 0


def test_the_job_does_it_and_reports_its_progress(user):
    run = started(user, made())
    job = Job.objects.get(kind="whatif.simulate")
    assert run_job(job.pk)
    job.refresh_from_db()
    run.refresh_from_db()
    assert (job.state, job.percent, run.state) == (JobState.DONE, 100, RunState.DONE)


def test_a_run_that_has_ended_is_not_computed_again(user):
    run = done(user, made())
    finished = run.finished_at
    simulate_run(run.pk)
    run.refresh_from_db()
    assert run.finished_at == finished


def test_a_worker_that_was_killed_leaves_a_run_that_another_finishes(user):
    run = started(user, made())
    SimulationRun.objects.filter(pk=run.pk).update(state=RunState.RUNNING, started_at=timezone.now())
    simulate_run(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.DONE


def test_rules_published_while_it_waited_end_it_with_words(user):
    run = started(user, made())
    package = load_catalogue()
    changed = compile_item(adjusted(package.items[ITEM][-1], {"steps.0.yuan": "6000"}))
    publish_catalogue(act(), catalogue=catalogue_of([package.documents["wx2020"]], [changed]))
    simulate_run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.results) == (RunState.FAILED, None)
    assert "重新发起" in run.error


def test_a_rule_that_cannot_be_followed_ends_the_run_with_its_words(user, monkeypatch):
    def refuse(*_args, **_options):
        raise UnsupportedRuleError(ITEM, "no such test")

    monkeypatch.setattr("review.whatif.simulation.simulate", refuse)
    run = started(user, made())
    simulate_run(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert run.error.startswith(f"{ITEM} 的规则不能批量测算")


def test_a_population_that_nobody_could_be_in_is_refused_with_words(user):
    run = done(user, published(source=Source.GENERATED, scope={"documents": ["lyg"], "size": 10, "seed": 1}))
    assert run.state == RunState.FAILED
    assert "没有在施行的事项" in run.error


def test_the_law_alone_is_computed_once_and_stands_on_both_sides(user, monkeypatch):
    calls = []

    def counted(*args, **options):
        calls.append(args)
        return simulate(*args, **options)

    monkeypatch.setattr("review.whatif.simulation.simulate", counted)
    scope = {"documents": ["wx2020"], "size": 50, "seed": 1}
    _, before, after = done(user, published(source=Source.GENERATED, scope=scope)).results["total"]
    assert before == after
    assert len(calls) == 1


def test_an_error_nobody_foresaw_stays_with_the_job_and_is_tried_again(user, monkeypatch):
    def break_down(*_args, **_options):
        raise MemoryError

    monkeypatch.setattr("review.whatif.simulation.simulate", break_down)
    run = started(user, made())
    job = Job.objects.get(kind="whatif.simulate")
    assert not run_job(job.pk)
    job.refresh_from_db()
    run.refresh_from_db()
    assert (job.state, run.state) == (JobState.WAITING, RunState.RUNNING)
    monkeypatch.undo()
    Job.objects.filter(pk=job.pk).update(run_after=timezone.now())
    assert run_job(job.pk)
    run.refresh_from_db()
    assert run.state == RunState.DONE


# ---- giving up ---------------------------------------------------------------------------------------


def test_a_waiting_run_that_is_cancelled_is_never_computed(user):
    run = started(user, made())
    cancel_run(run.pk, act=act(user))
    simulate_run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.results) == (RunState.CANCELLED, None)
    assert AuditRecord.objects.get(action="whatif.cancel").before == {"state": "queued"}


def test_a_running_one_stops_at_its_next_step_and_keeps_no_results(user, monkeypatch):
    monkeypatch.setattr("review.whatif.services.work._LOOK_SECONDS", 0)
    steps = []

    def cancel_at_once(done, total):
        steps.append(done)
        SimulationRun.objects.filter(state=RunState.RUNNING).update(
            state=RunState.CANCELLED, finished_at=timezone.now()
        )

    monkeypatch.setattr("review.whatif.services.work.report_progress", cancel_at_once)
    run = started(user, made())
    simulate_run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.results, len(steps)) == (RunState.CANCELLED, None, 1)


def test_what_has_ended_is_not_cancelled(user):
    run = done(user, made())
    with pytest.raises(RefusedError, match="已完成"):
        cancel_run(run.pk, act=act(user))
    run.refresh_from_db()
    assert run.state == RunState.DONE


def test_an_auditor_cancels_nothing(user):
    run = started(user, made())
    with pytest.raises(PermissionDenied):
        cancel_run(run.pk, act=act(simulator(Role.AUDITOR)))
    run.refresh_from_db()
    assert run.state == RunState.QUEUED


# ---- for good ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"results": {}}, {"title": "别的"}, {"state": RunState.CANCELLED}, {"movers": []}])
def test_the_database_keeps_what_came_out(user, change):
    run = done(user, made(50))
    with pytest.raises(IntegrityError), transaction.atomic():
        SimulationRun.objects.filter(pk=run.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        SimulationRun.objects.filter(pk=run.pk).delete()


def test_what_was_asked_does_not_change_while_it_waits(user):
    run = started(user, made())
    with pytest.raises(IntegrityError), transaction.atomic():
        SimulationRun.objects.filter(pk=run.pk).update(rules={})


@pytest.mark.parametrize(
    "change", [{"state": RunState.DONE}, {"state": RunState.FAILED}, {"finished_at": "2026-01-01T00:00Z"}]
)
def test_the_database_refuses_an_end_without_what_belongs_to_it(user, change):
    run = started(user, made())
    with pytest.raises(IntegrityError), transaction.atomic():
        SimulationRun.objects.filter(pk=run.pk).update(**change)
