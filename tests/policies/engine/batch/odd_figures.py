"""Odd rules by figures and by times: each stands beside others on which the two engines could differ unseen."""

from tests.policies.engine.batch.odd_words import PER, item, standard

FIGURES = [
    # Times of a year, of all and of each right, side by side; sums by figures, worked out ones and shares by tiers.
    item(
        "odd-19-rights",
        [standard("2000"), {"do": "propose", "field": "requested"}],
        limits=[
            {"count": 2, "per": PER["year"], "tally": "paid"},
            {"count": 3, "per": PER["applicant"], "tally": "lines"},
            {"count": 2, "per": PER["subject"], "tally": "lines", "group": "odd-19-times"},
        ],
        subject_rule="flag",
    ),
    item(
        "odd-19-again",
        [standard("900")],
        limits=[{"count": 1, "per": PER["subject"], "tally": "lines", "group": "odd-19-times"}],
    ),
    item(
        "odd-20-figures",
        [
            {
                "do": "add_up",
                "name": "grown",
                "label": "净增",
                "fields": ["valid_patents", "fee_year"],
                "less": ["prior_count"],
                "result": "integer",
            },
            {
                "do": "per_unit",
                "field": "grown",
                "each": "3",
                "yuan": "777.77",
                "parts": "exact",
                "nature": "exact",
                "above": "2",
                "times": "fee_year",
            },
            {
                "do": "score_by",
                "name": "marks",
                "label": "总分",
                "field": "fees",
                "points": "1.5",
                "each": "900",
                "up_to": "20",
            },
            {"do": "score_by", "name": "marks", "label": "总分", "field": "grown", "points": "30%"},
            {
                "do": "score_tiers",
                "name": "marks",
                "label": "总分",
                "field": "fee_year",
                "table": {"3": "2.5", "5": "9"},
            },
            {
                "do": "tiers",
                "field": "marks",
                "table": {"8.1": "450", "19": "900"},
                "nature": "exact",
                "joins": "larger",
            },
            {"do": "scale_tiers", "field": "fees", "table": {"0": "1/3", "1000": "150%"}},
            {"do": "net_of", "fields": ["budget"], "ratio": "1/3"},
            {"do": "nothing_below", "yuan": "300"},
            {"do": "round_to", "unit": "10", "way": "up"},
        ],
        conditions=[{"field": "budget", "not_above_field": "fees", "needed": True}],
        limits=[{"yuan": "5000", "per": PER["year"]}],
    ),
    # Criteria of which some must be met, one made of others, with facts that may be blank.
    item(
        "odd-21-criteria",
        [
            {
                "do": "fulfils",
                "name": "strong",
                "label": "实力",
                "least": 2,
                "first": {"field": "valid_patents", "at_least": 3},
                "second": {"field": "patent_kind", "in": ["invention"]},
                "third": {"field": "fees", "over": "900"},
            },
            {
                "do": "fulfils",
                "name": "fit",
                "label": "合格",
                "least": 1,
                "first": {"field": "strong", "is": True},
                "second": {"field": "applicant_kind", "in": ["agency"]},
                "fourth": {"field": "pledged_on", "before": "2021-06-15"},
            },
            standard("700"),
            {"do": "scale", "ratio": "150%", "label": "实力强", "only": {"field": "strong", "is": True}},
        ],
        conditions=[{"field": "fit", "is": True}],
    ),
]
