"""A step made once is found whole by every test that asks for it, and made anew wherever it could differ."""

from pathlib import Path

import pytest
from django.conf import settings as portal_settings
from django.db import transaction

from portal.accounts.models import User
from tests.factories import UserFactory
from tests.made_once import made_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
MADE: list[str] = []
COMMITTED: list[str] = []
TWICE = pytest.mark.parametrize("turn", [1, 2])


@made_once
def joined(name: str) -> User:
    MADE.append(name)
    user: User = UserFactory(name=name)
    folder = Path(portal_settings.PRIVATE_DIR) / "papers"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{user.pk}.txt").write_text(name)
    transaction.on_commit(lambda: COMMITTED.append(name))
    return user


def count_made(name: str) -> int:
    """How often the function itself ran while one more person joined; that person is there whole."""
    before = MADE.count(name)
    user = joined(name)
    assert User.objects.get(pk=user.pk).name == name
    assert (Path(portal_settings.PRIVATE_DIR) / "papers" / f"{user.pk}.txt").read_text() == name
    return MADE.count(name) - before


@TWICE
def test_rows_files_and_callbacks_are_there_though_the_step_ran_once(
    turn, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.PRIVATE_DIR = tmp_path
    COMMITTED.clear()
    with django_capture_on_commit_callbacks(execute=True):
        first, second = joined("甲"), joined("甲")
    assert COMMITTED == ["甲", "甲"]
    assert {user.pk for user in User.objects.filter(name="甲")} == {first.pk, second.pk}
    assert sorted(path.stem for path in (tmp_path / "papers").iterdir()) == sorted([str(first.pk), str(second.pk)])
    assert MADE.count("甲") == 2
    assert UserFactory().pk > second.pk


@TWICE
def test_after_any_other_write_the_step_is_made_anew(turn, settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path
    UserFactory(name="乙")
    assert count_made("乙") == 1


@TWICE
def test_with_something_patched_or_another_setting_the_step_is_made_anew(turn, settings, tmp_path, monkeypatch):
    settings.PRIVATE_DIR = tmp_path
    settings.CREDIT_VALID_DAYS = 30 + turn
    assert count_made("丙") == 1
    monkeypatch.setattr("tests.factories.PASSWORD", "other")
    assert count_made("丙") == 1


@TWICE
def test_a_step_that_was_rolled_back_is_not_counted_as_there(turn, settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path
    with transaction.atomic():
        joined("丁")
        transaction.set_rollback(True)
    assert count_made("丁") == 1
    assert User.objects.filter(name="丁").count() == 1
