"""The region tree that every database has."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse

from portal.accounts.enums import RegionLevel, Role
from portal.accounts.models import Region
from portal.accounts.regions import load_region_tree
from portal.accounts.services.regions import update_region
from portal.audit.models import AuditRecord
from tests.factories import act, binhu, make_official, suzhou, wuxi


@pytest.fixture
def tree(db) -> None:
    load_region_tree(Region)


def test_three_cities_have_their_districts(tree):
    names = {
        city.code: list(city.children.values_list("code", flat=True))
        for city in Region.objects.filter(level=RegionLevel.CITY)
    }
    assert names == {
        "320200": ["320205", "320206", "320211", "320213", "320214", "320281", "320282"],
        "320500": [f"3205{n}" for n in ("05", "06", "07", "08", "09", "81", "82", "83", "85")],
        "320700": ["320703", "320706", "320707", "320722", "320723", "320724"],
    }
    assert set(Region.objects.filter(level=RegionLevel.CITY).values_list("parent_id", flat=True)) == {"320000"}


def test_the_codes_carry_the_tree(tree):
    for region in Region.objects.exclude(parent=None):
        digits = 2 if region.level == RegionLevel.CITY else 4
        assert region.code[:digits] == region.parent_id[:digits]


def test_bureaus_are_named_as_they_sign(tree):
    bureaus = dict(Region.objects.values_list("code", "bureau"))
    assert bureaus["320200"] == "无锡市知识产权局"
    assert bureaus["320211"] == "无锡市滨湖区市场监督管理局"
    assert bureaus["320281"] == "江阴市市场监督管理局"
    assert bureaus["320722"] == "东海县市场监督管理局"
    assert all(Region.objects.values_list("contact", flat=True))


def test_loading_again_makes_nothing_new_and_keeps_corrections(tree, capsys):
    Region.objects.filter(pk="320211").update(contact="0510-81234567")
    Region.objects.filter(pk="320724").delete()
    call_command("load_regions")
    assert "1 regions made, 26 in all." in capsys.readouterr().out
    assert Region.objects.get(pk="320211").contact == "0510-81234567"
    assert Region.objects.get(pk="320211").full_name == "无锡市滨湖区"


def test_the_administrator_corrects_bureau_and_telephone_and_it_is_recorded(tree, signed_in, no_second_factor):
    admin = make_official(Role.SYSTEM_ADMIN, wuxi())
    browser = signed_in(admin)
    url = reverse("accounts:region_edit", args=["320211"])
    browser.post(url, {"bureau": "无锡市滨湖区知识产权局", "contact": "0510-81234567"})
    region = binhu()
    assert (region.bureau, region.contact) == ("无锡市滨湖区知识产权局", "0510-81234567")
    record = AuditRecord.objects.get(action="accounts.region_updated")
    assert (record.actor, record.region_code) == (admin, "320211")
    assert record.before == {"bureau": "无锡市滨湖区市场监督管理局", "contact": "0510-12345"}
    page = browser.get(reverse("accounts:regions")).content.decode()
    assert "无锡市滨湖区知识产权局" in page
    assert "苏州市" not in page
    browser.post(url, {"bureau": "无锡市滨湖区知识产权局", "contact": "0510-81234567"})
    assert AuditRecord.objects.filter(action="accounts.region_updated").count() == 1


def test_nobody_corrects_another_citys_bureau(tree, signed_in, no_second_factor):
    admin = make_official(Role.SYSTEM_ADMIN, wuxi())
    url = reverse("accounts:region_edit", args=["320500"])
    assert signed_in(admin).post(url, {"bureau": "x", "contact": "y"}).status_code == 404
    with pytest.raises(PermissionDenied):
        update_region(suzhou(), bureau="x", contact="y", act=act(admin))
    assert suzhou().bureau == "苏州市知识产权局"
