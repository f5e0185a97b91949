"""Outside registers: one interface for whoever asks, of companies, patents, banks and lists.

REGISTER_PROVIDER names the class that answers. Another one (a line to a national register) takes the city, and raises
UncheckedError where it gets no answer: what could not be asked is shown as not checked, never as passed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from portal.accounts.models import Region


class RegisterKind(models.TextChoices):
    """What an outside register is asked about."""

    ABNORMAL = "abnormal", "非正常专利申请名单"
    DISHONESTY = "dishonesty", "严重失信主体名单"
    PATENTS = "patents", "专利登记信息"
    COMPANIES = "companies", "企业登记信息"
    BANKS = "banks", "银行联行号"
    TARIFF = "tariff", "官方收费标准"
    GROUPS = "groups", "集团成员名单"
    EXCLUDED = "excluded", "不予支持清单"


class UncheckedError(Exception):
    """What is needed is not there or does not answer: it counts as not checked, never as passed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a register says of one key: its entries (none where it has no such key), who says so, and as of when."""

    found: bool
    facts: tuple[Mapping[str, Any], ...] = field(default=())
    source: str = ""
    as_of: date | None = None


class Register(Protocol):
    """An outside register."""

    def look_up(self, kind: RegisterKind, key: str, on: date) -> Answer:
        """What it says of a number or a credit code on a day. Raises UncheckedError where it gives no answer."""

    def look_up_many(self, kind: RegisterKind, keys: Collection[str], on: date) -> dict[str, Answer]:
        """The same of several keys at once."""


def chosen_register(city: Region) -> Register:
    """The register that the site asks for a city."""
    register: Register = import_string(settings.REGISTER_PROVIDER)(city)
    return register


@dataclass(frozen=True, slots=True)
class Stated:
    """What a register states of one thing that people type, who says so, and as of when; nothing where it says none."""

    values: Mapping[str, str] = field(default_factory=dict)
    source: str = ""

    def differing(self, typed: Mapping[str, Any]) -> dict[str, str]:
        """What it says otherwise than what was typed; what was left empty is no difference."""
        given = {name: str(typed.get(name) or "").strip() for name in self.values}
        return {name: value for name, value in self.values.items() if given[name] and given[name] != value}

    def missing(self, typed: Mapping[str, Any]) -> dict[str, str]:
        """What it says where nothing was typed."""
        return {name: value for name, value in self.values.items() if not str(typed.get(name) or "").strip()}


def stated_by(
    kind: RegisterKind, keys: Collection[str], names: Mapping[str, str], *, city: Region | None, on: date
) -> dict[str, Stated]:
    """What the city's register says of keys, under the names of a form: `names` by the register's own.

    Nothing where there is no such register or no such key, and nothing of what several entries say differently.
    """
    if city is None or not any(keys):
        return {}
    try:
        answers = chosen_register(city).look_up_many(kind, [key for key in keys if key], on)
    except UncheckedError:
        return {}
    return {key: Stated(_agreed(answer, names), answer.source) for key, answer in answers.items() if answer.found}


def _agreed(answer: Answer, names: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for facts in answer.facts:
        for its, name in names.items():
            if facts.get(its):
                found.setdefault(name, set()).add(str(facts[its]))
    return {name: next(iter(values)) for name, values in found.items() if len(values) == 1}
