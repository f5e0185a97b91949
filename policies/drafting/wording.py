"""A document and its items as labelled words. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from policies.engine import (
    DOCUMENT_STATUSES,
    ITEM_KINDS,
    PAYERS,
    Document,
    Evidence,
    Fact,
    Item,
    Setting,
    amount_text,
    conditions_text,
)
from policies.engine.periods import until
from policies.engine.procedure import Procedure
from policies.engine.terms import SILENCES, STEPS, SUBJECT_RULES
from portal.core.compared_text import Fragment, compared


@dataclass(frozen=True)
class Row:
    """One thing that a document or an item says, in both wordings; they are compared word by word when shown."""

    label: str
    texts: tuple[str, str]

    @cached_property
    def _fragments(self) -> tuple[tuple[Fragment, ...], tuple[Fragment, ...]]:
        return compared(*self.texts)

    @property
    def before(self) -> tuple[Fragment, ...]:
        """The earlier wording."""
        return self._fragments[0]

    @property
    def after(self) -> tuple[Fragment, ...]:
        """The later wording."""
        return self._fragments[1]


def compare(before: Mapping[str, str], after: Mapping[str, str]) -> list[Row]:
    """The rows in which two descriptions differ, in the order of the later one."""
    labels = dict.fromkeys((*after, *before))
    return [
        Row(label, texts) for label in labels if len(set(texts := (before.get(label, ""), after.get(label, "")))) > 1
    ]


def document_words(document: Document) -> dict[str, str]:
    """What a document's head says, by label."""
    content = document.content
    return {
        "文号": document.number,
        "标题": document.title,
        "简称": document.short_title,
        "引用时称": content["citation"],
        "发文机关": document.issuer,
        "状态": DOCUMENT_STATUSES[document.status],
        "成文日期": document.issued_on.isoformat() if document.issued_on else "",
        "施行": "\n".join(_periods(content["effect"])),
        "适用地区代码": document.region_code,
        "适用地区": "、".join(document.areas),
        "出资": PAYERS[content["payer"]],
        "审核路径": Procedure.read(content).words,
        "办理期限": _workdays(Procedure.read(content)),
        "废止或替代": "；".join(content["supersedes"]),
        "与其他政策重叠": _overlap(content["overlap"]),
        "说明": document.source_note,
    }


def item_words(item: Item) -> dict[str, str]:
    """What an item says, by label, in the words of its public page and those that officers work with."""
    content = item.content
    return {
        "名称": item.title,
        "条款": item.article,
        "概要": item.summary,
        "类型": ITEM_KINDS[item.kind],
        "可以申报": "是" if item.claimable else "否",
        "适用期间": "\n".join(_periods(content["effect"])),
        "谁可以申领、什么条件": "\n".join(conditions_text(item)),
        "由人核实的条件": "\n".join(c.text for c in item.conditions if c.field is None),
        "优先": "\n".join(c.text for c in item.conditions if c.priority),
        "金额": amount_text(item),
        "出资": PAYERS[item.payer],
        "审核路径": item.procedure.words,
        "办理期限": _workdays(item.procedure),
        "每件的标识": f"{_label(item, item.subject)}，{SUBJECT_RULES[item.subject_rule]}" if item.subject else "",
        "决定版本的日期": _label(item, item.as_of),
        "填写内容": "\n".join(_fact(fact) for fact in item.facts),
        "佐证材料": "\n".join(_evidence(evidence) for evidence in item.evidence),
        "选定的读法": "\n".join(_setting(setting) for setting in item.settings),
        "备注": "\n".join(item.notes),
    }


def value_words(content: Mapping[str, Any]) -> dict[str, str]:
    """Every value of an item's rules under its place: what is compared where words hide a change."""
    return dict(_values({key: value for key, value in content.items() if key != "document"}, ""))


def _values(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _values(part, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value, start=1):
            yield from _values(part, f"{path}[{number}]")
    else:
        yield path, str(value)


def _periods(effect: list[dict[str, Any]]) -> list[str]:
    words = []
    for period in effect:
        # Sorted: a database need not keep the order of keys.
        begins = f"自 {period['from']}" if "from" in period else "自印发之日"
        ends = f"，{until(date.fromisoformat(period['to']))}有效" if "to" in period else ""
        guards = "、".join(f"{name} 为{'是' if on else '否'}" for name, on in sorted(period.get("if", {}).items()))
        words.append(f"{begins}{ends}{f'（{guards}）' if guards else ''}")
    return words


def _workdays(procedure: Procedure) -> str:
    """The periods of the steps in words, with the clause that sets them; empty where nothing is set."""
    named = {**STEPS, "whole": "全程"}
    words = [f"{named[step]} {days} 个工作日" for step, days in procedure.periods.items()]
    words += [f"逾期未受理：{SILENCES[procedure.silence]}"] if procedure.silence else []
    return "，".join(words) + (f"（{procedure.basis}）" if procedure.basis else "")


def _overlap(overlap: Mapping[str, Any] | None) -> str:
    return f"只补差额，依据{overlap['cite']}" if overlap else ""


def _label(item: Item, name: str | None) -> str:
    if not name:
        return ""
    try:
        return item.fact(name).label
    except KeyError:
        return name


def _fact(fact: Fact) -> str:
    unit = f"（{fact.unit}）" if fact.unit else ""
    choices = f"：{'、'.join(label for _, label in fact.choices)}" if fact.choices else ""
    return f"{fact.label}{unit}{choices}，{'必填' if fact.required else '选填'}"


def _evidence(evidence: Evidence) -> str:
    return f"{evidence.label}，{'必交' if evidence.required else '如有'}"


def _setting(setting: Setting) -> str:
    return f"{setting.label}：{setting_value(setting.default)}（{setting.source}）"


def setting_value(value: object) -> str:
    """A chosen reading's value in words."""
    if value is None:
        return "未定"
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)
