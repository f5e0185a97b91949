"""What templates may ask of states: the flags that a model has of its choices, never the codes themselves."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from portal.core.choices import StateField
from review.decisions.models import Objection
from review.payments.enums import BatchState
from review.payments.models import Batch

TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
SOURCES = ("portal", "policies", "applications", "review")


def test_no_template_compares_a_state_with_a_code():
    state = r"\b(?:state|status|stage)"
    codes = re.compile(rf"""{state}\s*(?:==|!=|in|not in)\s*["']|["']\s*(?:==|!=)\s*[\w.]*{state}\b""")
    lines = [(path.name, line.strip()) for path in TEMPLATES for line in path.read_text().splitlines()]
    assert not [found for found in lines if codes.search(found[1])]


def test_heads_tables_and_pagers_are_components():
    """Only what has a look of its own writes them by hand: errors, papers to print, the desk, a public notice."""
    own = {"components", "allauth", "unsent", "print"}
    heads = {
        "appropriations/print.html",
        "home/stranger.html",
        "notices/archive.html",
        "privacy/copy.html",
        "review/claim.html",
    }
    found = {"<h1": heads | {"review/publicity_detail.html"}, "table-stack": set(), "pagination-bar": set()}
    root = Path(settings.BASE_DIR, "templates")
    paths = [path.relative_to(root) for path in TEMPLATES]
    pages = [path for path in paths if not own & set(path.parts) and not path.stem.isdecimal()]
    for mark, known in found.items():
        assert {str(path) for path in pages if mark in (root / path).read_text()} == known, mark


def test_every_flag_that_a_template_asks_exists():
    """A misspelt one would silently be false."""
    asked = {word for path in TEMPLATES for word in re.findall(r"\.(is_\w+)", path.read_text())}
    code = "\n".join(path.read_text() for name in SOURCES for path in Path(settings.BASE_DIR, name).rglob("*.py"))
    fields = [field for model in apps.get_models() for field in model._meta.fields if isinstance(field, StateField)]
    flags = {f"is_{value}" for field in fields for value, _ in field.flatchoices}
    assert not asked - flags - set(re.findall(r"\bis_\w+", code))


@pytest.mark.parametrize("state", BatchState)
def test_a_row_has_a_flag_for_each_state_and_the_tone_of_its_own(state):
    row = Batch(state=state)
    assert [other for other in BatchState if getattr(row, f"is_{other}")] == [state]
    assert row.tone == state.tone


def test_choices_without_tones_give_none():
    assert not hasattr(Objection(), "tone")
