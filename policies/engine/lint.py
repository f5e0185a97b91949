"""Faults of meaning that keys and types cannot show: steps out of order, conditions that contradict, unknown names."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from policies.engine import split as splits
from policies.engine import stages as payment_stages
from policies.engine.checks import NO_CHOICE, Checker
from policies.engine.conditions.registry import family_of
from policies.engine.limits.base import Limit
from policies.engine.limits.registry import read_limits
from policies.engine.operations.base import ItemSteps, Operation, Role
from policies.engine.operations.registry import read_operations, setting_verbs
from policies.engine.problems import Fault, Place, problem_code
from policies.engine.regions import districts_in
from policies.engine.terms import SPECIAL_CHOICES, SPECIAL_TYPES

if TYPE_CHECKING:
    from policies.engine.conditions.base import Bound

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
UNSUITED_TEST = problem_code(
    "unsuited_test",
    "{fact} 不能这样检验",
    "{test} 不适用于这一类事实，请改用别的检验",
    form="“{fact:fact}”不能用“{test:test}”检查，请改选怎么检查。",
)
NOT_YES_OR_NO = problem_code(
    "not_yes_or_no",
    "{fact} 只能是 true 或 false",
    "请写成 is: true 或 is: false，不加引号",
    form="“{fact:fact}”请选择是或否。",
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
CODE_TWICE = problem_code(
    "code_twice", "代码 {code} 重复", "请改成不同的代码", form="代码“{code}”重复，请改成不同的代码。"
)
LIMIT_TWICE = problem_code(
    "limit_twice",
    "前面已有同类的上限，这一条不会起作用",
    "请只保留一条，或用 if 区分不同解读",
    form="前面已有同类的上限，这一条不会起作用，请只保留一条，或用口径区分不同理解。",
)
NO_DISTRICT = problem_code(
    "no_district",
    "{value} 不是文件所在城市的区",
    "可选：{known}",
    form="没有“{value}”这个区，请按全称改写：{known}。",
)
RIGHT_ONCE = problem_code(
    "right_once",
    "每件可支持多次，但同一件再次申报不予受理",
    "请把 subject_rule 改为 flag，或把次数改为 1",
    form="每件可支持多次，但“同一件再次申报时”选了不予受理：请改选提示审核人，或把次数改为 1。",
)


def lint_item(checker: Checker, content: Mapping[str, Any], at: Place) -> None:
    """Note every fault of meaning of one item in normal form, whose section is at `at`."""
    lint = _Lint(checker, content, at)
    lint.step_order()
    lint.steps()
    lint.conditions()
    lint.tests()
    lint.limits()
    lint.named_facts()


class _Lint:
    def __init__(self, checker: Checker, content: Mapping[str, Any], at: Place) -> None:
        self.checker = checker
        self.content = content
        self.at = at
        self.facts = {fact["name"]: fact for fact in content["facts"]}
        steps = read_operations(content["steps"])
        self.derived = {step.derived[0]: step.derived[1] for step in steps if step.derived is not None}
        self.item = ItemSteps(
            steps,
            {name: fact["type"] for name, fact in self.facts.items()} | self.derived,
            {name: [value for value, _ in fact["choices"]] for name, fact in self.facts.items()}
            | {"applicant_region": _regions_of(content["document"])},
            {name: fact["type"] for name, fact in self.facts.items()},
        )

    def add(self, path: Place, fault: Fault) -> None:
        self.checker.add((*self.at, *path), fault)

    def step_order(self) -> None:
        """One step sets the amount, before any that changes it; a second one would hide the first."""
        setters: list[Operation] = []
        for number, step in enumerate(self.item.steps):
            if step.role is Role.SETS:
                hides = step.sets_amount and not step.is_joined
                if hides and any(_compatible(step, other) for other in setters if other.sets_amount):
                    self.add(("steps", number), SET_TWICE.fault())
                setters.append(step)
            elif step.role is Role.CHANGES and not setters:
                self.add(("steps", number), NOT_SET_YET.fault(operation=step.verb, setters=setting_verbs()))
        if not setters:
            self.add(("steps",), NOTHING_SET.fault(setters=setting_verbs()))

    def steps(self) -> None:
        """What each step finds wrong with itself and its neighbours."""
        for number, step in enumerate(self.item.steps):
            for place, fault in step.problems(self.item, number):
                self.add(("steps", number, *place), fault)

    def conditions(self) -> None:
        """No two conditions of one name, none that can never hold, no value that cannot be chosen."""
        _repeated(self, "conditions", (condition["code"] for condition in self.content["conditions"]))
        bounds: dict[str, list[Bound]] = {}
        for number, condition in enumerate(self.content["conditions"]):
            test, name = condition["test"], condition["field"]
            if not test:
                if condition["needed"]:
                    self.add(("conditions", number, "needed"), NEEDED_WITHOUT_TEST.fault())
                continue
            (kind, value), *_ = test.items()
            bound = family_of(kind).bound(kind, value)
            if "if" not in condition and bound is not None:
                bounds.setdefault(name, []).append(bound)
        for name, found in bounds.items():
            low = max((one.number for one in found if one.is_lower), default=None)
            high = min((one.number for one in found if not one.is_lower), default=None)
            strict = any(one.is_strict for one in found if one.number == low)
            if low is not None and high is not None and (low > high or (low == high and strict)):
                self.add(("conditions",), CONTRADICTION.fault(fact=name))

    def tests(self) -> None:
        """Every test suits the type of its fact, and names only values that may be chosen."""
        for number, condition in enumerate(self.content["conditions"]):
            if condition["test"]:
                self._test(("conditions", number), condition["field"], condition["test"])
            self._only(("conditions", number, "unless"), condition.get("unless"))
        for number, step in enumerate(self.item.steps):
            for name, test in step.tests():
                self._only(("steps", number, name), test)
        for number, limit in enumerate(self.content["limits"]):
            self._only(("limits", number, "scale", "only"), (limit.get("scale") or {}).get("only"))

    def _only(self, at: Place, only: Mapping[str, Any] | None) -> None:
        if only:
            self._test(at, only["field"], {name: bound for name, bound in only.items() if name != "field"})

    def _test(self, at: Place, name: str, test: Mapping[str, Any]) -> None:
        (kind, bound), *_ = test.items()
        fact_type = SPECIAL_TYPES.get(name) or self.item.types.get(name)
        if fact_type is None:
            return
        if not family_of(kind).suits(fact_type):
            self.add((*at, kind), UNSUITED_TEST.fault(test=kind, fact=name))
            return
        choices = SPECIAL_CHOICES.get(name) or self.item.choices.get(name, ())
        if fact_type == "boolean" and not all(isinstance(value, bool) for value in family_of(kind).choices(bound)):
            self.add((*at, kind), NOT_YES_OR_NO.fault(fact=name))
        for value in family_of(kind).choices(bound) if choices else ():
            if value not in choices:
                self.add((*at, kind), NO_CHOICE.fault(value=str(value), fact=name, known=list(choices)))

    def limits(self) -> None:
        """Limits have names of their own, only sums stand beside their like; what each finds wrong with itself."""
        _repeated(self, "limits", (limit["code"] for limit in self.content["limits"] if "if" not in limit))
        limits = read_limits(self.content["limits"])
        for number, limit in enumerate(limits):
            earlier = (other for other in limits[:number] if other.acts_as == limit.acts_as)
            if limit.acts_as is not None and any(_compatible(limit, other) for other in earlier):
                self.add(("limits", number), LIMIT_TWICE.fault())
            if limit.repeats_rights and self.content["subject_rule"] == "refuse":
                self.add(("limits", number, "per"), RIGHT_ONCE.fault())
            known = self.item.choices["applicant_region"]
            for name in limit.districts_named if known else ():
                if name not in known:
                    self.add(("limits", number, "districts"), NO_DISTRICT.fault(value=name, known="、".join(known)))
            for place, fault in limit.problems(self.content["id"], self.item.types):
                self.add(("limits", number, *place), fault)
        for place, fault in splits.problems(self.content["split"] or {}):
            self.add(("split", *place), fault)
        pays = any(step.role is Role.SETS and step.pays for step in self.item.steps)
        if self.content["split"] and not pays:
            self.add(("split",), NOTHING_TO_SPLIT.fault())
        for place, fault in payment_stages.problems(payment_stages.read_stages(self.content), pays=pays):
            self.add(("stages", *place), fault)

    def named_facts(self) -> None:
        """The date and the subject of an item are facts of it, of the right type."""
        as_of, subject = self.content["as_of"], self.content["subject"]
        if as_of not in self.facts:
            self.add(("as_of",), NOT_LISTED.fault(fact=as_of))
        elif self.facts[as_of]["type"] != "date":
            self.add(("as_of",), NOT_A_DATE.fault(fact=as_of))
        if subject is not None and subject not in self.facts:
            self.add(("subject",), NOT_LISTED.fault(fact=subject))


def _regions_of(document: Mapping[str, Any]) -> list[str]:
    """What a rule may call a region: a district by its name, or an area as the document writes it."""
    districts = districts_in(document)
    return [*districts.values(), *document["areas"]] if districts else []


def _repeated(lint: _Lint, key: str, codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            lint.add((key,), CODE_TWICE.fault(code=code))
        seen.add(code)


def _compatible(one: Operation | Limit, other: Operation | Limit) -> bool:
    """Whether both can apply under the same choice of settings."""
    others = other.guard or {}
    return all(others.get(name, wanted) == wanted for name, wanted in (one.guard or {}).items())
