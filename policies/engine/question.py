"""Reading a question: the JSON contract turned into parsed values, or a QuestionError that names the field."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple, NoReturn, cast

from policies.engine.catalogue import Catalogue, unknown_item
from policies.engine.dates import parse_date
from policies.engine.errors import QuestionError
from policies.engine.facts import MAX_LINES, Reader, RowError, read_count, read_integer
from policies.engine.money import parse_ratio, parse_yuan
from policies.engine.program import Program
from policies.engine.scopes import OF_SUBJECTS
from policies.engine.shortage import Cut, read_cuts
from policies.engine.terms import APPLICANT_KINDS, FIRM_SIZES, LEDGERS

_PART_KEYS = frozenset(
    {"item", "lines", "paid", "times_before", "rank", "ranked", "unmet", "settings", "supported", "cuts"}
)
_CLAIM_KEYS = frozenset({"on", "applicant", "parts", "city_requested", "assume", "year"})
# What a part leaves out of these, it has from the whole question.
_INHERITED = ("rank", "ranked", "times_before", "unmet")
_REFERENCES = frozenset({"id", "name", "note"})  # the caller's own, read by nobody
_KEYS = _PART_KEYS | _CLAIM_KEYS | _REFERENCES


@dataclass(slots=True)
class Paid:
    """What the ledger says was paid before, in fen: by ledger, and of rights by ledger and subject."""

    sums: dict[str, Any]
    subjects: dict[str, dict[str, int]]
    once_group: bool


class Times(NamedTuple):
    """How often something was paid before: by ledger, of rights by ledger and subject, and in all others `every`."""

    every: int = 0
    ledgers: Mapping[str, int] = {}
    subjects: Mapping[str, Mapping[str, int]] = {}

    def of(self, ledger: str, subject: str | None = None) -> int:
        """The times of a ledger; of a subject its own."""
        of_subjects = self.subjects.get(ledger, {})
        return (
            of_subjects[subject]
            if subject is not None and subject in of_subjects
            else self.ledgers.get(ledger, self.every)
        )


@dataclass(slots=True)
class PartQuestion:
    """One item of the claim, with its lines: (facts, count) each. `supported`: fen that people grant, by line.

    `cuts`: how money that is short led to that. `rank` is a place among `ranked` claims.
    """

    program: Program
    overrides: dict[str, Any]
    lines: list[tuple[dict[str, Any], int]]
    paid: Paid
    own_paid: bool
    times_before: Times
    rank: int | None
    ranked: int | None
    unmet: tuple[str, ...]
    supported: tuple[int, ...] | None = None
    cuts: tuple[Cut, ...] = ()


@dataclass(slots=True)
class Question:
    """A whole question. `size` is a word of `FIRM_SIZES`; `city_requested` is fen, or a ratio of the sum."""

    on: date
    year: int
    kind: str
    region: str | None
    parts: list[PartQuestion]
    paid: Paid
    city_requested: int | Fraction | None
    assume: bool
    size: str | None = None


_NEVER = Times()
_NOTHING_PAID = Paid(dict.fromkeys(LEDGERS, 0), {}, once_group=False)


def _refuse(field: str, message: str) -> NoReturn:
    raise QuestionError(field, message)


def _mapping(value: object, field: str) -> Mapping[str, Any]:
    # Whether it is a dictionary, which it nearly always is, takes much less time to tell.
    if isinstance(value, (dict, Mapping)):
        return value
    _refuse(field, "请填写 JSON 对象")


def _fen(value: object, field: str) -> int:
    try:
        return parse_yuan(value)
    except ValueError as error:
        raise QuestionError(field, str(error)) from None


def read_question(catalogue: Catalogue, question: object) -> Question:
    """Read and check a question; raises QuestionError with the field's path and a Chinese remedy."""
    asked = _mapping(question, "question")
    if not _KEYS.issuperset(asked):
        name = next(name for name in asked if name not in _KEYS)
        _refuse(str(name), f"没有这个字段，可填 {'、'.join(sorted(_KEYS))}")
    given = asked.get
    try:
        on = parse_date(given("on"))
    except ValueError as error:
        raise QuestionError("on", str(error)) from None
    applicant = _mapping(given("applicant"), "applicant")
    kind, region = applicant.get("kind"), applicant.get("region")
    if not isinstance(kind, str) or kind not in APPLICANT_KINDS:
        _refuse("applicant.kind", f"请填写申请人类型：{'、'.join(APPLICANT_KINDS)}")
    if region is not None and not isinstance(region, str):
        _refuse("applicant.region", "请填写地区名称或行政区划代码")
    size = applicant.get("size")
    if size is not None and size not in FIRM_SIZES:
        _refuse("applicant.size", f"请填写企业规模：{'、'.join(FIRM_SIZES)}")
    group = applicant.get("group")
    if group is not None and not isinstance(group, str):
        _refuse("applicant.group", "请填写集团名称")
    assume, city, year = given("assume"), given("city_requested"), given("year")
    if assume not in (None, "met"):
        _refuse("assume", '只能填写 "met"')
    paid, settings = given("paid"), given("settings")
    paid = _NOTHING_PAID if paid is None else _read_paid(paid, "paid")
    overrides = read_settings(catalogue, settings, "settings") if settings else {}
    year = on.year if year is None else _integer(year, "year")
    parts = _read_parts(catalogue, asked, paid, overrides, on)
    requested = None if city is None else _read_city(city)
    return Question(on, year, kind, region, parts, paid, requested, assume == "met", size)


def _integer(value: object, field: str) -> int:
    try:
        return read_integer(value)
    except ValueError as error:
        raise QuestionError(field, str(error)) from None


def _read_city(value: object) -> int | Fraction:
    if isinstance(value, str) and value.endswith("%"):
        try:
            return parse_ratio(value)
        except ValueError as error:
            raise QuestionError("city_requested", str(error)) from None
    return _fen(value, "city_requested")


def _read_paid(value: object, field: str) -> Paid:
    asked = _mapping(value, field)
    sums: dict[str, Any] = dict.fromkeys(LEDGERS, 0)
    subjects: dict[str, dict[str, int]] = {}
    once = False
    for name, sum_paid in asked.items():
        if sum_paid == "0" and name in sums:
            continue
        path = f"{field}.{name}"
        if name == "once_group":
            if not isinstance(sum_paid, bool):
                _refuse(path, "请填写 true 或 false")
            once = sum_paid
        elif name not in LEDGERS:
            _refuse(path, f"没有这个字段，可填 {'、'.join((*LEDGERS, 'once_group'))}")
        elif name in OF_SUBJECTS and isinstance(sum_paid, Mapping):
            subjects[name] = {str(key): _fen(part, f"{path}.{key}") for key, part in sum_paid.items()}
        elif sum_paid is not None:
            sums[name] = _fen(sum_paid, path)
    return Paid(sums, subjects, once)


def read_settings(catalogue: Catalogue, value: object, field: str) -> dict[str, Any]:
    """Chosen readings by name, by the other reading's name, or by `name: other`; QuestionError for anything else."""
    if not value:
        return {}
    chosen: dict[str, Any] = {}
    for name, wanted in _mapping(value, field).items():
        path = f"{field}.{name}"
        try:
            key, setting_value = catalogue.read_setting(name, wanted)
        except KeyError:
            _refuse(path, f"没有这个设置，可填 {'、'.join(sorted(catalogue.settings))}")
        except ValueError as error:
            raise QuestionError(path, str(error)) from None
        chosen[key] = setting_value
    return chosen


def _read_parts(
    catalogue: Catalogue, asked: Mapping[str, Any], paid: Paid, overrides: dict[str, Any], on: date
) -> list[PartQuestion]:
    parts = asked.get("parts")
    if parts is None:
        return [_read_part(catalogue, asked, "", paid=paid, overrides=overrides, on=on)]
    if "item" in asked or "lines" in asked:
        _refuse("parts", "parts 与 item、lines 不能同时填写")
    if not isinstance(parts, list) or not parts:
        _refuse("parts", "请填写至少一个事项")
    found, inherited = [], {name: asked[name] for name in _INHERITED if name in asked}
    for number, part in enumerate(parts):
        prefix = f"parts[{number}]"
        own = _mapping(part, prefix)
        unknown = next((name for name in own if name not in _PART_KEYS), None)
        if unknown is not None:
            _refuse(f"{prefix}.{unknown}", f"没有这个字段，可填 {'、'.join(sorted(_PART_KEYS))}")
        whole = {**inherited, **own}
        found.append(_read_part(catalogue, whole, f"{prefix}.", paid=paid, overrides=overrides, on=on))
    return found


def _read_part(
    catalogue: Catalogue,
    part: Mapping[str, Any],
    prefix: str,
    *,
    paid: Paid,
    overrides: dict[str, Any],
    on: date,
) -> PartQuestion:
    """One part, with what it has from the whole question. `prefix` is empty where that has no parts."""
    given = part.get
    name = given("item")
    if not isinstance(name, str) or name not in catalogue.items:
        _refuse(f"{prefix}item", unknown_item(catalogue, name))
    if prefix and given("settings"):
        overrides = {**overrides, **read_settings(catalogue, part["settings"], f"{prefix}settings")}
    program = catalogue.program_for(name, on, overrides)
    rank = given("rank")
    if rank is not None:
        rank = _integer(rank, f"{prefix}rank")
        if rank == 0:
            _refuse(f"{prefix}rank", "名次从 1 开始")
    ranked = given("ranked")
    if ranked is not None:
        ranked = _integer(ranked, f"{prefix}ranked")
        if ranked == 0:
            _refuse(f"{prefix}ranked", "参加排名的至少 1 个")
    times, unmet, supported, own = given("times_before"), given("unmet"), given("supported"), given("paid")
    lines = _read_lines(catalogue, program, given("lines"), f"{prefix}lines")
    if supported is not None:
        supported = _read_supported(supported, f"{prefix}supported", 1 if program.aggregate else len(lines))
    own_paid = bool(prefix) and "paid" in part
    if own_paid:
        paid = _NOTHING_PAID if own is None else _read_paid(own, f"{prefix}paid")
    return PartQuestion(
        program,
        overrides,
        lines,
        paid,
        own_paid,
        read_times(times, f"{prefix}times_before") if times else _NEVER,
        rank,
        ranked,
        _read_unmet(unmet, f"{prefix}unmet") if unmet else (),
        supported,
        _read_cuts(part["cuts"], supported, f"{prefix}cuts") if "cuts" in part else (),
    )


def read_times(value: object, field: str) -> Times:
    """A number for every ledger, or one for each by its name; of rights one for each subject."""
    if not isinstance(value, Mapping):
        return Times(_integer(value, field))
    ledgers, subjects = {}, {}
    for name, times in value.items():
        path = f"{field}.{name}"
        if name not in LEDGERS:
            _refuse(path, f"没有这个字段，可填 {'、'.join(LEDGERS)}")
        elif name in OF_SUBJECTS and isinstance(times, Mapping):
            subjects[name] = {str(key): _integer(one, f"{path}.{key}") for key, one in times.items()}
        else:
            ledgers[name] = _integer(times, path)
    return Times(0, ledgers, subjects)


def _read_cuts(value: object, supported: object, field: str) -> tuple[Cut, ...]:
    if supported is None:
        _refuse(field, "请同时填写 supported，即折算后各项的金额")
    return read_cuts(value, field)


def _read_unmet(value: object, field: str) -> tuple[str, ...]:
    if not value:
        return ()
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        _refuse(field, "请填写未满足条件的列表")
    return tuple(cast("list[str]", value))


def _read_supported(value: object, field: str, size: int) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) != size:
        _refuse(field, f"请为每一项各填写一个金额，共 {size} 个")
    return tuple(_fen(part, f"{field}[{number}]") for number, part in enumerate(cast("list[object]", value)))


def _read_lines(catalogue: Catalogue, program: Program, value: object, field: str) -> list[tuple[dict[str, Any], int]]:
    if not isinstance(value, list) or not value:
        _refuse(field, "请填写至少一项")
    if len(value) > MAX_LINES:
        _refuse(field, f"一次最多 {MAX_LINES} 项")
    readers, known = program.readers, catalogue.fact_names
    return [_read_line(readers, known, line, field, number) for number, line in enumerate(value)]


def _read_line(
    readers: Mapping[str, Reader], known: Container[str], line: object, field: str, number: int
) -> tuple[dict[str, Any], int]:
    facts: dict[str, Any] = {}
    count = 1
    name = ""
    given = line if isinstance(line, dict) else _mapping(line, f"{field}[{number}]")
    try:
        for name, value in given.items():
            reader = readers.get(name)
            if reader is not None:
                if value is not None:
                    facts[name] = reader(value)
            elif name == "count":
                count = read_count(value)
            elif name not in known:
                _refuse(f"{field}[{number}].{name}", "没有这个事实名称")
    except QuestionError:
        raise
    except RowError as error:
        raise QuestionError(f"{field}[{number}].{name}{error.where}", str(error)) from None
    except ValueError as error:
        raise QuestionError(f"{field}[{number}].{name}", str(error)) from None
    return facts, count
