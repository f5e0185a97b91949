"""The catalogue and the calculator, as programs read them."""

import json

import pytest
from django.core.cache import cache

from policies.engine import assess, describe, load_catalogue
from policies.published.models import ItemVersion, PolicyDocument, SupportItem
from tests.factories import UserFactory, publish_documents, wuxi

pytestmark = pytest.mark.django_db
QUESTION = {
    "item": "wx2020-01-inv",
    "on": "2021-05-10",
    "applicant": {"kind": "individual", "region": "无锡"},
    "lines": [{"fees": "4999.99"}],
}


@pytest.fixture(autouse=True)
def published():
    cache.clear()
    wuxi()
    publish_documents("wx2020", "lyg")


def ask(client, body):
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post("/api/v1/assess", text, content_type="application/json")


def test_a_form_in_place_of_a_question_is_refused_to_a_signed_in_person_too(client):
    client.force_login(UserFactory())
    response = client.post("/api/v1/assess", {"q": "1"})
    assert (response.status_code, response.json()["field"]) == (422, "question")


def test_documents_are_listed_with_their_status(client):
    found = {row["code"]: row for row in client.get("/api/v1/documents").json()}
    assert set(found) == set(PolicyDocument.objects.values_list("code", flat=True))
    assert found["wx2020"]["number"] == "锡政办发〔2020〕11号"
    assert (found["wx2020"]["region"], found["wx2020"]["effective_from"]) == ("320200", "2020-03-10")
    assert found["lyg"]["status"] == "draft"


def test_items_are_listed_all_or_of_one_document(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        rows = client.get("/api/v1/items").json()
    assert len(rows) == SupportItem.objects.count()
    own = client.get("/api/v1/items", {"document": "wx2020"}).json()
    assert {row["document"] for row in own} == {"wx2020"}
    assert len(own) == SupportItem.objects.filter(document__code="wx2020").count()


def test_an_item_brings_the_schema_of_its_question(client):
    version = ItemVersion.objects.get(item__code="wx2020-01-inv")
    found = client.get("/api/v1/items/wx2020-01-inv").json()
    assert (found["version"], found["hash"], found["document"]) == (1, version.hash, "wx2020")
    assert found["question"] == describe(load_catalogue().items["wx2020-01-inv"][-1])


@pytest.mark.parametrize(("code", "status"), [("wx2020-99-none", 404), ("WX%202020", 422), ("a%00b", 422)])
def test_an_item_that_is_not_there_is_said_to_be_absent(client, code, status):
    response = client.get(f"/api/v1/items/{code}")
    assert response.status_code == status
    assert set(response.json()) == {"error", "field"}
    assert response.json()["field"] == ("code" if status == 422 else "")


def test_a_question_is_answered_as_the_engine_does(client):
    response = ask(client, {"id": "甲", **QUESTION})
    assert response.status_code == 200
    assert response.json() == {"id": "甲", **assess(load_catalogue(), QUESTION).as_dict()}
    assert response.json()["amount"] == "2499.99"


def test_numbers_are_read_exactly(client):
    assert ask(client, json.dumps(QUESTION).replace('"4999.99"', "4999.99")).json()["amount"] == "2499.99"


def test_of_a_list_each_question_is_answered_by_itself(client):
    bad = {**QUESTION, "id": 7, "lines": [{"fees": "a lot"}]}
    response = ask(client, [QUESTION, bad, 5, QUESTION])
    assert response.status_code == 200
    answers = response.json()
    assert [answer.get("amount") for answer in answers] == ["2499.99", None, None, "2499.99"]
    assert (answers[1]["id"], answers[1]["field"]) == (7, "lines[0].fees")
    assert answers[2]["field"] == "question"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**QUESTION, "lines": [{"fees": "a lot"}]}, "lines[0].fees"),
        ({**QUESTION, "item": "none"}, "item"),
        ("not json", "question"),
        ("", "question"),
        ('{"item": NaN}', "question"),
        ("[" * 100_000, "question"),
        ("\udcff", "question"),
    ],
)
def test_a_question_that_cannot_be_read_names_the_field(client, body, field):
    if body == "\udcff":
        response = client.post("/api/v1/assess", b'"\xff"', content_type="application/json")
    else:
        response = ask(client, body)
    assert response.status_code == 422
    assert response.json()["field"] == field
    assert response.json()["error"]


def test_at_most_a_hundred_questions_at_once(client):
    assert len(ask(client, [QUESTION] * 100).json()) == 100
    response = ask(client, [QUESTION] * 101)
    assert response.status_code == 422
    assert "100" in response.json()["error"]


def test_more_than_the_portal_reads_is_refused(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    response = ask(client, QUESTION)
    assert response.status_code == 413
    assert response.json()["error"]


def test_asking_stores_nothing_and_asks_the_database_only_what_was_published_last(client, django_assert_num_queries):
    ask(client, QUESTION)
    for asked in (QUESTION, [QUESTION] * 3):
        with django_assert_num_queries(2):
            ask(client, asked)


def test_another_site_cannot_ask_in_anybodys_name(client):
    # No cookie counts here, so no forged request carries anything worth forging.
    assert "sessionid" not in ask(client, QUESTION).cookies
    assert client.get("/api/v1/claims").status_code == 401
