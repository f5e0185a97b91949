"""No page of the editor is heavy or slow, or asks the database more for a longer document."""

import uuid
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from policies.drafting import yaml_codec
from policies.drafting.services.drafts import start_draft
from policies.engine.loader import CATALOGUE
from tests.cpu import assert_within_cpu
from tests.factories import act

pytestmark = pytest.mark.django_db
MOST_BYTES = 150_000
MOST_SECONDS = 0.3
QUERIES = {"section": 22, "draft": 24, "changes": 14}
# The other pages of a draft, which a document of many items must not make heavy either.
OTHERS = ("new_section", "source", "cases", "sums", "readings", "text")


def longest(sections, count):
    """The indices of the sections that say most."""
    sizes = [len(yaml_codec.write_section(section)) for section in sections]
    return sorted(range(len(sections)), key=lambda at: -sizes[at])[:count]


@pytest.mark.parametrize("count", [50, None])
def test_every_page_of_the_largest_document_is_light(writer, officer, count):
    text = (CATALOGUE / "sz2021.yaml").read_text("utf-8").replace("sz2021", "sz2031").replace("320500", "320200")
    text = "---\n".join(text.split("---\n")[:count])
    draft = start_draft(None, key=uuid.uuid4(), title="新政策", code="sz2031", text=text, act=act(officer))
    places = [0, *longest(draft.sections, 3)] if count is None else longest(draft.sections, 1)
    others = [*((name, []) for name in OTHERS), ("tryout", places[1:2]), ("new_case", [])] if count is None else []
    a_case = {"item": yaml_codec.name_of(draft.sections[places[-1]])}
    for name, args in [*(("section", [at]) for at in places), ("draft", []), ("changes", []), *others]:
        url, query = reverse(f"drafting:{name}", args=[draft.key, *args]), a_case if name == "new_case" else {}
        with CaptureQueriesContext(connection) as asked:
            answer = writer.get(url, query)
        assert answer.status_code == 200, (name, args)
        assert len(answer.content) <= MOST_BYTES, (name, args, len(answer.content))
        assert len(asked) <= QUERIES.get(name, 24), (name, args, len(asked))
        # Once a process the pages are compiled and the vocabulary is read.
        assert_within_cpu(MOST_SECONDS, partial(writer.get, url, query))
