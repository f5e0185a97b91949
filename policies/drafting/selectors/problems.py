"""What stands against proposing a draft, by section and field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policies.drafting import authored
from policies.drafting.selectors.catalogue import draft_catalogue
from policies.drafting.selectors.reading import SectionProblem, read_draft
from policies.published.models import PolicyDocument, SupportItem
from policies.published.register import RECORD, RULE, modelled_words
from portal.accounts.models import Region

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.db.models import Model

    from policies.drafting.models import PolicyDraft
    from policies.engine import Catalogue, RegisterRow


def draft_problems(draft: PolicyDraft) -> list[SectionProblem]:
    """Every fault of the draft's sections, in their order; empty where they can be proposed. At most two queries."""
    found = [
        *read_draft(draft).problems,
        *_unmodelled(draft),
        *_too_long(draft.sections),
        *_unknown_places(draft),
    ]
    return sorted(found, key=lambda problem: -1 if problem.section is None else problem.section)


def _unmodelled(draft: PolicyDraft) -> Iterator[SectionProblem]:
    """Rules whose `modelled_as` the public register has no words for, or that keep on record without a reason."""
    loaded = read_draft(draft).document
    if loaded is None:
        return
    names = [authored.name_of(section) for section in draft.sections]
    catalogue = draft_catalogue(draft)
    for row in loaded.register:
        if row.kind != RULE:
            continue
        if row.modelled_as == RECORD and not row.reason:
            yield SectionProblem(
                names.index(row.id), ("reason",), "仅作记录的条款没有写明原因", "请写明系统为何无法执行"
            )
        if not _has_words(catalogue, row):
            message = f"登记簿不认识“{row.modelled_as}”"
            yield SectionProblem(
                names.index(row.id), ("modelled_as",), message, "请选择由什么落实，或改为 record 并写明原因"
            )


def _has_words(catalogue: Catalogue, row: RegisterRow) -> bool:
    try:
        modelled_words(catalogue, row)
    except KeyError:
        return False
    return True


_DOCUMENT_LENGTHS = ("number", "title", "short_title", "issuer")
_ITEM_LENGTHS = ("article", "title")


def _too_long(sections: Sequence[Mapping[str, Any]]) -> Iterator[SectionProblem]:
    """Words that have no room in the published tables."""
    for index, section in enumerate(sections):
        kind = authored.kind_of(section)
        if kind == authored.DOCUMENT and isinstance(section[kind], dict):
            yield from _lengths(index, section[kind], PolicyDocument, _DOCUMENT_LENGTHS, (kind,))
        elif kind == authored.ITEM:
            yield from _lengths(index, section, SupportItem, _ITEM_LENGTHS, ())
            if len(str(section[kind])) > _most(SupportItem, "code"):
                yield SectionProblem(index, (kind,), "事项标识太长", f"请不超过 {_most(SupportItem, 'code')} 字")


def _lengths(
    index: int, words: Mapping[str, Any], model: type[Model], names: Sequence[str], path: tuple[str, ...]
) -> Iterator[SectionProblem]:
    for name in names:
        most = _most(model, name)
        if isinstance(words.get(name), str) and len(words[name]) > most:
            yield SectionProblem(index, (*path, name), f"有 {len(words[name])} 字，太长", f"请缩短到 {most} 字以内")


def _most(model: type[Model], name: str) -> int:
    return int(getattr(model._meta.get_field(name), "max_length", 0))


def _unknown_places(draft: PolicyDraft) -> Iterator[SectionProblem]:
    """A region that the portal does not know, and items that belong to another document."""
    head = draft.sections[0].get(authored.DOCUMENT) if draft.sections else None
    code = head.get("region_code") if isinstance(head, dict) else None
    if isinstance(code, str) and code and not Region.objects.filter(code=code).exists():
        message = f"地区 {code} 尚未登记"
        yield SectionProblem(0, ("document", "region_code"), message, "请核对六位区划代码，或请系统管理员载入该地区")
    names = {
        str(section[authored.ITEM]): index for index, section in enumerate(draft.sections) if authored.ITEM in section
    }
    foreign = SupportItem.objects.filter(code__in=names).exclude(document__code=draft.document_code)
    for item in foreign.select_related("document"):
        message = f"事项 {item.code} 属于{item.document.short_title}"
        yield SectionProblem(names[item.code], ("item",), message, "请换一个标识")
