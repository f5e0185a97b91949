"""Rules that the grammar allows and no document has yet: combinations on which the two engines could differ unseen."""

import json
from functools import lru_cache
from typing import Any

from policies.engine import Catalogue, catalogue_of, load_document
from tests.policies.engine.batch.odd_figures import FIGURES
from tests.policies.engine.batch.odd_words import HEAD, INDIVIDUALS, PER, PROVINCE, fact, item, rate, standard

SPLIT = {"city": "1/3", "rest": "district", "round": "down"}
PROPOSED = [standard("2000"), {"do": "propose", "field": "requested"}]
LAST_TWO = {"yuan": "5000", "per": PER["rolling"], "years": 2, "group": "odd-18-sums"}
OF_GROUPS = [
    *({"yuan": "7000", "per": PER["group_year"]}, {"yuan": "12000", "per": PER["group"]}),
    {"count": 4, "per": PER["group_year"], "tally": "paid"},
]
OF_FOUR = {"province": "30%", "city": "1/3", "town": "1/9", "rest": "district", "round": "down"}

WINDOW = {"do": "window", "rows": "interest_payments", "from": "drawn_on", "months": 12}
SINCE_EFFECT = {"do": "since_effect", "rows": "interest_payments"}


def filtered_rows(name: str, *filters: dict[str, Any]) -> dict[str, Any]:
    """Interest and fees, of which the filters leave some, within the principal."""
    return item(
        name,
        [
            *filters,
            rate("30%", "interest_payments", "service_fees"),
            {"do": "cap_by", "fields": ["principal"], "else": "fees"},
        ],
        conditions=[
            {"field": "interest_payments", "at_least": 2},
            {"field": "pledged_on", "not_after_field": "drawn_on", "needed": True},
        ],
    )


ODD = [
    # Two versions, with limits of their own on one shared bucket.
    item(
        "odd-01-versions",
        [standard()],
        limits=[
            {"yuan": "12000", "per": PER["year"], "group": "odd-01"},
            {"count": 2, "per": PER["applicant"], "tally": "paid"},
        ],
        effect=[{"from": "2020-01-01", "to": "2022-01-01"}],
        split=SPLIT,
    ),
    item(
        "odd-01-versions",
        [rate("50%", "fees"), {"do": "at_most", "yuan": "4000"}],
        limits=[{"yuan": "9000", "per": PER["year"], "group": "odd-01"}, {"yuan": "6000", "per": PER["subject"]}],
        conditions=[{"field": "fee_year", "at_least": 3}],
        effect=[{"from": "2022-01-01", "to": "2023-01-01"}],
        split=SPLIT,
    ),
    item(
        "odd-01-versions",
        [rate("0.123456789012", "fees")],
        limits=[{"once": "odd-01-once", "per": PER["subject"]}],
        effect=[{"from": "2024-01-01"}],
    ),
    # Times and places by line, with two ledgers of sums; the places are shared with the next.
    item(
        "odd-02-crowded",
        [standard("3000"), {"do": "propose", "field": "requested"}],
        limits=[
            {"count": 3, "per": PER["applicant"], "tally": "lines"},
            {"count": 6, "per": PER["city"], "tally": "lines", "group": "odd-places"},
            {"yuan": "7000", "per": PER["subject"]},
            {"yuan": "10000", "per": PER["applicant"]},
        ],
    ),
    item(
        "odd-03-crowded",
        [rate("2/3", "fees", "agency_paid", combine="largest", base_at_most="6000")],
        limits=[
            {"count": 5, "per": PER["city"], "tally": "lines", "group": "odd-places"},
            {"yuan": "8000", "per": PER["year"]},
            {"yuan": "11000", "per": PER["applicant"]},
        ],
    ),
    # A choice that is a boolean, a share on top of a share, a ceiling between them.
    item(
        "odd-04-shares",
        [
            rate("0.5", "fees"),
            {"do": "scale", "ratio": "1/3", "label": "绿色", "only": {"field": "green", "is": True}},
            {"do": "at_most", "yuan": "1000"},
            {"do": "scale", "ratio": "99.99%", "label": "个人", "only": INDIVIDUALS},
        ],
        facts=[fact("green", "boolean")],
        limits=[
            {
                "yuan": "1500.01",
                "per": PER["subject"],
                "before": "paid_item_before",
                "scale": {"ratio": "1/2", "only": INDIVIDUALS},
            }
        ],
        split=SPLIT,
    ),
    # Rows filtered twice, in either order.
    filtered_rows("odd-05-rows", WINDOW, SINCE_EFFECT),
    filtered_rows("odd-05-turned", SINCE_EFFECT, WINDOW),
    # Several lines counted together, with facts of every type to merge.
    item(
        "odd-06-merged",
        [
            {"do": "per_n", "n": 5, "yuan": "700", "nature": "exact", "prior": "prior_count"},
            {"do": "cap_by", "fields": ["fees"], "less": "subsidised_before"},
        ],
        conditions=[
            {"field": "patent_kind", "in": ["invention"], "unless": {"field": "fee_year", "over": 4}},
            {"field": "pledged_on", "before": "2021-06-15"},
            {"field": "green", "is": False},
        ],
        facts=[fact("green", "boolean")],
        limits=[{"count": 4, "per": PER["applicant"], "tally": "lines"}, {"yuan": "2000", "per": PER["applicant"]}],
    ),
    # A title with money, a ceiling where there is none yet.
    item(
        "odd-07-title",
        [
            {"do": "title", "result": "示范", "decided": "decided", "decided_before": "2021-06-15"},
            {"do": "cap_by", "fields": ["fees"], "only_with": ["fees", "budget"]},
        ],
        limits=[{"count": 2, "per": PER["city"], "tally": "applicants"}],
    ),
    # A title that brings a fixed prize, within a cap.
    item(
        "odd-07-prize",
        [{"do": "title", "result": "优秀"}, standard("3000")],
        limits=[{"yuan": "7000", "per": PER["applicant"]}],
    ),
    # One-offs by year and by right, and a tier that absorbs.
    item("odd-08-low", [standard("1000")], limits=[{"once": "odd-08", "per": PER["year"]}]),
    item(
        "odd-08-high",
        [{"do": "given", "fields": ["decided", "requested"], "missing": "no_amount"}],
        limits=[{"once": "odd-08", "per": PER["year"]}, {"absorbs": "odd-08-low"}],
    ),
    # Steps that read the ledger.
    item(
        "odd-09-less",
        [rate("80%", "fees"), {"do": "cap_by", "fields": ["budget"], "less_ledger": "other_policy"}],
        limits=[{"yuan": "5000", "per": PER["year"]}],
    ),
    item(
        "odd-10-tests",
        [standard("10")],
        conditions=[
            {"field": "countries", "in": ["JP", "US"], "needed": True},
            {"field": "fee_year", "in": [3, 4]},
            {"field": "country", "not_in": ["HK"]},
            {"field": "fees", "not_after_field": "budget"},
            {"field": "pledged_on", "not_before": "2020-06-15"},
            {"field": "on", "before": "2024-02-29"},
            {"field": "maintained_years", "under": 8},
            {"field": "valid_patents", "not_below": 2, "needed": True},
        ],
    ),
    item(
        "odd-11-measured",
        [{"do": "measure", "field": "value", "op": "range", "target": "0.1234", "unit": "件", "deadline": "年末"}],
        kind="target",
    ),
    # One bucket of sums, of times and of a one-off, which holds more under one item than under the other.
    item(
        "odd-12-less",
        [standard("2000"), {"do": "propose", "field": "requested"}],
        limits=[
            {"count": 2, "per": PER["applicant"], "tally": "paid", "group": "odd-12-times"},
            {"yuan": "3000", "per": PER["year"], "group": "odd-12-sums"},
            {"once": "odd-12-once", "per": PER["subject"]},
        ],
    ),
    item(
        "odd-12-more",
        [standard("2500"), {"do": "propose", "field": "requested"}],
        limits=[
            {"count": 4, "per": PER["applicant"], "tally": "lines", "group": "odd-12-times"},
            {
                "yuan": "6000",
                "per": PER["year"],
                "group": "odd-12-sums",
                "before": "paid_item_before",
                "scale": {"ratio": "1/2", "only": INDIVIDUALS},
            },
            {"once": "odd-12-once", "per": PER["subject"]},
            {"yuan": "9000", "per": PER["applicant"]},
        ],
    ),
    # Sums beside each other, for some or for all; bonuses, shares and whole hundreds, within caps and places.
    item(
        "odd-13-tiers",
        [
            {"do": "tiers", "field": "valid_patents", "table": {"3": "2000", "10": "5000"}, "nature": "exact"},
            {**rate("40%", "fees", less="budget", above="200"), "only": INDIVIDUALS, "label": "个人", "joins": "add"},
            {**standard("1500"), "joins": "larger"},
            {"do": "scale", "ratio": "120.5%", "label": "绿色", "only": {"field": "green", "is": True}},
            {"do": "cap_by", "fields": ["budget"], "ratio": "70%", "less_ledger": "other_policy"},
        ],
        facts=[fact("green", "boolean")],
        limits=[{"yuan": "6000", "per": PER["year"]}, {"count": 3, "per": PER["applicant"], "tally": "lines"}],
        split=SPLIT,
    ),
    item(
        "odd-14-words",
        [
            {"do": "sum_by", "field": "level", "table": {"a": "3000", "b": "999.99"}, "nature": "ceiling"},
            {
                "do": "brackets",
                "fields": ["fees", "agency_paid"],
                "table": {"0": "10%", "2000": "1/3"},
                "parts": "each",
                "nature": "ceiling",
                "joins": "smaller",
            },
            {**standard("7"), "joins": "otherwise"},
            {"do": "scale_by", "field": "applicant_kind", "table": {"individual": "1/2"}, "otherwise": "150%"},
            {"do": "joint_share", "field": "fee_year", "way": "holders"},
            {"do": "round_to", "unit": "10", "way": "half_up"},
        ],
        facts=[fact("level", "choice", choices={"a": "甲", "b": "乙", "c": "丙"})],
        limits=[{"yuan": "2500", "per": PER["subject"]}, {"count": 4, "per": PER["city"], "tally": "lines"}],
    ),
    # Facts that are worked out, which conditions, tiers and shares go by.
    item(
        "odd-15-derived",
        [
            {"do": "growth_rate", "name": "growth", "label": "增长率", "field": "fees", "before": "budget"},
            {"do": "term", "name": "kept", "label": "年限", "from": "pledged_on", "until": "claimed_on"},
            {
                "do": "score_points",
                "name": "score",
                "label": "总分",
                "points": 5,
                "criterion": "增长",
                "only": {"field": "growth", "over": "10%"},
            },
            {
                "do": "score_points",
                "name": "score",
                "label": "总分",
                "points": 3,
                "criterion": "老",
                "only": {"field": "kept", "at_least": 1},
            },
            {
                "do": "look_up",
                "name": "fx",
                "label": "汇率",
                "day": "on",
                "table": {"2019-01-01": "6.5", "2021-06-15": "7"},
            },
            {"do": "convert", "name": "yuan", "label": "折算", "field": "fees", "rate": "fx", "days": "fee_year"},
            rate("1", "yuan"),
            {"do": "tiers", "field": "score", "table": {"3": "100", "8": "900"}, "nature": "exact", "joins": "larger"},
        ],
        conditions=[{"field": "score", "at_least": 3}, {"field": "fee_year", "under": 8}],
        limits=[{"yuan": "6000", "per": PER["applicant"]}],
    ),
    # Times of each year and places of each district, with what a district has a year; one group, two documents.
    item(
        "odd-16-yearly",
        PROPOSED,
        limits=[
            {"count": 2, "per": PER["year"], "tally": "paid", "group": "odd-16-times"},
            {"yuan": "7000", "per": PER["district"], "group": "odd-16-sums"},
            {"count": 4, "per": PER["district"], "tally": "lines", "districts": {"江阴": 2}},
        ],
    ),
    item(
        "odd-16-lines",
        [standard("1500")],
        limits=[
            {"count": 3, "per": PER["year"], "tally": "lines", "group": "odd-16-times"},
            {"yuan": "9000", "per": PER["district"], "group": "odd-16-sums"},
            {"count": 3, "per": PER["district"], "tally": "applicants", "districts": {"江阴": 1, "无锡": 6}},
        ],
    ),
    # Sums and times of the last years, which end as older claims go out of them; and those of a group of companies.
    item(
        "odd-18-rolling", PROPOSED, limits=[LAST_TWO, {"count": 3, "per": PER["rolling"], "years": 1, "tally": "lines"}]
    ),
    item("odd-18-shared", [standard("1500")], limits=[LAST_TWO], split=OF_FOUR),
    item("odd-18-groups", PROPOSED, limits=OF_GROUPS),
    # Sums and times of each right and year, beside those of all its years.
    item(
        "odd-26-rights",
        PROPOSED,
        limits=[
            {"yuan": "2500", "per": PER["subject_year"], "group": "odd-26-sums"},
            {"count": 2, "per": PER["subject_year"], "tally": "lines"},
            {"count": 5, "per": PER["subject"], "tally": "lines"},
        ],
        subject_rule="flag",
    ),
    item("odd-26-shared", PROPOSED, limits=[{"yuan": "3000", "per": PER["subject_year"], "group": "odd-26-sums"}]),
    *FIGURES,
    # What the applicant is: its size and its region.
    item(
        "odd-17-firms",
        [
            {
                "do": "sum_by",
                "field": "applicant_size",
                "table": {"micro": "300", "small": "200"},
                "otherwise": "100",
                "nature": "exact",
            },
            {"do": "scale", "ratio": "1/2", "label": "外区", "only": {"field": "applicant_region", "not_in": ["无锡"]}},
        ],
        conditions=[{"field": "applicant_size", "not_in": ["large"], "needed": True}],
        limits=[
            {
                "yuan": "700",
                "per": PER["applicant"],
                "scale": {"ratio": "1/2", "only": {"field": "applicant_size", "in": ["small"]}},
            }
        ],
    ),
]
PROVINCIAL = [
    item(
        "prov-01-cap",
        [{"do": "given", "fields": ["decided"], "missing": "undetermined"}, {"do": "at_most", "yuan": "900000"}],
        limits=[{"yuan": "20000", "per": PER["city"]}, {"yuan": "9000", "per": PER["subject"]}],
    ),
    item("prov-02-places", [standard("10")], limits=[{"count": 3, "per": PER["city"], "tally": "lines"}]),
    item("prov-03-districts", [standard("10")], limits=[{"yuan": "25", "per": PER["district"]}]),
]


def load(head: dict[str, Any], items: list[dict[str, Any]]) -> Any:
    sections = [{"document": head}, *items]
    return load_document("\n---\n".join(json.dumps(part, ensure_ascii=False) for part in sections), name=head["id"])


def catalogue_from(*documents: tuple[dict[str, Any], list[dict[str, Any]]]) -> Catalogue:
    loaded = [load(head, items) for head, items in documents]
    return catalogue_of([one.document for one in loaded], [item for one in loaded for item in one.items])


@lru_cache
def odd_catalogue() -> Catalogue:
    """A city's document and a province's, full of odd rules."""
    return catalogue_from((HEAD, ODD), (PROVINCE, PROVINCIAL))
