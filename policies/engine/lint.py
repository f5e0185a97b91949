"""Faults of meaning that keys and types cannot show: rows that never act, steps out of order, sums that overflow."""

from collections.abc import Iterable, Mapping
from typing import Any

from policies.engine.checks import MAX_COUNT, Checker
from policies.engine.money import parse_number, parse_yuan
from policies.engine.problems import Fault, Place, problem_code
from policies.engine.verbs import ROW_VERBS, SETTING_VERBS

_TALLIES = {("applicant",): ("paid", "lines"), ("programme", "year"): ("lines", "applicants")}
INT64_MAX = 2**63 - 1
_CAPPABLE = frozenset({"standard", "rate_of", "per_n", "given", "title"})
SET_TWICE = problem_code(
    "set_twice",
    "前面已有定金额的步骤，这一步使它失效",
    "请只保留一个，或用 if 区分不同解读",
    form="前面已有定金额的步骤，这一步使它失效，请只保留一个，或用口径区分不同理解。",
)
NOT_SET_YET = problem_code(
    "not_set_yet",
    "{operation} 之前没有定金额的步骤",
    "请先写 {setters} 之一",
    form="“{operation:operation}”之前没有定金额的步骤，请先添加“{setters:operation}”之一。",
)
NOTHING_SET = problem_code(
    "nothing_set",
    "没有定金额、称号或目标的步骤",
    "请写 {setters} 之一",
    form="没有定金额、称号或目标的步骤，请添加“{setters:operation}”之一。",
)
FILTER_WITHOUT_EFFECT = problem_code(
    "filter_without_effect",
    "{fact} 的筛选不会起作用",
    "请放在累加这些行的步骤之前",
    form="“{fact:fact}”的筛选不会起作用，请移到累加这些行的步骤之前。",
)
NOT_ROWS = problem_code(
    "not_rows", "{fact} 不是逐行填写的事实", "请改为类型为 rows 的事实", form="“{fact:fact}”不是逐笔明细，请改选。"
)
NOTHING_TO_PROPOSE = problem_code(
    "nothing_to_propose",
    "定额没有“建议金额”",
    "请删除 propose，或把 nature 改为 ceiling",
    form="定额没有“建议金额”，请删除这一步，或把定额改为最高额。",
)
ONE_RATIO = problem_code(
    "one_ratio",
    "比例要么写明，要么取自设置",
    "请只写 ratio 或 ratio_setting 之一",
    form="比例要么填写，要么取自口径，请只填一个。",
)
ONE_TARGET = problem_code(
    "one_target",
    "目标值应恰好有一个",
    "请只写 target 或 equals 之一",
    form="目标值和一句话的目标请只填一个。",
)
USELESS_CEILING = problem_code(
    "useless_ceiling",
    "上限不低于标准，永远用不到",
    "请改低上限或删除这一步",
    form="上限不低于标准，永远用不到，请改低上限或删除这一步。",
)
NEEDED_WITHOUT_TEST = problem_code(
    "needed_without_test",
    "没有 field 的条件由人判断",
    "请删除 needed，或写明 field",
    form="没有选检查哪一项的条件由审核人判断，请不要选必须填写，或选检查哪一项。",
)
CONTRADICTION = problem_code(
    "contradiction",
    "对 {fact} 的条件互相矛盾，永远不能满足",
    "请改正上下限",
    form="对“{fact:fact}”的条件互相矛盾，永远不能满足，请改正上下限。",
)
NO_CHOICE = problem_code(
    "no_choice",
    "“{value}”不是 {fact} 的选项",
    "可选：{known}",
    form="“{value}”不是“{fact:fact}”的选项，请重新选择。",
)
ABSORBS_ITSELF = problem_code(
    "absorbs_itself",
    "事项不能吸收自己",
    "请写较低档次事项的 id",
    form="事项不能吸收自己，请选择较低档次的事项。",
)
WRONG_TALLY = problem_code(
    "wrong_tally",
    "次数与名额的计法不符",
    "次数用 paid 或 lines，年度名额用 lines 或 applicants",
    form="次数与名额的计法不符：次数请选以前批准过几次或逐项计，年度名额请选逐项计或每个主体占一个。",
)
NOTHING_TO_SPLIT = problem_code(
    "nothing_to_split", "没有金额可以分担", "请删除 split", form="没有金额可以分担，请清空市区分担。"
)
NOT_LISTED = problem_code(
    "not_listed",
    "事实 {fact} 没有列在 facts 中",
    "请补上这个事实，或改正名称",
    form="“{fact:fact}”没有列在要填写的事实里，请补上，或改选。",
)
NOT_A_DATE = problem_code(
    "not_a_date", "{fact} 不是日期", "请改为类型为 date 的事实", form="“{fact:fact}”不是日期，请改选。"
)
NOT_A_SUM = problem_code(
    "not_a_sum",
    "{fact} 不是金额",
    "请改为类型为 money 或 rows 的事实",
    form="“{fact:fact}”不是金额或逐笔明细，请改选。",
)
OVERFLOW = problem_code(
    "overflow",
    "金额乘以件数可能溢出",
    "请核对单位是否为元",
    form="金额乘以件数后太大，请核对单位是否为元。",
)
CODE_TWICE = problem_code(
    "code_twice", "代码 {code} 重复", "请改成不同的代码", form="代码“{code}”重复，请改成不同的代码。"
)


def _is_bare_title(step: Mapping[str, Any]) -> bool:
    """Whether a step only recognises a title and leaves the sum to another: a title may bring a fixed prize."""
    return step["do"] == "title" and "decided" not in step


def lint_item(checker: Checker, content: Mapping[str, Any], at: Place) -> None:
    """Note every fault of meaning of one item in normal form, whose section is at `at`."""
    lint = _Lint(checker, content, at)
    lint.step_order()
    lint.rows()
    lint.ceilings()
    lint.conditions()
    lint.limits()
    lint.named_facts()
    lint.overflow()


class _Lint:
    def __init__(self, checker: Checker, content: Mapping[str, Any], at: Place) -> None:
        self.checker = checker
        self.content = content
        self.at = at
        self.facts = {fact["name"]: fact for fact in content["facts"]}

    def add(self, path: Place, fault: Fault) -> None:
        self.checker.add((*self.at, *path), fault)

    def step_order(self) -> None:
        """One step sets the amount, before any that changes it; a second one would hide the first."""
        setters: list[Mapping[str, Any]] = []
        for number, step in enumerate(self.content["steps"]):
            verb = step["do"]
            if verb in SETTING_VERBS:
                if not _is_bare_title(step) and any(
                    _compatible(step, other) for other in setters if not _is_bare_title(other)
                ):
                    self.add(("steps", number), SET_TWICE.fault())
                setters.append(step)
            elif verb not in ROW_VERBS and not setters:
                self.add(("steps", number), NOT_SET_YET.fault(operation=verb, setters=sorted(SETTING_VERBS)))
        if not setters:
            self.add(("steps",), NOTHING_SET.fault(setters=sorted(SETTING_VERBS)))

    def rows(self) -> None:
        """A filter of rows stands before the step that adds them, or it changes nothing."""
        added: set[str] = set()
        wanted = {name for step in self.content["steps"] for name in step.get("fields", ())}
        for number, step in enumerate(self.content["steps"]):
            added.update(step.get("fields", ()))
            if step["do"] not in ROW_VERBS:
                continue
            if step["rows"] in added or step["rows"] not in wanted:
                self.add(("steps", number, "rows"), FILTER_WITHOUT_EFFECT.fault(fact=step["rows"]))
            if self.facts.get(step["rows"], {}).get("type") != "rows":
                self.add(("steps", number, "rows"), NOT_ROWS.fault(fact=step["rows"]))

    def ceilings(self) -> None:
        """Less than a ceiling may be proposed; less than a fixed sum may not."""
        setters = [step for step in self.content["steps"] if step["do"] in SETTING_VERBS and not _is_bare_title(step)]
        proposes = [n for n, step in enumerate(self.content["steps"]) if step["do"] == "propose"]
        if proposes and all(step.get("nature") != "ceiling" for step in setters):
            self.add(("steps", proposes[0]), NOTHING_TO_PROPOSE.fault())
        for number, step in enumerate(self.content["steps"]):
            if step["do"] == "rate_of" and ("ratio" in step) == ("ratio_setting" in step):
                self.add(("steps", number, "ratio"), ONE_RATIO.fault())
            if step["do"] == "measure" and ("target" in step) == ("equals" in step):
                self.add(("steps", number, "target"), ONE_TARGET.fault())
            if step["do"] == "at_most":
                self._useless_ceiling(number, step, setters)

    def _useless_ceiling(self, number: int, step: Mapping[str, Any], setters: list[Mapping[str, Any]]) -> None:
        sums = [parse_yuan(setter["yuan"]) for setter in setters if setter["do"] == "standard"]
        if sums and len(sums) == len(setters) and max(sums) <= parse_yuan(step["yuan"]):
            self.add(("steps", number, "yuan"), USELESS_CEILING.fault())

    def conditions(self) -> None:
        """No two conditions of one name, none that can never hold, no value that cannot be chosen."""
        _repeated(self, "conditions", (condition["code"] for condition in self.content["conditions"]))
        bounds: dict[str, dict[str, Any]] = {}
        for number, condition in enumerate(self.content["conditions"]):
            test, name = condition["test"], condition["field"]
            if not test:
                if condition["needed"]:
                    self.add(("conditions", number, "needed"), NEEDED_WITHOUT_TEST.fault())
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
                self.add(("conditions",), CONTRADICTION.fault(fact=name))

    def _choices(self, number: int, name: str, kind: str, bound: Any) -> None:
        choices = dict(self.facts.get(name, {}).get("choices", ()))
        if not choices or kind not in ("in", "not_in", "is"):
            return
        for value in bound if isinstance(bound, list) else [bound]:
            if value not in choices:
                self.add(
                    ("conditions", number, kind), NO_CHOICE.fault(value=str(value), fact=name, known=list(choices))
                )

    def limits(self) -> None:
        """Limits have names of their own, and a lower tier is another item."""
        _repeated(self, "limits", (limit["code"] for limit in self.content["limits"] if "if" not in limit))
        for number, limit in enumerate(self.content["limits"]):
            if limit.get("absorbs") == self.content["id"]:
                self.add(("limits", number, "absorbs"), ABSORBS_ITSELF.fault())
            if "tally" in limit and limit["tally"] not in _TALLIES.get(tuple(limit["per"]), ()):
                self.add(("limits", number, "tally"), WRONG_TALLY.fault())
        verbs = {step["do"] for step in self.content["steps"]}
        if self.content["split"] and not verbs & _CAPPABLE:
            self.add(("split",), NOTHING_TO_SPLIT.fault())

    def named_facts(self) -> None:
        """The date and the subject of an item are facts of it, of the right type."""
        as_of, subject = self.content["as_of"], self.content["subject"]
        if as_of not in self.facts:
            self.add(("as_of",), NOT_LISTED.fault(fact=as_of))
        elif self.facts[as_of]["type"] != "date":
            self.add(("as_of",), NOT_A_DATE.fault(fact=as_of))
        if subject is not None and subject not in self.facts:
            self.add(("subject",), NOT_LISTED.fault(fact=subject))
        for number, step in enumerate(self.content["steps"]):
            for name in step["fields"] if step["do"] in ("rate_of", "cap_by", "given") else ():
                if name in self.facts and self.facts[name]["type"] not in ("money", "rows"):
                    self.add(("steps", number, "fields"), NOT_A_SUM.fault(fact=name))

    def overflow(self) -> None:
        """A unit sum times the largest count stays inside int64."""
        for number, step in enumerate(self.content["steps"]):
            if (
                "yuan" in step
                and step["do"] in ("standard", "per_n")
                and parse_yuan(step["yuan"]) * MAX_COUNT > INT64_MAX
            ):
                self.add(("steps", number, "yuan"), OVERFLOW.fault())


def _repeated(lint: _Lint, key: str, codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            lint.add((key,), CODE_TWICE.fault(code=code))
        seen.add(code)


def _compatible(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether both steps can apply under the same choice of settings."""
    mine, others = one.get("if", {}), other.get("if", {})
    return all(others.get(name, wanted) == wanted for name, wanted in mine.items())
