"""Every item that can be claimed has a form that opens, a review page, and a template that reads back."""

import pytest
from django.urls import reverse

from applications.claims.services.imports import Upload, build_template, read_upload
from policies.engine import load_catalogue
from portal.accounts.enums import ApplicantKind
from portal.core.sheet_reading import read_book
from tests.applications.worlds import publish, start
from tests.factories import ApplicantFactory, make_member

pytestmark = pytest.mark.slow

DOCUMENTS = ("wx2020", "bh2024")
CLAIMABLE = [
    versions[-1]
    for versions in load_catalogue().items.values()
    if versions[-1].claimable and versions[-1].document_id in DOCUMENTS
]


@pytest.mark.parametrize("item", CLAIMABLE, ids=lambda item: item.id)
def test_the_template_of_an_item_reads_back_as_empty(item):
    reading = read_upload(item, Upload(read_book(build_template(item))))
    assert (reading.lines, reading.faults) == ([], [])


@pytest.mark.django_db
def test_a_draft_of_every_item_opens_and_says_what_is_missing(client):
    publish(*DOCUMENTS)
    member = make_member(ApplicantFactory(kind=ApplicantKind.ENTERPRISE))
    client.force_login(member)
    for item in CLAIMABLE:
        claim = start(member, item=item.id)
        for name in ("edit", "review", "import", "claim"):
            response = client.get(reverse(f"applications:{name}", args=[claim.key]))
            assert response.status_code == 200, (item.id, name)
            if name == "review":
                assert not response.context["is_ready"], item.id
