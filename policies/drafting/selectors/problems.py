"""What stands against proposing a draft, by section and field."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Model

from policies.drafting import yaml_codec
from policies.drafting.models import PolicyDraft
from policies.drafting.selectors.catalogue import draft_catalogue
from policies.drafting.selectors.reading import read_draft, section_order
from policies.engine import Catalogue, RegisterRow
from policies.engine.problems import Fault, Place, Problem, problem_code
from policies.published.models import PolicyDocument, SupportItem
from policies.published.register import RECORD, RULE, modelled_words
from portal.accounts.models import Region

NO_REASON = problem_code(
    "no_reason",
    "仅作记录的条款没有写明原因",
    "请写明系统为何无法执行",
    form="仅作记录的条款请填写不能计算的原因。",
)
UNKNOWN_MODEL = problem_code(
    "unknown_model",
    "登记簿不认识“{modelled_as}”",
    "请选择由什么落实，或改为 record 并写明原因",
    form="登记簿不认识“{modelled_as}”，请选择由什么实现，或选仅作记录并填写原因。",
)
LONG_ID = problem_code("long_id", "事项标识太长", "请不超过 {most} 字", form="编号太长，请不超过 {most} 字。")
TOO_LONG = problem_code(
    "too_long", "有 {length} 字，太长", "请缩短到 {most} 字以内", form="有 {length} 字，太长，请缩短到 {most} 字以内。"
)
UNKNOWN_REGION = problem_code(
    "unknown_region",
    "地区 {region} 尚未登记",
    "请核对六位区划代码，或请系统管理员载入该地区",
    form="地区 {region} 尚未登记，请核对六位区划代码，或请系统管理员载入该地区。",
)
FOREIGN_ITEM = problem_code(
    "foreign_item",
    "事项 {item} 属于{document}",
    "请换一个标识",
    form="编号 {item} 已用于{document}的事项，请换一个。",
)


def draft_problems(draft: PolicyDraft) -> list[Problem]:
    """Every fault of the draft's sections, in their order; empty where they can be proposed. At most two queries."""
    found = [
        *read_draft(draft).problems,
        *_unmodelled(draft),
        *_too_long(draft.sections),
        *_unknown_places(draft),
    ]
    return sorted(found, key=section_order)


def _problem(section: int, path: Place, fault: Fault) -> Problem:
    return Problem(fault, "", section, "", path)


def _unmodelled(draft: PolicyDraft) -> Iterator[Problem]:
    """Rules whose `modelled_as` the public register has no words for, or that keep on record without a reason."""
    loaded = read_draft(draft).document
    if loaded is None:
        return
    names = [yaml_codec.name_of(section) for section in draft.sections]
    catalogue = draft_catalogue(draft)
    for row in loaded.register:
        if row.kind != RULE:
            continue
        if row.modelled_as == RECORD and not row.reason:
            yield _problem(names.index(row.id), ("reason",), NO_REASON.fault())
        if not _has_words(catalogue, row):
            fault = UNKNOWN_MODEL.fault(modelled_as=row.modelled_as)
            yield _problem(names.index(row.id), ("modelled_as",), fault)


def _has_words(catalogue: Catalogue, row: RegisterRow) -> bool:
    try:
        modelled_words(catalogue, row)
    except KeyError:
        return False
    return True


_DOCUMENT_LENGTHS = ("number", "title", "short_title", "issuer")
_ITEM_LENGTHS = ("article", "title")


def _too_long(sections: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """Texts that are too long for the published tables."""
    for index, section in enumerate(sections):
        kind = yaml_codec.kind_of(section)
        if kind == yaml_codec.DOCUMENT and isinstance(section[kind], dict):
            yield from _lengths(index, section[kind], PolicyDocument, _DOCUMENT_LENGTHS, (kind,))
        elif kind == yaml_codec.ITEM:
            yield from _lengths(index, section, SupportItem, _ITEM_LENGTHS, ())
            if len(str(section[kind])) > _most(SupportItem, "code"):
                yield _problem(index, (kind,), LONG_ID.fault(most=_most(SupportItem, "code")))


def _lengths(
    index: int, words: Mapping[str, Any], model: type[Model], names: Sequence[str], path: tuple[str, ...]
) -> Iterator[Problem]:
    for name in names:
        most = _most(model, name)
        if isinstance(words.get(name), str) and len(words[name]) > most:
            yield _problem(index, (*path, name), TOO_LONG.fault(length=len(words[name]), most=most))


def _most(model: type[Model], name: str) -> int:
    return int(getattr(model._meta.get_field(name), "max_length", 0))


def _unknown_places(draft: PolicyDraft) -> Iterator[Problem]:
    """A region that the portal does not know, and items that belong to another document."""
    head = draft.sections[0].get(yaml_codec.DOCUMENT) if draft.sections else None
    code = head.get("region_code") if isinstance(head, dict) else None
    if isinstance(code, str) and code and not Region.objects.filter(code=code).exists():
        yield _problem(0, ("document", "region_code"), UNKNOWN_REGION.fault(region=code))
    names = {
        str(section[yaml_codec.ITEM]): index
        for index, section in enumerate(draft.sections)
        if yaml_codec.ITEM in section
    }
    foreign = SupportItem.objects.filter(code__in=names).exclude(document__code=draft.document_code)
    for item in foreign.select_related("document"):
        fault = FOREIGN_ITEM.fault(item=item.code, document=item.document.short_title)
        yield _problem(names[item.code], ("item",), fault)
