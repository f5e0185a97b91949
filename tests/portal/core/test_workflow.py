"""Tables of transitions: one way to write a state, and none beside it."""

import ast
from pathlib import Path

import pytest
from django.db import models, transaction

from portal.core.errors import RefusedError
from portal.core.workflow import Workflow, into, transition
from portal.jobs.enums import JobState
from portal.jobs.models import Job

ROOT = Path(__file__).resolve().parents[3]
WITHOUT_A_TABLE = {"portal/jobs", "portal/accounts"}


class Act(models.TextChoices):
    START = "start", "开始"
    GIVE_UP = "give_up", "放弃"


TABLE = Workflow(
    transition(Act.START, JobState.WAITING, JobState.RUNNING),
    transition(Act.GIVE_UP, {JobState.WAITING, JobState.RUNNING}, JobState.DEAD, needs_reason=True),
    noun="任务",
)


def test_an_action_outside_the_table_is_refused_in_words():
    for state in JobState:
        row = TABLE.get(Act.START)
        if state in row.sources:
            assert TABLE.check(Job(state=state), Act.START) is row
        else:
            with pytest.raises(RefusedError, match=f"该任务现为“{state.label}”，不能再“开始”"):
                TABLE.check(Job(state=state), Act.START)


@pytest.mark.parametrize(
    ("state", "words"),
    [(JobState.RUNNING, "现为“执行中”，不能改为“已完成”"), (JobState.DONE, "已是“已完成”，没有重复办理")],
)
def test_a_line_without_a_name_is_refused_by_the_state_that_it_leads_to(state, words):
    with pytest.raises(RefusedError, match=words):
        Workflow(into(JobState.DONE, JobState.WAITING), noun="任务").check(Job(state=state), JobState.DONE)


def test_a_line_may_ask_for_a_reason():
    with pytest.raises(RefusedError, match="必须说明理由"):
        TABLE.check(Job(state=JobState.WAITING), Act.GIVE_UP, reason=" ")
    TABLE.check(Job(state=JobState.WAITING), Act.GIVE_UP, reason="重复")


def test_an_action_stands_once_in_a_table():
    with pytest.raises(ValueError, match="twice"):
        Workflow(into(JobState.DEAD, JobState.WAITING), into(JobState.DEAD, JobState.RUNNING), noun="任务")


def test_a_replaced_line_leaves_the_others():
    other = TABLE.replaced(transition(Act.START, JobState.WAITING, JobState.DONE))
    assert [row.target for row in other] == [JobState.DONE, JobState.DEAD]
    assert [row.target for row in TABLE] == [JobState.RUNNING, JobState.DEAD]


@pytest.mark.django_db
def test_a_move_writes_the_state_with_further_fields_and_tells_both_sides():
    job = Job.objects.create(kind="k", key="1")
    before, after = TABLE.move(job, Act.GIVE_UP, changes={"last_error": "重复"})
    assert before == {"state": JobState.WAITING, "last_error": ""}
    assert after == {"state": JobState.DEAD, "last_error": "重复"}
    assert Job.objects.filter(state=JobState.DEAD, last_error="重复").exists()


@pytest.mark.django_db(transaction=True)
def test_a_move_needs_a_transaction():
    job = Job.objects.create(kind="k", key="1")
    with pytest.raises(RuntimeError):
        TABLE.move(job, Act.GIVE_UP)
    with transaction.atomic():
        TABLE.move(job, Act.GIVE_UP)


@pytest.mark.django_db
def test_rows_are_moved_together_where_the_table_lets_them():
    states = [JobState.WAITING, JobState.DEAD]
    for state in states:
        Job.objects.create(kind="k", key=state, state=state)
    assert TABLE.move_all(Job.objects.all(), Act.GIVE_UP, last_error="重复") == 1
    assert Job.objects.get(key=JobState.WAITING).last_error == "重复"
    assert Job.objects.get(key=JobState.DEAD).last_error == ""


def writes_a_state(node: ast.AST) -> bool:
    """Whether a node assigns to `.state` or `.status` of something, or writes either by `update`."""
    names = {"state", "status"}
    if isinstance(node, ast.Assign):
        targets = [each for target in node.targets for each in getattr(target, "elts", [target])]
        return any(isinstance(each, ast.Attribute) and each.attr in names for each in targets)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
        return any(keyword.arg in names for keyword in node.keywords)
    return False


def test_no_service_writes_a_state_beside_the_tables():
    found = []
    for path in ROOT.glob("*/**/services/*.py"), ROOT.glob("*/**/services.py"):
        for module in path:
            place = module.relative_to(ROOT).as_posix()
            if place.startswith("tests/") or any(place.startswith(each) for each in WITHOUT_A_TABLE):
                continue
            found += [place for node in ast.walk(ast.parse(module.read_text("utf-8"))) if writes_a_state(node)]
    assert found == []
    assert writes_a_state(ast.parse("row.state, row.at = 1, 2").body[0])
    assert writes_a_state(ast.parse("rows.update(state=1)").body[0].value)
