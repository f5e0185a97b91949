"""The programme part of a rule: what a phase or a duty of a plan asks for, of whom, and in which days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from policies.engine import checks
from policies.engine.checks import Checker, Keys, list_of, one_of
from policies.engine.problems import Place, problem_code

PHASE = "programme phase"
RESPONSIBILITY = "programme responsibility"
# How often a duty falls due: once before its end, by the end of each year, or never as it simply goes on.
RHYTHMS = {"once": "期内完成", "year": "每年一次", "ongoing": "持续开展"}
_NO_PROGRAMME = problem_code(
    "no_programme", "缺少 programme", "请写明起止、任务和责任方", form="请填写方案内容：起止、任务和责任单位。"
)
_STRAY_PROGRAMME = problem_code(
    "stray_programme",
    "由“{by}”落实的规则没有 programme",
    "请删去，或把 modelled_as 改为 {wanted}",
    form="这样实现的条款没有方案内容，请删去，或改选由什么实现。",
)
_NO_END = problem_code(
    "no_end",
    "阶段和每年一次的职责须有结束日期",
    "请把 to 写为结束后的第一天",
    form="阶段和每年一次的职责须有结束日期，请填写结束后的第一天。",
)
_END_TOO_EARLY = problem_code(
    "end_too_early",
    "结束日期不在开始日期之后",
    "请把 to 改为结束后的第一天",
    form="结束日期不在开始日期之后，请改为结束后的第一天。",
)
_PHASE_RHYTHM = problem_code("phase_rhythm", "阶段没有周期", "请删去 every", form="阶段没有周期，请不要选择。")
_NO_RHYTHM = problem_code("no_rhythm", "职责没有周期", "请写明 {choices} 之一", form="职责没有周期，请选择多久一次。")
_NO_OWNERS = problem_code(
    "no_owners",
    "责任方应为非空列表",
    "请每行写一个“- {{who: …, part: lead}}”，文件没有写明时删去 owners",
    form="请至少填写一个责任单位，文件没有写明时全部删除。",
)
_OWNER_TWICE = problem_code(
    "owner_twice", "责任方“{who}”重复", "请只保留一处", form="责任单位“{who}”重复，请只保留一处。"
)
_PHASES_OVERLAP = problem_code(
    "phases_overlap",
    "与前一阶段 {earlier} 重叠",
    "请使它从 {day} 开始，或改正前一阶段的 to",
    form="与前一阶段“{earlier:section}”重叠，请使它从 {day} 开始，或改正前一阶段的结束日期。",
)
_PHASES_APART = problem_code(
    "phases_apart",
    "与前一阶段 {earlier} 之间有空档",
    "请使它从 {day} 开始，或改正前一阶段的 to",
    form="与前一阶段“{earlier:section}”之间有空档，请使它从 {day} 开始，或改正前一阶段的结束日期。",
)
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


def read_programme(checker: Checker, rule: Mapping[str, Any], at: Place, *, modelled_as: str) -> Programme | None:
    """The programme part of an authored rule; None where it has and needs none, or with the problems noted."""
    at = (*at, "programme")
    belongs = modelled_as in (PHASE, RESPONSIBILITY)
    if belongs != ("programme" in rule):
        checker.add(
            at, _NO_PROGRAMME.fault() if belongs else _STRAY_PROGRAMME.fault(by=modelled_as, wanted=RESPONSIBILITY)
        )
        return None
    if not belongs:
        return None
    found = checker.fields(rule["programme"], at, required=_REQUIRED, optional=_OPTIONAL)
    if found is None or not _REQUIRED.keys() <= found.keys():
        return None
    if "to" not in found and found.get("every", "year") == "year":
        checker.add((*at, "to"), _NO_END.fault())
        return None
    if "to" in found and found["to"] <= found["from"]:
        checker.add((*at, "to"), _END_TOO_EARLY.fault())
    if ("every" in found) == (modelled_as == PHASE):
        choices = [f"every: {name}（{label}）" for name, label in RHYTHMS.items()]
        checker.add((*at, "every"), _PHASE_RHYTHM.fault() if "every" in found else _NO_RHYTHM.fault(choices=choices))
    return Programme(
        date.fromisoformat(found["from"]),
        date.fromisoformat(found["to"]) if "to" in found else None,
        found.get("every", ""),
        tuple(found["tasks"]),
        _owners(checker, found["owners"], (*at, "owners")) if "owners" in found else (),
    )


def _owners(checker: Checker, raw: Any, at: Place) -> tuple[Owner, ...]:
    if not isinstance(raw, list) or not raw:
        checker.add(at, _NO_OWNERS.fault())
        return ()
    owners: list[Owner] = []
    for part, where in checker.elements(raw, at):
        found = checker.fields(part, where, required=_OWNER_REQUIRED, optional=_OWNER_OPTIONAL)
        if found is None or not _OWNER_REQUIRED.keys() <= found.keys():
            continue
        if any(owner.who == found["who"] for owner in owners):
            checker.add(where, _OWNER_TWICE.fault(who=found["who"]))
        owners.append(Owner(found["who"], found["part"], found.get("cite", "")))
    return tuple(owners)


def check_phases(checker: Checker, phases: Iterable[tuple[str, Place, Programme]]) -> None:
    """Phases (rule, its place, programme) of one document follow each other without a gap or a shared day."""
    ordered = sorted(phases, key=lambda phase: phase[2].starts_on)
    for (earlier, _, before), (_, at, after) in pairwise(ordered):
        if before.ends_before is not None and after.starts_on != before.ends_before:
            code = _PHASES_OVERLAP if after.starts_on < before.ends_before else _PHASES_APART
            fault = code.fault(earlier=earlier, day=before.ends_before.isoformat())
            checker.add((*at, "programme", "from"), fault)
