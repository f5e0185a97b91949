"""Apps register what they add; the base layer names none of them."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from portal.audit.labels import ACTIONS, DETAIL_MODELS, FIELDS, GROUPS
from portal.core.registry import API_ROUTERS, URL_MODULES, Registry
from portal.jobs.kinds import JOB_KINDS
from portal.navigation import FOOTER, MENU

PORTAL = Path(settings.BASE_DIR) / "portal"
# The settings and their list name the apps that are installed, and the tools start and photograph the whole portal.
SOURCES = [
    path
    for path in PORTAL.rglob("*.py")
    if path.name not in {"settings.py", "installed_apps.py"} and "devtools" not in path.parts
]
UPPER = [
    config for config in apps.get_app_configs() if config.name.split(".")[0] in ("policies", "applications", "review")
]


def test_a_code_registered_twice_is_an_error():
    registry = Registry[str]("menu entry")
    registry.add("a", "first")
    with pytest.raises(ImproperlyConfigured, match="menu entry 'a'"):
        registry.add("a", "second")
    assert registry == {"a": "first"}


def test_a_code_that_nobody_registered_is_named():
    with pytest.raises(LookupError, match="menu entry 'b'"):
        Registry[str]("menu entry")["b"]


def test_the_base_layer_names_no_app_above_it():
    names = "|".join(config.name.replace(".", r"\.") for config in UPPER)
    labels = "|".join(config.label for config in UPPER)
    modules = re.compile(rf"\b(policies|applications|review)\.[a-z]|\b({names})\b")
    # An app's label at the beginning of a text: a code ("calls.draft"), the name of a URL ("rights:list") or a path.
    codes = re.compile(rf"""["'](claim|evidence|{labels})[.:/]""")
    assert len(SOURCES) > 50
    texts = {path: path.read_text() for path in SOURCES}
    named = {
        (str(p), m[0]) for p, text in texts.items() for pattern in (modules, codes) for m in pattern.finditer(text)
    }
    assert named == set()


def test_every_registry_is_filled_from_the_apps():
    assert {"me/", "policies/drafts/", "claims/", "review/"} <= set(URL_MODULES)
    assert {"policies", "calls", "applications", "notices"} <= set(API_ROUTERS)
    assert all(callable(kind.handler) and kind.label for kind in JOB_KINDS.values())
    assert {"accounts.send_invitation", "calls.announce", "whatif.simulate"} <= set(JOB_KINDS)
    assert all(reverse(entry.url_name) for entry in (*MENU.values(), *FOOTER.values()))


def test_every_registered_word_of_the_audit_record_is_chinese_and_every_model_exists():
    for words in (*GROUPS.values(), *ACTIONS.values(), *FIELDS.values()):
        assert words
        assert not words.isascii()
    for label in DETAIL_MODELS.values():
        assert apps.get_model(label)


def test_places_in_the_menu_are_distinct():
    for entries in (MENU.values(), FOOTER.values()):
        weights = [entry.weight for entry in entries]
        assert len(weights) == len(set(weights))
