"""The coverage register: every clause of the documents, what models it, and where it can be read."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.urls import resolve, reverse

from policies.engine import ITEM_KINDS, RegisterRow, catalogue_of, load_catalogue
from policies.published.models import PolicyDocument, SupportItem
from policies.published.register import KINDS, RECORD, read_register
from policies.published.services import publish_catalogue
from tests.factories import act, wuxi

ROOT = Path(__file__).parents[3]
CLAUSES = ROOT.parent / "shared" / "policy" / "clauses.yaml"
IDS = (Path(__file__).parent / "clause_ids.txt").read_text().split()
CATALOGUE = load_catalogue()
ENTRIES = [entry for section in read_register() for entry in section.entries]


def printed() -> list[dict[str, str]]:
    """What the command prints, read line by line."""
    out = io.StringIO()
    call_command("coverage", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_the_list_of_clauses_is_that_of_the_inventory():
    # The inventory lies beside the repository where the documents do; elsewhere the list stands for it.
    if CLAUSES.exists():
        assert [row["id"] for row in yaml.safe_load(CLAUSES.read_text("utf-8"))] == IDS
    assert len(IDS) == len(set(IDS)) == 341


def test_every_clause_has_exactly_one_row():
    assert sorted(entry.row.id for entry in ENTRIES) == sorted(IDS)


def test_every_item_of_the_catalogue_has_its_row_and_every_other_row_is_a_rule():
    rows = {entry.row.id: entry.row for entry in ENTRIES}
    for code, row in rows.items():
        if code in CATALOGUE.items:
            item = CATALOGUE.items[code][-1]
            assert (row.kind, row.article, row.title) == (item.kind, item.article, item.title)
        else:
            assert row.kind == "rule"
    assert set(CATALOGUE.items) <= set(rows)


def test_what_the_inventory_calls_a_target_is_measured():
    if CLAUSES.exists():
        targets = {row["id"] for row in yaml.safe_load(CLAUSES.read_text("utf-8")) if row["kind"] == "target"}
        assert targets == {entry.row.id for entry in ENTRIES if entry.row.kind == "target"}
    assert sum(entry.row.kind == "target" for entry in ENTRIES) == 60


def test_a_clause_that_no_system_acts_on_says_why():
    assert [entry.row.id for entry in ENTRIES if entry.is_record and not entry.row.reason] == []
    assert any(entry.is_record for entry in ENTRIES)


def test_rows_say_in_words_what_models_them():
    words = {entry.row.id: (entry.kind_label, entry.modelled_label) for entry in ENTRIES}
    assert words["wx2020-01-inv"] == ("按件奖补", "按件奖补")
    assert words["wx2020-01-half"] == ("规则", "计算步骤")
    assert words["wx2020-06-products"][1].startswith("事项的条件：")
    assert words["wx2020-r-imprint"][1].startswith("可选读法：")
    assert all("\u4e00" <= label[0] <= "\u9fff" for pair in words.values() for label in pair)


def test_a_word_that_the_register_does_not_know_is_an_error():
    row = RegisterRow("wx2020-r-new", "wx2020", "末段", "新规则", "rule", "magic", "")
    catalogue = catalogue_of(CATALOGUE.documents.values(), [], register=[row])
    with pytest.raises(KeyError, match="magic"):
        read_register(catalogue)


def test_the_command_prints_every_row_as_one_line_of_json():
    lines = printed()
    assert [line["id"] for line in lines] == [entry.row.id for entry in ENTRIES]
    assert {tuple(line) for line in lines} == {("id", "document", "article", "kind", "modelled_as", "url", "reason")}
    assert all(line["document"] and line["article"] and line["kind"] and line["modelled_as"] for line in lines)
    found = {line["id"]: line for line in lines}
    assert found["wx2020-01-inv"] == {
        "id": "wx2020-01-inv",
        "document": "wx2020",
        "article": "第一条第1款第1项",
        "kind": "per_item",
        "modelled_as": "per_item",
        "url": "/policies/items/wx2020-01-inv/",
        "reason": "",
    }
    # A clause that another item's condition carries out leads to that item; any other rule to its document.
    assert found["bh2024-s-gb"]["url"] == "/policies/items/wx2020-04-gb/"
    assert found["wx2020-r-overlap"]["url"] == "/policies/wx2020/"
    assert found["bh2024-r-phase2"]["url"] == "/targets/programmes/bh2024/#bh2024-r-phase2"


def test_the_command_needs_no_database():
    environment = {"PATH": os.environ["PATH"], "DEMO": "1", "PYTHONIOENCODING": "utf-8"}
    environment |= {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    done = subprocess.run(
        [sys.executable, "manage.py", "coverage"], capture_output=True, text=True, check=True, cwd=ROOT, env=environment
    )
    assert len(done.stdout.splitlines()) == 341


@pytest.mark.django_db
def test_every_address_of_the_register_leads_to_a_published_page():
    wuxi()
    publish_catalogue(act())
    items, documents = (set(model.objects.values_list("code", flat=True)) for model in (SupportItem, PolicyDocument))
    for line in printed():
        address, _, place = line["url"].partition("#")
        match = resolve(address)
        assert match.kwargs["code"] in (items if match.url_name == "item" else documents), line["id"]
        # A plan's phases and duties lead to their own place on its board.
        assert (place, match.view_name) == (line["id"], "targets:programme") or not place


@pytest.mark.django_db
class TestPage:
    """The public page; it reads the package, and of the database what was published in the browser."""

    def shown(self, client, **query: str) -> tuple[set[str], str]:
        """The ids of the rows on the page, and its text."""
        response = client.get(reverse("policies:register"), query)
        assert response.status_code == 200
        page = response.content.decode()
        return {code for code in IDS if f'<tr id="{code}">' in page}, page

    def test_a_stranger_reads_whole_documents_with_their_links_and_is_led_to_the_others(self, client):
        rows, page = self.shown(client)
        others = {code for code in CATALOGUE.documents if f'href="?document={code}"' in page}
        assert others
        assert rows == {entry.row.id for entry in ENTRIES if entry.row.document_id not in others}
        assert all(f'href="{entry.url}"' in page for entry in ENTRIES if entry.row.id in rows)
        assert "共 341 条" in page
        assert len(page.encode()) < 120_000

    @pytest.mark.parametrize("document", sorted(CATALOGUE.documents))
    def test_one_document_is_shown_alone(self, client, document):
        rows, _ = self.shown(client, document=document)
        assert rows == {code for code in IDS if code.startswith(f"{document}-")}

    @pytest.mark.parametrize("kind", ["target", "rule", "per_item"])
    def test_one_kind_is_shown_alone(self, client, kind):
        rows, _ = self.shown(client, kind=kind)
        assert rows == {entry.row.id for entry in ENTRIES if entry.row.kind == kind}

    def test_what_is_only_on_record_is_shown_with_its_reason(self, client):
        rows, page = self.shown(client, kind=RECORD)
        records = [entry for entry in ENTRIES if entry.is_record]
        assert rows == {entry.row.id for entry in records}
        assert all(entry.row.reason in page for entry in records)

    def test_document_and_kind_narrow_together(self, client):
        rows, _ = self.shown(client, document="lyg", kind="rule")
        assert rows == {
            entry.row.id for entry in ENTRIES if entry.row.document_id == "lyg" and entry.row.kind == "rule"
        }

    def test_nothing_found_says_what_to_do(self, client):
        rows, page = self.shown(client, document="bh2024", kind="risk_compensation")
        assert not rows
        assert "没有这样的条款" in page

    def test_a_choice_that_there_is_not_is_named_and_nothing_is_listed(self, client):
        answer = client.get(reverse("policies:register"), {"document": "none", "kind": "target"})
        assert (answer.status_code, "invalid-feedback" in answer.content.decode()) == (400, True)

    def test_every_kind_has_a_choice(self):
        assert {entry.row.kind for entry in ENTRIES} <= set(KINDS)
        assert set(ITEM_KINDS) < set(KINDS)
