"""Every measurement of `make bench` runs to its end, at a small size."""

import json
import subprocess
from types import SimpleNamespace

import pytest

from bench import __main__ as command
from bench.__main__ import is_met, main, measurements, print_ratios


@pytest.mark.slow
@pytest.mark.parametrize("name", measurements())
def test_a_measurement_runs_and_answers_with_printable_ratios(name, capsys):
    measurement = measurements()[name]

    result = measurement.run(**measurement.SMALL)
    print_ratios(name, result["ratios"])

    assert json.loads(json.dumps(result)) == result
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(result["ratios"]) > 0
    assert all(line.startswith(name) for line in lines)
    assert all(ratio["value"] > 0 for ratio in result["ratios"].values())


@pytest.mark.parametrize(
    ("better", "value", "met"),
    [("higher", 2, True), ("higher", 1.9, False), ("lower", 2, True), ("lower", 2.1, False)],
)
def test_a_ratio_meets_its_aim_when_it_reaches_it(better, value, met):
    assert is_met({"value": value, "aim": 2, "better": better}) is met


def measuring(value):
    return {"figure": value, "ratios": {"a ratio": {"value": value, "aim": 2, "better": "lower"}}}


def breaking():
    raise subprocess.CalledProcessError(1, "child", stderr="what the child said")


@pytest.mark.parametrize(
    ("runs", "status"),
    [
        ({"first": lambda: measuring(1), "second": lambda: measuring(2)}, 0),
        ({"first": lambda: measuring(3), "second": lambda: measuring(2)}, 1),
        ({"first": breaking, "second": lambda: measuring(3)}, 2),
    ],
)
def test_every_measurement_runs_and_the_exit_status_tells_how_it_went(runs, status, monkeypatch, tmp_path, capfd):
    modules = {name: SimpleNamespace(run=run) for name, run in runs.items()}
    monkeypatch.setattr(command, "measurements", lambda: modules)
    monkeypatch.setattr(command, "RESULT", tmp_path / "var" / "bench.json")
    monkeypatch.setattr("sys.argv", ["bench"])

    assert main() == status

    printed = capfd.readouterr()
    assert [line for line in printed.out.splitlines() if line.startswith("==> ")][:2] == ["==> first", "==> second"]
    written = json.loads((tmp_path / "var" / "bench.json").read_text())
    assert written.keys() == runs.keys() - ({"first"} if status == 2 else set())
    assert ("what the child said" in printed.err) is (status == 2)
    assert ("first      BROKE" in printed.out) is (status == 2)


def test_an_unknown_name_is_refused_with_the_names_there_are(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["bench", "nothing"])

    with pytest.raises(SystemExit):
        main()

    known = "deadline, engine, money, notices, pages, payments, queue, whatif"
    assert f"unknown: nothing; there are {known}" in capsys.readouterr().err
