"""`absorbs`: a lower tier of the same document, or of an older one."""

import pytest

from policies.engine import CatalogueError, assess, read_document
from policies.engine.buckets import Bucket, buckets_asked, program_asked
from policies.engine.scopes import APPLICANT
from tests.policies.engine.batch.odd_rules import HEAD, PROVINCE, catalogue_from, item, standard

NEW = item("odd-2", [standard("5000")], limits=[{"absorbs": "prov-1"}])


def test_a_tier_of_an_older_document_is_taken_off_by_its_own_bucket():
    catalogue = catalogue_from((HEAD, [NEW]), (PROVINCE, [item("prov-1", [standard("2000")])]))
    question = {"item": "odd-2", "on": "2021-01-01", "applicant": {"kind": "enterprise"}, "lines": [{}]}

    assert Bucket(APPLICANT, "prov-1") in buckets_asked(program_asked(catalogue, question), [])["lower_tier"]
    for paid, fen in (("0", 500000), ("2000", 300000), ("4999.99", 1), ("5000", 0)):
        assert (assess(catalogue, {**question, "paid": {"lower_tier": paid}}).amount or 0) == fen


@pytest.mark.parametrize(("others", "loads"), [(None, True), ({"prov-1"}, True), ({"prov-2"}, False), (set(), False)])
def test_only_published_items_of_other_documents_may_be_named(others, loads):
    sections = [{"document": HEAD}, NEW]
    if loads:
        assert read_document(sections, name="odd", others=others).items
        return
    with pytest.raises(CatalogueError, match="没有事项 prov-1"):
        read_document(sections, name="odd", others=others)
