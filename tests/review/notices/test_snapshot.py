"""A snapshot is read exactly or refused, and a sum that does not add up is never printed."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.notices.snapshot import SnapshotError, read_snapshot
from tests.review.notices.samples import grant, recognition, refusal

OF_THREE = {
    "city": "9000.00",
    "district": "4499.97",
    "others": [{"name": "省级", "sum": "1500.00"}],
    "basis": "某办发〔2030〕1号第一条",
}


@pytest.mark.parametrize(
    "data",
    [grant(), grant(shares=OF_THREE), grant(lines=1, split=False), refusal(), recognition()],
    ids=["split", "of three", "whole", "refusal", "recognition"],
)
def test_a_snapshot_survives_the_database(data: dict[str, Any]) -> None:
    assert read_snapshot(json.loads(json.dumps(data))).to_json() == data


@given(st.integers(1, 400))
def test_what_is_printed_of_a_sum_belongs_to_that_sum(lines: int) -> None:
    notice = read_snapshot(grant(lines=lines))
    assert notice.shares is not None
    assert notice.shares.city + notice.shares.district == notice.total == Decimal("4999.99") * lines
    assert notice.total_in_figures.replace(",", "") == str(notice.total)


def test_a_limit_over_the_claim_is_taken_off_the_lines() -> None:
    notice = read_snapshot(
        grant(
            lines=2, split=False, total="8000.00", reduction={"amount": "1999.98", "reason": "年度累计不超过8,000.00元"}
        )
    )
    assert notice.reduction is not None
    assert notice.reduction.amount_in_figures == "-1,999.98"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (grant(total="14999.96"), "lines"),
        (grant(shares={"city": "1.00", "district": "2.00", "basis": ""}), "shares"),
        (grant(shares=OF_THREE | {"city": "9000.01"}), "shares"),
        (grant(total="0.00", lines=0), "total"),
        (grant(total=None), "total"),
        (grant(basis=[]), "basis"),
        (grant(layout=2), "layout"),
        (grant(kind="letter"), "kind"),
        (grant(surprise=1), "surprise"),
        ({key: value for key, value in grant().items() if key != "number"}, "number"),
        (grant(issued_on="2026-13-01"), "issued_on"),
        (grant(total=14999.97), "total"),
        (grant(number=1), "number"),
        (grant() | {"lines": {}}, "lines"),
        (grant(party="张三"), "party"),
        (refusal(reasons=[]), "reasons"),
        (refusal(total="5.00"), "total"),
        (refusal(kind="decline", reasons=[]), "reasons"),
        (refusal(kind="correct"), "due_on"),
    ],
)
def test_a_snapshot_that_does_not_hold_together_is_refused_by_field(data: dict[str, Any], field: str) -> None:
    with pytest.raises(SnapshotError, match=field):
        read_snapshot(data)


def test_a_snapshot_from_before_titles_is_read_as_one_without() -> None:
    old = {
        name: value
        for name, value in grant().items()
        if name not in ("recognised", "subjects", "decision_no", "stages", "files", "due_on")
    }
    notice = read_snapshot(old)
    assert (notice.recognised, notice.subjects, notice.decision_no) == ("", [], "")
    assert (notice.files, notice.due_on) == ([], None)


@pytest.mark.parametrize("changes", [{"recognised": ""}, {"total": "1.00"}], ids=["nothing recognised", "money"])
def test_a_recognition_names_its_title_and_no_sum(changes: dict[str, Any]) -> None:
    with pytest.raises(SnapshotError, match="认定通知书(必须写明|没有金额)"):
        read_snapshot(recognition(**changes))
