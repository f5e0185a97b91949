"""`manage.py rmb`: sums in capital figures, a line each."""

import io
import sys

import pytest
from django.core.management import call_command


def answers(text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], int]:
    """The lines of the answer, and the status."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    out, status = io.StringIO(), 0
    try:
        call_command("rmb", stdout=out)
    except SystemExit as stop:
        status = int(stop.code or 0)
    return out.getvalue().splitlines(), status


def test_sums_are_written_as_payment_documents_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    sums = ["1409.50", "6007.14", "1680.32", "0.05", "0", "7729100000000.00", "9999999999999.99", "100000000"]

    lines, status = answers("\n".join(sums), monkeypatch)

    assert status == 0
    assert lines == [
        "人民币壹仟肆佰零玖元伍角",
        "人民币陆仟零柒元壹角肆分",
        "人民币壹仟陆佰捌拾元叁角贰分",
        "人民币伍分",
        "人民币零元整",
        "人民币柒万柒仟贰佰玖拾壹亿元整",
        "人民币玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
        "人民币壹亿元整",
    ]


def test_what_is_no_sum_is_named_and_the_other_lines_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    lines, status = answers("-1\n1.234\nabc\n10000000000000\n\n2\n", monkeypatch)

    assert status == 1
    assert [line.startswith('{"error":') for line in lines] == [True, True, True, True, False]
    assert lines[-1] == "人民币贰元整"
