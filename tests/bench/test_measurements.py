"""Every measurement of `make bench` runs to its end, at a small size."""

import json

import pytest

from bench.__main__ import is_met, main, measurements, print_ratios


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


def test_an_unknown_name_is_refused_with_the_names_there_are(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["bench", "nothing"])

    with pytest.raises(SystemExit):
        main()

    assert "unknown: nothing; there are deadline, engine, money, notices, queue, whatif" in capsys.readouterr().err
