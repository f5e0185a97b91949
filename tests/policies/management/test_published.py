"""The commands answer from the package; with `--published` from what the database has published."""

import io
import json
from io import StringIO

import pytest
from django.core.management import call_command

from tests.policies.drafting.worlds import INVENTION, admin, draft_of, publish_package, published, with_standard

pytestmark = pytest.mark.django_db
QUESTION = {
    "item": INVENTION,
    "on": "2021-05-10",
    "applicant": {"kind": "enterprise"},
    "lines": [{"fees": "8000"}],
}


@pytest.fixture(autouse=True)
def _another_standard():
    publish_package("wx2020")
    author = admin()
    published(with_standard(draft_of("wx2020", author), "6000", author), author)


@pytest.mark.parametrize(("options", "amount"), [({}, "5000.00"), ({"published": True}, "6000.00")])
def test_a_question_is_answered_from_the_package_unless_told_otherwise(options, amount, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(QUESTION)))
    out = StringIO()
    call_command("assess", stdout=out, **options)
    assert json.loads(out.getvalue())["amount"] == amount


def test_the_register_lists_what_was_published_in_the_browser():
    package, all_of_it = StringIO(), StringIO()
    call_command("coverage", stdout=package)
    call_command("coverage", stdout=all_of_it, published=True)
    ids = [{json.loads(line)["id"] for line in text.getvalue().splitlines()} for text in (package, all_of_it)]
    assert ids[0] == ids[1]
