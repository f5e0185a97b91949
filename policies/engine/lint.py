"""Faults of meaning that keys and types cannot show: rows that never act, steps out of order, sums that overflow."""

from collections.abc import Iterable, Mapping
from typing import Any

from policies.engine.checks import MAX_COUNT, Checker
from policies.engine.money import parse_number, parse_yuan
from policies.engine.verbs import ROW_VERBS, SETTING_VERBS

_TALLIES = {("applicant",): ("paid", "lines"), ("programme", "year"): ("lines", "applicants")}
INT64_MAX = 2**63 - 1
_CAPPABLE = frozenset({"standard", "rate_of", "per_n", "given", "title"})


def _is_bare_title(step: Mapping[str, Any]) -> bool:
    """Whether a step only recognises a title and leaves the sum to another: a title may bring a fixed prize."""
    return step["do"] == "title" and "decided" not in step


def lint_item(checker: Checker, content: Mapping[str, Any], line: int) -> None:
    """Note every fault of meaning of one item in normal form."""
    path = content["id"]
    lint = _Lint(checker, content, path, line)
    lint.step_order()
    lint.rows()
    lint.ceilings()
    lint.conditions()
    lint.limits()
    lint.named_facts()
    lint.overflow()


class _Lint:
    def __init__(self, checker: Checker, content: Mapping[str, Any], path: str, line: int) -> None:
        self.checker = checker
        self.content = content
        self.path = path
        self.line = line
        self.facts = {fact["name"]: fact for fact in content["facts"]}

    def add(self, where: str, message: str, remedy: str) -> None:
        self.checker.add(self.line, f"{self.path}.{where}", message, remedy)

    def step_order(self) -> None:
        """One step sets the amount, before any that changes it; a second one would hide the first."""
        setters: list[Mapping[str, Any]] = []
        for number, step in enumerate(self.content["steps"]):
            verb = step["do"]
            if verb in SETTING_VERBS:
                if not _is_bare_title(step) and any(
                    _compatible(step, other) for other in setters if not _is_bare_title(other)
                ):
                    self.add(
                        f"steps[{number}]", "前面已有定金额的步骤，这一步使它失效", "请只保留一个，或用 if 区分不同解读"
                    )
                setters.append(step)
            elif verb not in ROW_VERBS and not setters:
                self.add(
                    f"steps[{number}]",
                    f"{verb} 之前没有定金额的步骤",
                    f"请先写 {'、'.join(sorted(SETTING_VERBS))} 之一",
                )
        if not setters:
            self.add("steps", "没有定金额、称号或目标的步骤", f"请写 {'、'.join(sorted(SETTING_VERBS))} 之一")

    def rows(self) -> None:
        """A filter of rows stands before the step that adds them, or it changes nothing."""
        added: set[str] = set()
        wanted = {name for step in self.content["steps"] for name in step.get("fields", ())}
        for number, step in enumerate(self.content["steps"]):
            added.update(step.get("fields", ()))
            if step["do"] not in ROW_VERBS:
                continue
            if step["rows"] in added or step["rows"] not in wanted:
                self.add(f"steps[{number}].rows", f"{step['rows']} 的筛选不会起作用", "请放在累加这些行的步骤之前")
            if self.facts.get(step["rows"], {}).get("type") != "rows":
                self.add(f"steps[{number}].rows", f"{step['rows']} 不是逐行填写的事实", "请改为类型为 rows 的事实")

    def ceilings(self) -> None:
        """Less than a ceiling may be proposed; less than a fixed sum may not."""
        setters = [step for step in self.content["steps"] if step["do"] in SETTING_VERBS and not _is_bare_title(step)]
        proposes = [n for n, step in enumerate(self.content["steps"]) if step["do"] == "propose"]
        if proposes and all(step.get("nature") != "ceiling" for step in setters):
            self.add(f"steps[{proposes[0]}]", "定额没有“建议金额”", "请删除 propose，或把 nature 改为 ceiling")
        for number, step in enumerate(self.content["steps"]):
            if step["do"] == "rate_of" and ("ratio" in step) == ("ratio_setting" in step):
                self.add(f"steps[{number}].ratio", "比例要么写明，要么取自设置", "请只写 ratio 或 ratio_setting 之一")
            if step["do"] == "measure" and ("target" in step) == ("equals" in step):
                self.add(f"steps[{number}].target", "目标值应恰好有一个", "请只写 target 或 equals 之一")
            if step["do"] == "at_most":
                self._useless_ceiling(number, step, setters)

    def _useless_ceiling(self, number: int, step: Mapping[str, Any], setters: list[Mapping[str, Any]]) -> None:
        sums = [parse_yuan(setter["yuan"]) for setter in setters if setter["do"] == "standard"]
        if sums and len(sums) == len(setters) and max(sums) <= parse_yuan(step["yuan"]):
            self.add(f"steps[{number}].yuan", "上限不低于标准，永远用不到", "请改低上限或删除这一步")

    def conditions(self) -> None:
        """No two conditions of one name, none that can never hold, no value that cannot be chosen."""
        _repeated(self, "conditions", (condition["code"] for condition in self.content["conditions"]))
        bounds: dict[str, dict[str, Any]] = {}
        for number, condition in enumerate(self.content["conditions"]):
            test, name = condition["test"], condition["field"]
            if not test:
                if condition["needed"]:
                    self.add(f"conditions[{number}].needed", "没有 field 的条件由人判断", "请删除 needed，或写明 field")
                continue
            (kind, bound), *_ = test.items()
            self._choices(number, name, kind, bound)
            if "if" not in condition and kind in ("at_least", "over", "at_most", "under", "not_over"):
                bounds.setdefault(name, {})[kind] = parse_number(bound)
        for name, found in bounds.items():
            low = max((found[k] for k in ("at_least", "over") if k in found), default=None)
            high = min((found[k] for k in ("at_most", "under", "not_over") if k in found), default=None)
            strict = "over" in found or "under" in found
            if low is not None and high is not None and (low > high or (low == high and strict)):
                self.add("conditions", f"对 {name} 的条件互相矛盾，永远不能满足", "请改正上下限")

    def _choices(self, number: int, name: str, kind: str, bound: Any) -> None:
        choices = dict(self.facts.get(name, {}).get("choices", ()))
        if not choices or kind not in ("in", "not_in", "is"):
            return
        for value in bound if isinstance(bound, list) else [bound]:
            if value not in choices:
                self.add(f"conditions[{number}].{kind}", f"“{value}”不是 {name} 的选项", f"可选：{'、'.join(choices)}")

    def limits(self) -> None:
        """Limits have names of their own, and a lower tier is another item."""
        _repeated(self, "limits", (limit["code"] for limit in self.content["limits"] if "if" not in limit))
        for number, limit in enumerate(self.content["limits"]):
            if limit.get("absorbs") == self.content["id"]:
                self.add(f"limits[{number}].absorbs", "事项不能吸收自己", "请写较低档次事项的 id")
            if "tally" in limit and limit["tally"] not in _TALLIES.get(tuple(limit["per"]), ()):
                self.add(
                    f"limits[{number}].tally",
                    "次数与名额的计法不符",
                    "次数用 paid 或 lines，年度名额用 lines 或 applicants",
                )
        verbs = {step["do"] for step in self.content["steps"]}
        if self.content["split"] and not verbs & _CAPPABLE:
            self.add("split", "没有金额可以分担", "请删除 split")

    def named_facts(self) -> None:
        """The date and the subject of an item are facts of it, of the right type."""
        as_of, subject = self.content["as_of"], self.content["subject"]
        if as_of not in self.facts:
            self.add("as_of", f"事实 {as_of} 没有列在 facts 中", "请补上这个事实，或改正名称")
        elif self.facts[as_of]["type"] != "date":
            self.add("as_of", f"{as_of} 不是日期", "请改为类型为 date 的事实")
        if subject is not None and subject not in self.facts:
            self.add("subject", f"事实 {subject} 没有列在 facts 中", "请补上这个事实，或改正名称")
        money = [
            n for step in self.content["steps"] if step["do"] in ("rate_of", "cap_by", "given") for n in step["fields"]
        ]
        for name in money:
            if name in self.facts and self.facts[name]["type"] not in ("money", "rows"):
                self.add("steps", f"{name} 不是金额", "请改为类型为 money 或 rows 的事实")

    def overflow(self) -> None:
        """A unit sum times the largest count stays inside int64."""
        for number, step in enumerate(self.content["steps"]):
            if (
                "yuan" in step
                and step["do"] in ("standard", "per_n")
                and parse_yuan(step["yuan"]) * MAX_COUNT > INT64_MAX
            ):
                self.add(f"steps[{number}].yuan", "金额乘以件数可能溢出", "请核对单位是否为元")


def _repeated(lint: _Lint, where: str, codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            lint.add(where, f"代码 {code} 重复", "请改成不同的代码")
        seen.add(code)


def _compatible(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether both steps can apply under the same choice of settings."""
    mine, others = one.get("if", {}), other.get("if", {})
    return all(others.get(name, wanted) == wanted for name, wanted in mine.items())
