"""A region's tree is read from its code."""

import pytest

from portal.accounts.models import Region
from portal.core.regions import in_trees, tree_prefix


@pytest.mark.parametrize(("code", "digits"), [("320000", "32"), ("320200", "3202"), ("320211", "320211")])
def test_a_region_shares_its_leading_digits_with_all_below_it(code, digits):
    assert tree_prefix(code) == digits


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["320000", "320200", "320211"])
def test_a_tree_holds_the_region_and_all_whose_parents_lead_to_it(code):
    def lies_in(region):
        return region is not None and (region.code == code or lies_in(region.parent))

    expected = {region.code for region in Region.objects.all() if lies_in(region)}
    assert set(Region.objects.filter(in_trees("code", [code])).values_list("code", flat=True)) == expected
    assert expected


@pytest.mark.django_db
def test_no_region_holds_nothing():
    assert not Region.objects.filter(in_trees("code", [])).exists()
