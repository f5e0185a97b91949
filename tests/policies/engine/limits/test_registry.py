"""Limits: each has its words and keys in one module, and is read by its own key."""

import pytest

from policies.engine import CatalogueError
from policies.engine.limits.registry import limit_kind_of, limit_kinds, limit_labels, read_limit
from policies.engine.lint import LIMIT_TWICE
from tests.policies.engine.batch.odd_rules import HEAD, catalogue_from, item, standard

LIMITS = {
    "sum": ({"yuan": "50000", "per": ["applicant", "year"]}, "同一主体每年最高 50,000.00 元", "同一主体每年上限"),
    "shared": (
        {"yuan": "5", "per": ["subject"], "group": "g", "label": "每项"},
        "每项最高 5.00 元（与同组事项合并计算）",
        "每项上限",
    ),
    "times": ({"count": 2, "per": ["applicant"], "tally": "paid"}, "同一主体最多支持 2 次", "次数上限"),
    "quota": ({"count": 3, "per": ["programme", "year"], "tally": "lines"}, "每年不超过 3 个名额", "每年名额"),
    "once": ({"once": "g", "per": ["subject"]}, "同一件在同组事项中只支持一次", "同组只支持一次"),
    "absorb": ({"absorbs": "x-2"}, "已获较低档次的只补差额", "已获较低档次支持"),
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_is_read_by_its_key_and_speaks_of_itself(name):
    content, sentence, short_name = LIMITS[name]
    limit = read_limit({"code": "L", **content})
    assert (limit.sentence(str), limit.short_name()) == (sentence, short_name)
    assert limit.kind == limit_kind_of(content)


def test_kinds_have_labels_and_all_their_keys_too():
    assert list(limit_labels()) == [
        "yuan",
        "year_total",
        "count",
        "select",
        "select_share",
        "rank_sums",
        "share_sums",
        "once",
        "tops_up",
        "absorbs",
    ]
    assert all(key.label for limit in limit_kinds().values() for key in limit.declared().values())


def test_a_limit_of_no_kind_or_of_two_has_none():
    assert limit_kind_of({"code": "A"}) is None
    assert limit_kind_of({"yuan": "1", "count": 2}) is None
    with pytest.raises(KeyError):
        read_limit({"code": "A"})


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ({"count": 2, "per": ["applicant"], "tally": "applicants"}, "计法不符"),
        ({"count": 2, "per": ["programme", "year"], "tally": "paid"}, "计法不符"),
        ({"count": 2, "per": ["subject"], "tally": "paid"}, "计法不符"),
        ({"count": 2, "per": ["district", "year"], "tally": "paid"}, "计法不符"),
        ({"absorbs": "odd-1"}, "不能吸收自己"),
        ({"yuan": "1", "per": ["programme"]}, "这样的范围"),
    ],
)
def test_what_is_wrong_with_a_limit_is_its_own_to_say(limit, words):
    with pytest.raises(CatalogueError, match=words):
        catalogue_from((HEAD, [item("odd-1", [standard()], limits=[limit])]))


def test_a_fact_that_a_scale_tests_is_asked_for():
    scale = {"ratio": "1/2", "only": {"field": "fee_year", "under": 3}}
    catalogue = catalogue_from(
        (HEAD, [item("odd-1", [standard()], limits=[{"yuan": "9", "per": ["subject"], "scale": scale}])])
    )
    assert catalogue.items["odd-1"][0].fact("fee_year").required is False


TWICE = {
    "times": [
        {"count": 2, "per": ["applicant"], "tally": "paid"},
        {"count": 1, "per": ["applicant"], "tally": "lines"},
    ],
    "quota": [{"count": n, "per": ["programme", "year"], "tally": "lines", "group": f"g{n}"} for n in (1, 2)],
    "once": [{"once": "g", "per": ["subject"]}, {"once": "h", "per": ["applicant"]}],
    "absorb": [{"absorbs": "odd-2"}, {"absorbs": "odd-3"}],
    "one bucket": [{"yuan": n, "per": ["subject"], "group": "g"} for n in ("9", "8")],
    "sum": [{"yuan": "9", "per": ["subject"]}, {"yuan": "8", "per": ["subject"]}],
    "buckets": [{"yuan": "9", "per": per, "group": "g"} for per in (["subject"], ["applicant"])],
}
TIERS = [item(f"odd-{n}", [standard()]) for n in (2, 3)]


@pytest.mark.parametrize("kind", TWICE)
def test_of_two_limits_that_only_the_first_would_act_of_the_second_is_a_problem(kind):
    first, second = TWICE[kind]
    apart = [{**first, "if": {"count_is_max": True}}, {**second, "if": {"count_is_max": False}}]

    def problems(*limits):
        try:
            catalogue_from((HEAD, [item("odd-1", [standard()], limits=limits), *TIERS]))
        except CatalogueError as error:
            return [(problem.fault.code, problem.where) for problem in error.problems]
        return []

    found = [] if kind in ("sum", "buckets") else [(LIMIT_TWICE, "odd-1.limits[1]")]
    assert (problems(first, second), problems(*apart)) == (found, [])
