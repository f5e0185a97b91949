"""Common changes in one step: a draft document's issue, sums that a parent document names, chosen readings.

Each writes sections of an ordinary draft: what it did can be read, changed and taken back like any other change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from policies.drafting import yaml_codec
from policies.drafting.models import PolicyDraft
from policies.drafting.selectors.settings import shared_settings
from policies.drafting.services.drafts import replace_sections
from policies.engine.operations.given import Given
from policies.engine.operations.standard import Standard
from policies.engine.operations.title import Title
from policies.published.enums import DocumentStatus
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError

_ISSUED = "issued"


@dataclass(frozen=True, slots=True)
class Issue:
    """A document's issue: its number, title, dates (effect from the first day on), and where that is known from."""

    number: str
    title: str
    short_title: str
    issuer: str
    issued_on: date
    effective_from: date
    source: str


def record_issue(draft: PolicyDraft, issue: Issue, *, revision: int, act: ActorContext) -> PolicyDraft:
    """Turn a draft document into one in force: its head, and every effect that waited for the day of issue.

    Raises RefusedError for a document that is in force already.
    """
    sections = yaml_codec.plain(draft.sections)
    head = sections[0][yaml_codec.DOCUMENT]
    if head.get("status") != DocumentStatus.DRAFT:
        raise RefusedError("该文件不是征求意见稿，不需要记录印发。")
    head |= {
        "number": issue.number,
        "title": issue.title,
        "short_title": issue.short_title,
        "issuer": issue.issuer,
        "issued_on": issue.issued_on.isoformat(),
        "status": DocumentStatus.IN_FORCE.value,
        "source_note": issue.source,
    }
    # A document with a number is cited by it.
    head.pop("cites_as", None)
    day = issue.effective_from.isoformat()
    for section in (head, *sections[1:]):
        for period in section.get("effect") or ():
            if period.pop("from_setting", _ISSUED if "from" not in period else None) == _ISSUED:
                period["from"] = day
    return replace_sections(draft, sections, revision=revision, act=act)


@dataclass(frozen=True, slots=True)
class NamedSum:
    """A sum that another document names for an item: decimal yuan, and whether it is `exact` or a `ceiling`."""

    yuan: str
    nature: str


@dataclass(frozen=True, slots=True)
class Parent:
    """The document that names the sums: how it is cited, and the area it is for."""

    citation: str
    region_code: str
    areas: tuple[str, ...]


def enter_sums(
    draft: PolicyDraft, sums: Mapping[int, NamedSum], parent: Parent, *, revision: int, act: ActorContext
) -> PolicyDraft:
    """Put sums in place of "a person decides", by the index of the item's section; and the area the document lacks."""
    sections = yaml_codec.plain(draft.sections)
    head = sections[0][yaml_codec.DOCUMENT]
    if parent.region_code:
        head |= {"region_code": parent.region_code, "areas": list(parent.areas)}
    note = f"金额依据{parent.citation}"
    if sums and note not in str(head.get("source_note", "")):
        head["source_note"] = "；".join(filter(None, (str(head.get("source_note", "")), note)))
    for index, named in sums.items():
        if not (0 < index < len(sections) and yaml_codec.kind_of(sections[index]) == yaml_codec.ITEM):
            raise RefusedError("所选事项已不在拟订中，请重新打开本页。")
        item = sections[index]
        step = Standard.authored(yuan=named.yuan, nature=named.nature, cite=parent.citation)
        titles = [
            {key: value for key, value in one.items() if key != "decided"}
            for one in item.get("steps", ())
            if one.get("do") == Title.verb
        ]
        others = [one for one in item.get("steps", ()) if one.get("do") not in (Given.verb, Title.verb)]
        item["steps"] = [*titles, step, *others]
        item["notes"] = [*(one for one in item.get("notes", ()) if one != f"{note}。"), f"{note}。"]
    return replace_sections(draft, sections, revision=revision, act=act)


@dataclass(frozen=True, slots=True)
class Reading:
    """A chosen reading: its default, and the source of the choice."""

    default: bool | str | None
    source: str


def choose_readings(
    draft: PolicyDraft, readings: Mapping[str, Reading], *, revision: int, act: ActorContext
) -> PolicyDraft:
    """Keep the document's own readings where they differ from the shared ones; the others are the shared ones again."""
    shared = shared_settings()
    sections = [
        section for section in yaml_codec.plain(draft.sections) if yaml_codec.kind_of(section) != yaml_codec.SETTINGS
    ]
    own: dict[str, Any] = {}
    for name, reading in readings.items():
        setting = shared[name]
        if (reading.default, reading.source) == (setting.default, setting.source):
            continue
        own[name] = {
            "label": setting.label,
            "kind": setting.kind,
            "default": reading.default,
            **({"alternative": setting.alternative} if setting.alternative else {}),
            "source": reading.source,
        }
    if own:
        sections.insert(1, {yaml_codec.SETTINGS: own})
    return replace_sections(draft, sections, revision=revision, act=act)
