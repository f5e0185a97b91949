"""What still stands between a draft and its submission, each with the place it is mended."""

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from unicodedata import normalize

from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.claims.selectors.context import ClaimContext, LineState, as_of_day
from applications.claims.selectors.corrections import correction_rounds
from applications.claims.selectors.duplicates import repeated_positions, taken_positions
from applications.claims.selectors.scope import OTHER_PAPERS, asked_papers
from applications.payees.selectors import payee_problem
from policies.calls.enums import Phase
from policies.calls.models import Call
from policies.calls.selectors import NO_CALLS, calls_ahead
from policies.engine.limits.registry import read_limits
from policies.engine.model import Evidence as Requirement
from policies.engine.model import Fact, Item
from policies.engine.terms import APPLICANT_KINDS
from policies.facts.values import HOLDERS, FactsReading, facts_of
from policies.published.models import ItemVersion
from policies.rates.selectors import takes_ratio
from portal.accounts.models import Applicant
from portal.core.numbers import number_words

_SEPARATORS = re.compile(r"[、,，;；/\n]")
_NAME_NOISE = re.compile(r"[\s()（）·•.]")
MAX_LINES = 200
LINES_PER_PAGE = 10
# What says that lines need no papers since an office attests them: functions of the claim that give the lines' keys.
ATTESTING: list[Callable[[ClaimContext], Collection[int]]] = []


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend (or, where `is_warning`, to look at again).

    `anchor` is the id of its place on the form; what `is_files` can be mended on the page of all files as well.
    `takes` names the line and the fact that may be taken over from a register.
    `line_number` counts lines from 1 and is 0 outside of them. What `is_early` can be said of a line as it is written,
    before anything is uploaded.
    """

    message: str
    anchor: str = ""
    place: str = ""
    line_number: int = 0
    is_warning: bool = False
    is_profile: bool = False
    is_files: bool = False
    is_early: bool = False
    takes: str = ""

    @property
    def page(self) -> int:
        """The page of the form on which it is mended."""
        return max(self.line_number - 1, 0) // LINES_PER_PAGE + 1


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """What is to be mended in the same way in one place, or in as many lines."""

    problems: tuple[Problem, ...]

    @property
    def first(self) -> Problem:
        return self.problems[0]

    @property
    def is_warning(self) -> bool:
        return self.first.is_warning

    @property
    def place(self) -> str:
        """Where it is: the place, or how many lines and which."""
        if len(self.problems) == 1:
            return self.first.place
        words = number_words([problem.line_number for problem in self.problems])
        return f"{len(self.problems)} 项（第 {words} 项）{_within_line(self.first)}"


def group_problems(problems: Iterable[Problem]) -> list[ProblemGroup]:
    """Problems in their order, those of several lines that are mended in the same way as one."""
    groups: dict[Hashable, list[Problem]] = {}
    for problem in problems:
        key = (_within_line(problem), problem.message, problem.is_warning) if problem.line_number else problem
        groups.setdefault(key, []).append(problem)
    return [ProblemGroup(tuple(sorted(group, key=lambda one: one.line_number))) for group in groups.values()]


def _within_line(problem: Problem) -> str:
    """Which part of its line a problem is about."""
    return problem.place.removeprefix(f"第 {problem.line_number} 项").strip()


def find_problems(context: ClaimContext, *, at: datetime) -> list[Problem]:
    """Everything that keeps the claim from being submitted at this moment, then what is only worth another look."""
    claim, item, states, today = context.claim, context.item, context.lines, timezone.localdate(at)
    found = [*_call_problems(claim, item, states, at), *applicant_problems(claim.applicant, item)]
    if not states:
        found.append(Problem("还没有填写任何明细，请至少添加一项。", "lines"))
    found += _reading_problems(facts_of(item, "claim"), context.whole, prefix="claim", place="总体情况")
    found += [problem for state in states for problem in _line_problems(claim, item, state, today)]
    found += _evidence_problems(context)
    found += _subject_problems(claim, item, states)
    found += _correction_problems(context)
    if not any(problem for problem in found if not problem.is_warning):
        found += _version_problems(context, today)
    return sorted(found, key=lambda problem: problem.is_warning)


def _of_line(state: LineState, message: str, fact: str, label: str = "", *, is_warning: bool = False) -> Problem:
    """A problem of one fact of a line."""
    place = f"第 {state.number} 项{f' {label}' if label else ''}"
    return Problem(message, f"slot-{state.prefix}-{fact}", place, state.number, is_warning, is_early=True)


def _call_problems(claim: Claim, item: Item, states: Sequence[LineState], at: datetime) -> Iterable[Problem]:
    """Whether the claim's call is open (a correction may come after its close), and takes the days of its lines."""
    call = claim.call
    if claim.status == ClaimStatus.DRAFT and (call is None or call.phase_at(at) != Phase.OPEN):
        yield Problem(closed_words(call, at=at), "call", "申报通知")
    if call is None or not item.as_of:
        return
    label = item.fact(item.as_of).label
    outside = [
        (state, day)
        for state in states
        if (day := as_of_day(item, state.reading)) is not None and not call.takes_facts_of(day)
    ]
    calls = calls_ahead(at, region_code=claim.region_id) if outside else NO_CALLS
    for state, day in outside:
        words = calls.taking(item.id, day).words
        where = f"到能受理它的通知下申报（{words}）" if words else "等相应期间的通知开放后申报"
        message = (
            f"{label}为 {day.isoformat()}，不在“{call.title}”受理的期间（{call.facts_words}）内。"
            f"请核对日期；日期无误的，请删除该项，{where}。"
        )
        yield _of_line(state, message, item.as_of, label)


def closed_words(call: Call | None, *, at: datetime) -> str:
    """Why nothing can be submitted in a call now, and that nothing is lost."""
    kept = "草稿已为您保留，随时可以修改"
    if call is None:
        return f"该草稿还没有归入正在申报的通知，暂时不能提交；{kept}。"
    if call.phase_at(at) == Phase.WITHDRAWN:
        return f"“{call.title}”已撤销，暂时不能提交；{kept}。"
    return f"“{call.title}”已于 {call.closes_words}截止，暂时不能提交；{kept}。"


def applicant_problems(applicant: Applicant, item: Item) -> Iterable[Problem]:
    """What of the applicant's own entry keeps it from claiming an item."""
    if applicant.missing_for_claim:
        lacking = f"{applicant.name}的资料还缺：{'、'.join(applicant.missing_for_claim)}。"
        yield Problem(lacking, place="个人资料" if applicant.is_individual else "单位资料", is_profile=True)
    if problem := payee_problem(applicant):
        yield Problem(problem, place="收款账户", is_profile=True)
    if applicant.kind not in item.beneficiaries:
        allowed = "、".join(APPLICANT_KINDS[kind] for kind in item.beneficiaries)
        yield Problem(f"该事项支持{allowed}，{applicant.get_kind_display()}不在其中，不能申报。", place="申报主体")


def _reading_problems(
    facts: Iterable[Fact], reading: FactsReading, *, prefix: str, place: str, line_number: int = 0
) -> Iterable[Problem]:
    labels = {fact.name: fact.label for fact in facts}
    columns = {f"{fact.name}.{column.name}": column.label for fact in facts for column in fact.columns}
    wrong = [(key, message, False) for key, message in (reading.errors | reading.missing).items()]
    noted = [(key, message, True) for key, messages in reading.warnings.items() for message in messages]
    for key, message, is_warning in wrong + noted:
        name, _, rest = key.partition(".")
        row, _, column = rest.partition(".")
        where = f"{labels[name]}第 {int(row) + 1} 行{columns[f'{name}.{column}']}" if rest else labels[name]
        yield Problem(message, f"slot-{prefix}-{name}", f"{place} {where}", line_number, is_warning)


def _line_problems(claim: Claim, item: Item, state: LineState, today: date) -> Iterable[Problem]:
    place = f"第 {state.number} 项"
    if state.line.is_defence:
        yield Problem(
            "国防专利不能在互联网平台申报。请删除该项，联系受理部门线下递交，由工作人员登记。",
            f"line-{state.line.pk}",
            place,
            state.number,
        )
        return
    facts = facts_of(item)
    yield from _reading_problems(facts, state.reading, prefix=state.prefix, place=place, line_number=state.number)
    yield from _written_problems(claim, item, state, today)


def _written_problems(claim: Claim, item: Item, state: LineState, today: date) -> Iterable[Problem]:
    """What is wrong with facts that are each readable: days to come, and another first holder than the applicant."""
    for fact in facts_of(item):
        value = state.reading.values.get(fact.name)
        if fact.type != "date" or not value or fact.name in state.reading.errors:
            continue
        if date.fromisoformat(value) > today:
            is_warning = fact.name != item.as_of
            words = "如确为将来的日期，可以提交。" if is_warning else "还没有发生的事不能申报。"
            message = f"{fact.label}为 {value}，在今天之后，请核对。{words}"
            yield _of_line(state, message, fact.name, fact.label, is_warning=is_warning)
    if first := other_first_holder(state.reading, claim.applicant.name):
        message = (
            f"第一权利人为“{first}”，不是申报单位“{claim.applicant.name}”。该事项由第一权利人申报：请核对证书上的次序；"
            "单位更过名的，请在材料中附更名证明。"
        )
        yield _of_line(state, message, HOLDERS, "权利人", is_warning=True)


def other_first_holder(reading: FactsReading, *names: str) -> str:
    """The first of the holders that a line states, where it has none of these names; empty where it has one."""
    holders = str(reading.values.get(HOLDERS) or "")
    first = _SEPARATORS.split(holders)[0].strip()
    return "" if any(_is_same_name(first, name) for name in ("", *names)) else first


def _is_same_name(one: str, other: str) -> bool:
    """Whether two names are one but for width, brackets and spaces."""
    bare = [_NAME_NOISE.sub("", normalize("NFKC", name)).casefold() for name in (one, other)]
    return bare[0] == bare[1]


def missing_papers(context: ClaimContext) -> Iterator[tuple[Requirement, LineState | None]]:
    """The required papers that are not there, each with its line; None for one of the whole claim."""
    have = {(evidence.requirement, evidence.line_id) for evidence in context.evidence}
    attested: set[int] | None = None
    for wanted in asked_papers(context.item):
        if wanted.required and wanted.per != "line" and (wanted.code, None) not in have:
            yield wanted, None
        elif wanted.required and wanted.per == "line":
            for state in context.lines:
                if state.line.is_defence or (wanted.code, state.line.pk) in have:
                    continue
                if attested is None:
                    attested = {pk for attesting in ATTESTING for pk in attesting(context)}
                if state.line.pk not in attested:
                    yield wanted, state


def _evidence_problems(context: ClaimContext) -> Iterable[Problem]:
    for wanted, state in missing_papers(context):
        if state is None:
            yield Problem(f"请上传{wanted.label}。", f"evidence-claim-{wanted.code}", "整体材料", is_files=True)
        else:
            anchor = f"evidence-{state.prefix}-{wanted.code}"
            yield Problem(f"请上传{wanted.label}。", anchor, f"第 {state.number} 项", state.number, is_files=True)
    if unplaced := sum(evidence.is_unplaced for evidence in context.evidence):
        message = f"有 {unplaced} 个文件没有归位，提交后作为“{OTHER_PAPERS}”交给审核人员。"
        yield Problem(message, place="材料", is_warning=True, is_files=True)


def _correction_problems(context: ClaimContext) -> Iterable[Problem]:
    """The points of a correction that are about to be handed back as they came, without a word."""
    claim = context.claim
    if claim.status != ClaimStatus.CORRECTION:
        return
    present = [one for one in correction_rounds(context, events=()) if one.number == claim.correction_round]
    for answered in (point for one in present for point in one.points):
        if answered.is_untouched and not answered.point.answer:
            message = "要求补正的这一处还没有修改，也没有说明。确认不需要修改的，请在“您的说明”中写明理由。"
            anchor = f"answer-{answered.point.pk}"
            yield Problem(message, anchor, f"补正：{answered.point.field_label}", is_warning=True)


def _subject_problems(claim: Claim, item: Item, states: Sequence[LineState]) -> Iterable[Problem]:
    if not item.subject:
        return
    refuses = item.subject_rule == "refuse"
    label = item.fact(item.subject).label
    numbers = {state.line.position: state for state in states}
    may_repeat = any(limit.repeats_rights for limit in read_limits(item.limits))
    for position, first in repeated_positions((state.line for state in states), may_repeat=may_repeat).items():
        state = numbers[position]
        message = f"与第 {numbers[first].number} 项的{label}相同，同一内容一次申报只能填一项，请删除其中一项。"
        yield _of_line(state, message, item.subject, label)
    for position, own in taken_positions(claim, [state.line for state in states]).items():
        state = numbers[position]
        message = taken_text(label, own=own, refuses=refuses)
        yield _of_line(state, message, item.subject, label, is_warning=not refuses)


def taken_text(label: str, *, own: str | None, refuses: bool) -> str:
    """That a right is claimed already; `own` is the applicant's other claim in words, and nothing reveals another's."""
    who = f"本单位的{own}中" if own else "其他申报中"
    if refuses:
        return f"该{label}已在{who}，同一权利不能重复申报（不论年度和申报主体）。请核对号码；如有疑问请联系受理部门。"
    return f"该{label}已在{who}出现，可以提交，审核人员会核实是否重复。"


def _version_problems(context: ClaimContext, today: date) -> Iterable[Problem]:
    item, states = context.item, context.lines
    days = [day for state in states if (day := as_of_day(item, state.reading)) is not None]
    if takes_ratio(item) and len(ratios := context.rates.ratios(days)) > 1:
        yield Problem(f"各项适用的区级比例不同（{'、'.join(ratios)}），请按比例分开，各报一份申报。", "lines", "明细")
    versions: dict[int, tuple[ItemVersion, LineState]] = {}
    for state in states:
        day = as_of_day(item, state.reading) or today
        version = context.version_on(day)
        if version is None:
            label = item.fact(item.as_of).label if item.as_of else "申报日期"
            message = f"{label}为 {day.isoformat()}，不在该政策的施行期内，不能按该事项申报。"
            yield _of_line(state, message, str(item.as_of))
            continue
        versions.setdefault(version.pk, (version, state))
    if len(versions) > 1:
        parts = "；".join(f"第 {state.number} 项适用第 {version.number} 版" for version, state in versions.values())
        yield Problem(f"各项适用的政策版本不同（{parts}），请按版本分开，各报一份申报。", "lines", "明细")
