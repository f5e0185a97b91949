"""Which lines of a claim repeat a right: where a right may come several times, only those that say all the same."""

from applications.claims.models import ClaimLine
from applications.claims.selectors.duplicates import repeated_positions


def test_a_right_in_another_country_repeats_nothing_where_it_may_be_supported_several_times():
    lines = [
        ClaimLine(position=at, subject_key=key, facts={"pct_no": key, "country": country})
        for at, (key, country) in enumerate([("A", "US"), ("A", "JP"), ("B", "US"), ("A", "US"), ("", "US")], start=1)
    ]

    assert repeated_positions(lines) == {2: 1, 4: 1}
    assert repeated_positions(lines, may_repeat=True) == {4: 1}
