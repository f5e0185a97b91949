"""What can happen to somebody: the things a questionnaire asks about, and the kinds a register of rights keeps. Pure.

An item rewards something (its `subject` fact) on a day (its `as_of` fact). Items that agree in both are about one kind
of event, so the kinds come from the catalogue: what a new document rewards is asked about by itself. The table below
only gives the usual ones their words; one without a row is named by the labels of its own facts.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from policies.engine import Fact, Item
from policies.engine.operations.registry import read_operations
from policies.engine.terms import SPECIAL_FIELDS
from policies.facts.values import OFFICERS_FACTS, facts_of

TARGET = "target"
# Sums that a person or another document sets, and what was paid or counted before (the ledger knows): nobody is asked
# for these who only wants to know, and a register does not keep them.
NOT_ASKED = OFFICERS_FACTS | {
    "requested",
    "district_amount",
    "prior_count",
    "fees_total",
    "subsidised_before",
    "paid_item_before",
}
# Besides the subject, what makes two records of one kind different things: a patent's seventh and eighth fee year.
FURTHER_IDENTITY = ("fee_year",)
# How many equal things an item counted by the N is asked about; a key of the engine's lines beside the facts.
COUNT = Fact("count", "件数", "integer", unit="件", help="累计几件；不填按一件计")
_OTHER_TOPIC = "其他"


@dataclass(frozen=True, slots=True)
class _Words:
    """A usual kind of event; `with_fact` tells it from another of the same subject and day."""

    code: str
    topic: str
    label: str
    help: str
    subject: str | None
    as_of: str | None
    with_fact: str = ""


_PATENTS, _MARKS, _MONEY = "专利", "商标与地理标志", "融资、保险与交易"
_CASES, _PEOPLE, _TITLES = "维权与调解", "体系、数据与人员", "称号、奖项与项目"
_TABLE = (
    _Words("patent", _PATENTS, "取得中国专利授权", "发明、外观设计、实用新型", "patent_no", "granted_on"),
    _Words("annual-fee", _PATENTS, "缴纳专利年费", "授权后维持专利的年费", "patent_no", "paid_on"),
    _Words("foreign-patent", _PATENTS, "取得境外专利授权", "经 PCT 等途径，每国一件", "foreign_no", "granted_on"),
    _Words("patent-prize", _PATENTS, "专利获奖", "国家、省、市的专利奖", "patent_no", "awarded_on"),
    _Words("high-value", _PATENTS, "持有高价值专利", "海外同族、长期维持等五类", "patent_no", "measured_on"),
    _Words("year-count", _PATENTS, "一年内取得多件发明专利授权", "按年度授权总数奖励", None, "measured_on"),
    _Words("open-licence", _PATENTS, "专利开放许可", "声明已公布", None, "announced_on"),
    _Words("madrid", _MARKS, "马德里商标国际注册", "", "madrid_no", "registered_on"),
    _Words("well-known", _MARKS, "认定驰名商标", "", "trademark_no", "awarded_on"),
    _Words("gi", _MARKS, "地理标志注册或获保护", "地理标志产品、集体商标、证明商标", "gi_no", "registered_on"),
    _Words("loan", _MONEY, "还清知识产权质押贷款", "贴息和服务费", "contract_no", "repaid_on"),
    _Words("loan-risk", _MONEY, "质押贷款出现坏账", "由放款的金融机构申领", "contract_no", "defaulted_on"),
    _Words("insurance", _MONEY, "投保知识产权保险", "", "policy_no", "signed_on"),
    _Words("transfer", _MONEY, "受让、许可专利", "付出的转让费或许可费", "contract_no", "signed_on"),
    _Words("case", _CASES, "知识产权维权案件结案", "国内或海外，裁判文书或协议已生效", "case_no", "concluded_on"),
    _Words("mediation", _CASES, "调解知识产权纠纷", "由调解组织申领", None, "concluded_on"),
    _Words("person", _PEOPLE, "员工取得专业资格", "如专利代理师", "certificate_no", "certified_on", "person"),
    _Words("certificate", _PEOPLE, "通过知识产权贯标认证", "GB/T 29490 等", "certificate_no", "certified_on"),
    _Words("data", _PEOPLE, "数据知识产权登记", "", "certificate_no", "registered_on"),
    _Words("talent", _PEOPLE, "个人入选人才或获表彰", "", "person", "awarded_on"),
    _Words("title", _TITLES, "获得称号、奖项或认定", "国家、省、市级", "title_name", "awarded_on"),
    _Words("project", _TITLES, "项目立项或获批", "机构落户、平台建设、课题、培训等", "project_name", "approved_on"),
    _Words("accepted-project", _TITLES, "项目通过验收", "", "project_name", "accepted_on"),
    _Words("activity", _TITLES, "举办宣传、培训活动", "", "project_name", "held_on"),
    _Words("exhibition", _TITLES, "参加展会", "布展费用", "exhibition", "held_on"),
)  # fmt: skip
_BY_CODE = {words.code: (place, words) for place, words in enumerate(_TABLE)}


@dataclass(frozen=True)
class Event:
    """One kind of event with the items that reward it, in the catalogue's order."""

    code: str
    topic: str
    label: str
    help: str
    items: tuple[Item, ...]

    @property
    def subject(self) -> str | None:
        return self.items[0].subject

    @property
    def as_of(self) -> str | None:
        return self.items[0].as_of

    @cached_property
    def asked_facts(self) -> tuple[Fact, ...]:
        """The few facts that sums and conditions need: the day first, none of them required."""
        wanted = {name for item in self.items for name in asked_names(item)}
        asked = tuple(replace(fact, required=False) for fact in self._facts if fact.name in wanted)
        return (*asked, COUNT) if any(counts_by_n(item) for item in self.items) else asked

    @cached_property
    def kept_facts(self) -> tuple[Fact, ...]:
        """What a register keeps: the subject and the day, which it needs, and all else that claims will ask for."""
        needed = {self.subject, self.as_of}
        return tuple(replace(fact, required=fact.name in needed) for fact in self._facts)

    @property
    def identity(self) -> tuple[str, ...]:
        """The facts by which two records are one thing; none where the catalogue names no subject."""
        return identity_of(self.items[0])

    @cached_property
    def alternatives(self) -> tuple[Item, ...]:
        """Items of one document that no fact tells apart: which of them it was, only the asker knows."""
        open_items = [item for item in self.items if not any(_tested(item))]
        many = Counter(item.document_id for item in open_items)
        return tuple(item for item in open_items if many[item.document_id] > 1)

    @cached_property
    def _facts(self) -> tuple[Fact, ...]:
        """Every fact that an item asks its claimant for, once, the subject and the day in front."""
        found: dict[str, Fact] = {}
        for item in self.items:
            for fact in facts_of(item):
                if fact.name not in NOT_ASKED:
                    found.setdefault(fact.name, fact)
        front = [name for name in (self.subject, self.as_of) if name in found]
        return tuple(found[name] for name in dict.fromkeys([*front, *found]) if name)


def asked_names(item: Item) -> set[str]:
    """The facts of an item that its sum and its conditions need, and the day that picks its version."""
    asked = {fact.name for fact in item.facts if fact.needed} | {*_tested(item), item.as_of or ""}
    return asked - NOT_ASKED


def identity_of(item: Item) -> tuple[str, ...]:
    """The facts by which two things that an item rewards are one; none where it names no subject."""
    return (item.subject, *FURTHER_IDENTITY) if item.subject else ()


def counts_by_n(item: Item) -> bool:
    """Whether an item pays for each whole N of a count."""
    return any(step.aggregates for step in read_operations(item.steps))


def _tested(item: Item) -> list[str]:
    return [c.field for c in item.conditions if c.field and c.field not in SPECIAL_FIELDS]


def event_code(item: Item) -> str:
    """The kind of event an item rewards: a word of the table, or the names of its subject and its day."""
    names = {fact.name for fact in item.facts}
    for words in _TABLE:
        if (words.subject, words.as_of) == (item.subject, item.as_of) and (
            not words.with_fact or words.with_fact in names
        ):
            return words.code
    return f"{item.subject or 'other'}.{item.as_of or 'any'}"


def events_of(items: Iterable[Item]) -> list[Event]:
    """The kinds of events that these items reward, in the order of the table; targets reward nothing."""
    grouped: dict[str, list[Item]] = {}
    for item in items:
        if item.kind != TARGET:
            grouped.setdefault(event_code(item), []).append(item)
    order = sorted(grouped, key=lambda code: (_BY_CODE[code][0] if code in _BY_CODE else len(_TABLE), code))
    return [_event(code, grouped[code]) for code in order]


def _event(code: str, items: list[Item]) -> Event:
    if code in _BY_CODE:
        words = _BY_CODE[code][1]
        return Event(code, words.topic, words.label, words.help, tuple(items))
    labels = [items[0].fact(name).label for name in (items[0].subject, items[0].as_of) if name]
    return Event(code, _OTHER_TOPIC, " · ".join(labels) or items[0].title, "", tuple(items))
