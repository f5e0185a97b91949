"""Publishing the catalogue: the same again changes nothing, a changed rule appends a version."""

import copy
import dataclasses
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from policies.engine import Catalogue, catalogue_of, compile_item, load_catalogue, plain_content
from policies.published.models import ItemVersion, PolicyDocument, SupportItem
from policies.published.selectors import catalogue_for, compiled_item, item_version_for
from policies.published.services import PublishError, publish_catalogue
from portal.accounts.models import Region
from portal.audit.models import AuditRecord
from tests.factories import act, publish_documents

pytestmark = pytest.mark.django_db
INVENTION = "wx2020-01-inv"


def changed(item_code: str, **changes: object) -> Catalogue:
    """The package's catalogue with one item's content changed."""
    catalogue = load_catalogue()
    items = []
    for versions in catalogue.items.values():
        for item in versions:
            content = plain_content(item)
            items.append(compile_item({**content, **changes}) if item.id == item_code else item)
    return catalogue_of(catalogue.documents.values(), items)


def forget_lianyungang() -> None:
    """Take away the area of one of the documents."""
    Region.objects.filter(parent_id="320700").delete()
    Region.objects.get(code="320700").delete()


def test_every_item_of_the_catalogue_is_published_under_its_document():
    published = publish_catalogue(act())
    catalogue = load_catalogue()
    assert published.items == len(catalogue.items) == SupportItem.objects.count()
    assert published.documents == len(catalogue.documents)
    item = SupportItem.objects.get(code=INVENTION)
    assert item.document.code == "wx2020"
    assert item.document.region_id == "320200"
    assert item.claimable
    assert item.headline == "每件最高 5,000 元"
    version = item.versions.get()
    assert (version.number, version.valid_from, version.valid_to) == (1, date(2020, 3, 10), None)
    assert version.hash == catalogue.items[INVENTION][0].hash == compile_item(version.content).hash


def test_publishing_the_same_again_changes_nothing():
    publish_documents()
    before = list(ItemVersion.objects.values_list())
    records = AuditRecord.objects.count()
    assert publish_catalogue(act()).new_versions == 0
    assert list(ItemVersion.objects.values_list()) == before
    assert AuditRecord.objects.count() == records


def test_a_changed_rule_becomes_the_next_version_and_the_old_one_stays():
    publish_documents()
    first = ItemVersion.objects.get(item__code=INVENTION)
    steps = copy.deepcopy(first.content["steps"])
    steps[0]["yuan"] = "6000"
    published = publish_catalogue(act(), catalogue=changed(INVENTION, steps=steps))
    assert published.new_versions == 1
    stored = ItemVersion.objects.get(pk=first.pk)
    assert (stored.content, stored.hash) == (first.content, first.hash)
    second = ItemVersion.objects.get(item__code=INVENTION, number=2)
    assert second.content["steps"][0]["yuan"] == "6000"
    assert item_version_for(second.item, date(2021, 1, 1)) == second
    assert SupportItem.objects.get(code=INVENTION).headline == "每件最高 6,000 元"
    record = AuditRecord.objects.order_by("-sequence").first()
    assert record.action == "policies.publish_versions"
    assert record.after["versions"] == [{"item": INVENTION, "number": 2, "before": first.hash, "after": second.hash}]


def test_going_back_to_an_earlier_rule_is_a_version_of_its_own():
    publish_documents()
    publish_catalogue(act(), catalogue=changed(INVENTION, title="另一个名称"))
    publish_catalogue(act())
    versions = ItemVersion.objects.filter(item__code=INVENTION).order_by("number")
    assert [v.number for v in versions] == [1, 2, 3]
    assert versions[0].hash == versions[2].hash
    assert item_version_for(versions[2].item, date(2021, 1, 1)) == versions[2]


def test_an_item_that_left_the_catalogue_can_be_read_and_not_claimed():
    publish_documents()
    catalogue = load_catalogue()
    rest = [item for versions in catalogue.items.values() for item in versions if item.id != INVENTION]
    publish_catalogue(act(), catalogue=catalogue_of(catalogue.documents.values(), rest))
    gone = SupportItem.objects.get(code=INVENTION)
    assert not gone.claimable
    assert gone.versions.count() == 1


def test_a_draft_has_versions_for_no_day():
    publish_documents()
    item = SupportItem.objects.get(code="lyg-08-loan")
    assert item.document.status == "draft"
    assert not item.claimable
    assert item.versions.get().valid_from is None
    assert item_version_for(item, date(2025, 1, 1)) is None


def test_a_document_of_an_unknown_region_publishes_nothing():
    forget_lianyungang()
    with pytest.raises(PublishError, match="尚未登记"):
        publish_catalogue(act())
    assert not PolicyDocument.objects.exists()
    assert not ItemVersion.objects.exists()


def test_a_version_is_compiled_once_and_answers_alone():
    publish_documents()
    version = ItemVersion.objects.get(item__code=INVENTION)
    again = ItemVersion.objects.get(item__code=INVENTION)
    assert compiled_item(version) is compiled_item(again)
    assert catalogue_for(version) is catalogue_for(again)
    assert list(catalogue_for(version).items) == [INVENTION]


def test_a_document_that_names_no_area_can_be_read_and_not_claimed():
    publish_documents()
    unnamed = PolicyDocument.objects.get(code="fj8")
    assert unnamed.region is None
    assert unnamed.items.exists()
    assert not unnamed.items.filter(claimable=True).exists()


def test_the_first_day_of_effect_has_a_version_and_the_day_before_has_none():
    publish_documents()
    item = SupportItem.objects.get(code=INVENTION)
    assert item_version_for(item, date(2020, 3, 9)) is None
    assert item_version_for(item, date(2020, 3, 10)) is not None


def test_a_version_that_ended_is_in_force_until_the_day_before():
    catalogue = load_catalogue()
    content = plain_content(catalogue.items[INVENTION][0])
    ended = dataclasses.replace(compile_item(content), effective_to=date(2022, 1, 1))
    publish_catalogue(act(), catalogue=catalogue_of(catalogue.documents.values(), [ended]))
    item = SupportItem.objects.get(code=INVENTION)
    assert item_version_for(item, date(2021, 12, 31)) is not None
    assert item_version_for(item, date(2022, 1, 1)) is None


def test_the_command_says_what_it_published():
    out = StringIO()
    call_command("load_catalogue", stdout=out)
    call_command("load_catalogue", stdout=out)
    first, second = out.getvalue().splitlines()
    assert f"新发布 {len(load_catalogue().items)} 个版本" in first
    assert "新发布 0 个版本" in second


def test_the_command_fails_with_the_remedy():
    forget_lianyungang()
    with pytest.raises(CommandError, match="请先载入地区"):
        call_command("load_catalogue")
