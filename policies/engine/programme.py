"""The programme part of a rule: what a phase or a duty of a plan asks for, of whom, and in which days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from policies.engine import checks
from policies.engine.checks import Checker, list_of, one_of
from policies.engine.grammar import Keys

PHASE = "programme phase"
RESPONSIBILITY = "programme responsibility"
# How often a duty falls due: once before its end, by the end of each year, or never as it simply goes on.
RHYTHMS = {"once": "期内完成", "year": "每年一次", "ongoing": "持续开展"}
PARTS = {"lead": "负责", "coordinate": "统筹", "guide": "指导", "support": "参与"}


@dataclass(frozen=True)
class Owner:
    """Who answers for it, in which part (of `PARTS`), and where that is said if not in the rule's own article."""

    who: str
    part: str
    cite: str

    @property
    def part_label(self) -> str:
        """The part in words."""
        return PARTS[self.part]


@dataclass(frozen=True)
class Programme:
    """A phase or a duty. Days are half-open: from the first day up to, not including, the last.

    `rhythm` is of `RHYTHMS` and "" for a phase. A duty need not end, and has no owners where the document names none.
    """

    starts_on: date
    ends_before: date | None
    rhythm: str
    tasks: tuple[str, ...]
    owners: tuple[Owner, ...]

    @property
    def is_phase(self) -> bool:
        """Whether it is a stretch of the plan and not a duty within it."""
        return not self.rhythm

    @property
    def rhythm_label(self) -> str:
        """The rhythm in words, "" for a phase."""
        return RHYTHMS.get(self.rhythm, "")


_REQUIRED: Keys = {"from": checks.day, "tasks": list_of(checks.text, least=1)}
# A document need not say until when a duty goes, nor who answers for it.
_OPTIONAL: Keys = {"to": checks.day, "every": one_of(RHYTHMS), "owners": lambda value: value}
_OWNER_REQUIRED: Keys = {"who": checks.text, "part": one_of(PARTS)}
_OWNER_OPTIONAL: Keys = {"cite": checks.text}


def read_programme(checker: Checker, rule: Mapping[str, Any], *, modelled_as: str) -> Programme | None:
    """The programme part of an authored rule; None where it has and needs none, or with the problems noted."""
    path, line = f"{rule.get('rule')}.programme", int(getattr(rule, "line", 0))
    belongs = modelled_as in (PHASE, RESPONSIBILITY)
    if belongs != ("programme" in rule):
        message = "缺少 programme" if belongs else f"由“{modelled_as}”落实的规则没有 programme"
        remedy = "请写明起止、任务和责任方" if belongs else f"请删去，或把 modelled_as 改为 {RESPONSIBILITY}"
        checker.add(line, path, message, remedy)
        return None
    if not belongs:
        return None
    raw = rule["programme"]
    found = checker.fields(raw, path, required=_REQUIRED, optional=_OPTIONAL, line=line)
    if found is None or not _REQUIRED.keys() <= found.keys():
        return None
    lines: Mapping[str, int] = getattr(raw, "lines", {})
    if "to" not in found and found.get("every", "year") == "year":
        checker.add(line, f"{path}.to", "阶段和每年一次的职责须有结束日期", "请把 to 写为结束后的第一天")
        return None
    if "to" in found and found["to"] <= found["from"]:
        checker.add(lines.get("to", line), f"{path}.to", "结束日期不在开始日期之后", "请把 to 改为结束后的第一天")
    if ("every" in found) == (modelled_as == PHASE):
        fault = ("阶段没有周期", "请删去 every") if "every" in found else ("职责没有周期", f"请写明 {_choices()} 之一")
        checker.add(lines.get("every", line), f"{path}.every", *fault)
    owners: tuple[Owner, ...] = ()
    if "owners" in found:
        owners = _owners(checker, found["owners"], f"{path}.owners", line=lines.get("owners", line))
    return Programme(
        date.fromisoformat(found["from"]),
        date.fromisoformat(found["to"]) if "to" in found else None,
        found.get("every", ""),
        tuple(found["tasks"]),
        owners,
    )


def _choices() -> str:
    return "、".join(f"every: {name}（{label}）" for name, label in RHYTHMS.items())


def _owners(checker: Checker, raw: Any, path: str, *, line: int) -> tuple[Owner, ...]:
    if not isinstance(raw, list) or not raw:
        checker.add(line, path, "责任方应为非空列表", "请每行写一个“- {who: …, part: lead}”，文件没有写明时删去 owners")
        return ()
    owners: list[Owner] = []
    for number, part in enumerate(raw):
        where = f"{path}[{number}]"
        found = checker.fields(part, where, required=_OWNER_REQUIRED, optional=_OWNER_OPTIONAL, line=line)
        if found is None or not _OWNER_REQUIRED.keys() <= found.keys():
            continue
        if any(owner.who == found["who"] for owner in owners):
            checker.add(int(getattr(part, "line", line)), where, f"责任方“{found['who']}”重复", "请只保留一处")
        owners.append(Owner(found["who"], found["part"], found.get("cite", "")))
    return tuple(owners)


def check_phases(checker: Checker, phases: Iterable[tuple[str, int, Programme]]) -> None:
    """Phases (rule, line, programme) of one document follow each other without a gap or a shared day."""
    ordered = sorted(phases, key=lambda phase: phase[2].starts_on)
    for (earlier, _, before), (rule, line, after) in pairwise(ordered):
        if before.ends_before is not None and after.starts_on != before.ends_before:
            words = "重叠" if after.starts_on < before.ends_before else "之间有空档"
            remedy = f"请使它从 {before.ends_before.isoformat()} 开始，或改正前一阶段的 to"
            checker.add(line, f"{rule}.programme.from", f"与前一阶段 {earlier} {words}", remedy)
