"""Templates nobody renders are found, and those that somebody renders are not."""

from pathlib import Path

import pytest

from portal.devtools.unused_templates import unused_templates


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {
        "portal/views.py": 'render(request, "portal/home.html")\nname = f"claims/steps/{step}.html"\n',
        "templates/portal/home.html": "{% extends 'base.html' %}{% include 'parts/menu.html' %}",
        "templates/base.html": "",
        "templates/parts/menu.html": "",
        "templates/claims/steps/upload.html": "",
        "templates/claims/steps/deep/upload.html": "",
        "templates/404.html": "",
        "templates/account/login.html": "",
        "templates/portal/forgotten.html": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_only_templates_that_nothing_names_are_reported(project: Path) -> None:
    assert unused_templates(project) == ["claims/steps/deep/upload.html", "portal/forgotten.html"]


def test_the_portal_itself_has_no_unused_template() -> None:
    assert unused_templates() == []
