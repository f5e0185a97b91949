"""`manage.py assess` and `--describe`: the JSON-lines contract."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.cpu import cpu_limit

ROOT = Path(__file__).parents[3]
QUESTION = (
    '{"item": "wx2020-01-inv", "on": "2021-05-10", "applicant": {"kind": "individual", "region": "无锡"}, '
    '"lines": [{"fees": "4999.99"}], "paid": {"same_year": "0", "lifetime": "0", "project": "0", '
    '"programme_year": "0", "lower_tier": "0", "other_policy": "0"}, '
    '"times_before": 0, "rank": 1, "unmet": [], "settings": {}}'
)


def run(text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[list[dict[str, Any]], int]:
    """Answers to lines of text, and the exit status."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    out = io.StringIO()
    status = 0
    try:
        call_command("assess", stdout=out)
    except SystemExit as stop:
        status = int(stop.code or 0)
    return [json.loads(line) for line in out.getvalue().splitlines()], status


def test_one_question_a_line_gets_one_answer_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, status = run(f"{QUESTION}\n\n{QUESTION}\n", monkeypatch)

    assert status == 0
    assert [(a["outcome"], a["amount"], a["city"], a["district"]) for a in answers] == [
        ("payable", "2499.99", "1499.99", "1000.00")
    ] * 2


def test_a_line_that_cannot_be_read_is_told_and_the_others_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = QUESTION.replace('"4999.99"', '"a lot"').replace('{"item"', '{"id": 7, "item"', 1)
    answers, status = run(f"{bad}\nnot json\n[1]\n{QUESTION}\n", monkeypatch)

    assert status == 1
    assert [answer.get("field") for answer in answers] == ["lines[0].fees", "question", "question", None]
    assert answers[0]["id"] == 7
    assert "lines[0].fees" in answers[0]["error"]
    assert answers[3]["amount"] == "2499.99"


def test_numbers_of_json_are_read_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, _ = run(QUESTION.replace('"4999.99"', "4999.99"), monkeypatch)

    assert answers[0]["amount"] == "2499.99"


def test_an_item_is_described() -> None:
    out = io.StringIO()
    call_command("assess", "--item", "wx2020-01-inv", "--describe", stdout=out)

    schema = json.loads(out.getvalue())
    assert schema["x-citation"] == "锡政办发〔2020〕11号 第一条第1款第1项"
    assert schema["properties"]["lines"]["items"]["properties"]["fees"]["x-needed"]


@pytest.mark.parametrize("options", [["--item", "none", "--describe"], ["--describe"], ["--item", "wx2020-01-inv"]])
def test_a_wrong_use_is_told(options: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("assess", *options, stdout=io.StringIO())


def test_bytes_that_are_no_text_do_not_stop_the_other_lines() -> None:
    surrogate = QUESTION.replace("无锡", "\\ud800")
    lines = [b"\xff\xfe", b"[" * 100_000, surrogate.encode(), QUESTION.encode()]
    done = subprocess.run(
        [sys.executable, "manage.py", "assess"],
        input=b"\n".join(lines),
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"},
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 1
    assert [answer.get("outcome", "error") for answer in answers] == ["error", "error", "refused", "payable"]


def test_the_command_needs_nothing_of_the_site_and_answers_thousands_at_once() -> None:
    # The bound only notices another order of magnitude.
    with cpu_limit(15):
        done = subprocess.run(
            [sys.executable, "manage.py", "assess"],
            input=f"{QUESTION}\n" * 3_000,
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "utf-8"},
        )

    assert done.stdout.count("2499.99") >= 3_000
