"""What applicants hold: their records, and what their claims already state, so that nobody is asked twice."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import OuterRef, Subquery

from applications.claims.enums import RELEASED, ClaimStatus
from applications.claims.models import ClaimLine
from applications.claims.selectors.context import ClaimContext
from applications.rights.models import MAX_KEY, Right, RightQuerySet, Roster, RosterRow
from policies.engine import Fact, Item
from policies.facts.identifiers import comparison_key
from policies.facts.values import engine_facts, read_facts, show_fact
from policies.finder.events import Event, event_code, events_of, identity_of
from policies.finder.selectors import PublishedItem, events_for, published_items
from portal.accounts.models import Applicant, User
from portal.core.paging import Page, paginate
from portal.core.regions import within

PAGE_SIZE = 30
# Facts that a list shows beside the subject, the first of them that are filled in.
_SHOWN_FACTS = 3


def right_kinds(items: Sequence[PublishedItem] | None = None) -> dict[str, Event]:
    """The kinds of records, by code: one for each event that a published item rewards. One query without `items`."""
    found = published_items() if items is None else items
    return {event.code: event for event in events_of(entry.newest for entry in found)}


def right_kinds_for(user: User) -> list[Event]:
    """The kinds that one of the person's applicants, by its kind and region, could get something for."""
    items = published_items()
    own = [membership.applicant for membership in user.active_memberships]
    offered = {event.code for one in own for event in events_for(items, kind=one.kind, region=one.region_id)}
    return [event for event in right_kinds(items).values() if event.code in offered]


def identity_key(event: Event, facts: Mapping[str, Any]) -> str:
    """What tells a record from others of its kind, in the form in which numbers are compared; "" where nothing does."""
    return _key(event.identity, facts)


def _key(names: Sequence[str], facts: Mapping[str, Any]) -> str:
    parts = [comparison_key(str(facts.get(name, ""))) for name in names]
    return "|".join(filter(None, parts))[:MAX_KEY] if parts and parts[0] else ""


def concerns_patents(event: Event) -> bool:
    """Whether the records are Chinese patents, among which defence patents may be."""
    return any(fact.check == "patent_no" for fact in event.kept_facts)


@dataclass(frozen=True, slots=True)
class RightRow:
    """A record as lists show it."""

    right: Right
    label: str
    subject: str
    details: list[str]
    is_known: bool = True
    lacks_item: bool = False


def list_rights(
    user: User,
    kinds: Mapping[str, Event],
    *,
    kind: str = "",
    applicant_id: int | None = None,
    search: str = "",
    after: str = "",
) -> Page[RightRow]:
    """Records of the person's own applicants, the newest first; `after` is the cursor of the page before. One query."""
    rights = own_rights(user, kind=kind, applicant_id=applicant_id, search=search)
    return paginate(rights, after=after, size=PAGE_SIZE).map(lambda right: right_row(right, kinds.get(right.kind)))


def own_rights(user: User, *, kind: str = "", applicant_id: int | None = None, search: str = "") -> RightQuerySet:
    """Records of the person's own applicants, narrowed, in no order."""
    rights = Right.objects.visible_to(user).held().select_related("applicant")
    if kind:
        rights = rights.filter(kind=kind)
    if applicant_id is not None:
        rights = rights.filter(applicant_id=applicant_id)
    for word in search.split():
        rights = rights.filter(subject_key__contains=comparison_key(word))
    return rights


def right_row(right: Right, event: Event | None, *, shown: int | None = _SHOWN_FACTS) -> RightRow:
    """A record in words, with its first so many facts. A kind that no published item rewards is named by its code."""
    if event is None:
        return RightRow(right, right.kind, right.subject_key or "—", [], is_known=False)
    given = {fact.name: fact for fact in event.kept_facts if right.facts.get(fact.name) not in (None, "", [])}
    subject = given.pop(event.subject, None) if event.subject else None
    details = [_shown(fact, right.facts) for fact in list(given.values())[:shown]]
    name = show_fact(subject, right.facts[subject.name]) if subject else event.label
    lacks_item = bool(event.alternatives) and not right.item_code
    return RightRow(right, event.label, name, details, lacks_item=lacks_item)


def _shown(fact: Fact, facts: Mapping[str, Any]) -> str:
    return f"{fact.label} {show_fact(fact, facts[fact.name])}"


# ---- what is held, wherever it is written down ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Holding:
    """Something an applicant holds: from its register, a roster, or (with the claim's number) a line it submitted.

    Its facts are in normal form, as the engine takes them. Where the roster replaces papers, it `is_attested`.
    """

    applicant_id: int
    kind: str
    key: str
    facts: Mapping[str, Any]
    item_code: str = ""
    claim_number: str = ""
    is_attested: bool = False


@dataclass(frozen=True)
class Holdings:
    """All that some applicants hold, and which of it they have claimed under which item already."""

    held: Sequence[Holding]
    claimed: Mapping[tuple[int, str], Collection[str]] = field(default_factory=dict)

    @property
    def unrecorded(self) -> list[Holding]:
        """What stands in claims and not in the register."""
        return [holding for holding in self.held if holding.claim_number]

    def of(self, applicant_id: int, item: Item, event: Event) -> list[Holding]:
        """What an applicant holds for an item, claimed or not."""
        must_be = _which(event, item)
        return [
            holding
            for holding in self.held
            if holding.applicant_id == applicant_id
            and holding.kind == event.code
            and (not must_be or holding.item_code == must_be)
        ]

    def unclaimed(self, applicant_id: int, item: Item, event: Event) -> list[Holding]:
        """What an applicant holds for an item and has not claimed under it; drafts count as claimed."""
        taken = Counter(self.claimed.get((applicant_id, item.id), ()))
        found = []
        for holding in self.of(applicant_id, item, event):
            # Things without a key of their own are told apart by their number only.
            if taken[holding.key]:
                taken[holding.key] -= 0 if holding.key else 1
                continue
            found.append(holding)
        return found


def _readable(event: Event, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that can be read: a claim in correction may hold a half-typed one, and a rule may ask anew."""
    given = [fact for fact in event.kept_facts if fact.name in facts]
    return engine_facts(given, read_facts(given, facts))


def _which(event: Event, item: Item) -> str:
    """The item a claimed thing was, where no fact tells."""
    return item.id if item in event.alternatives else ""


_GONE = frozenset(RELEASED) - {ClaimStatus.DRAFT}


def holdings_of(applicant_ids: Iterable[int], kinds: Mapping[str, Event], items: Sequence[PublishedItem]) -> Holdings:
    """What these applicants hold: records, rosters' rows, and lines of submitted claims that neither repeats.

    What a roster says goes before what the applicant wrote down. Three queries.
    """
    ids = list(applicant_ids)
    rules = {entry.item.pk: entry.newest for entry in items}
    rights = Right.objects.filter(applicant_id__in=ids, kind__in=kinds).held().order_by("pk")
    held = [
        Holding(applicant_id, kind, key, _readable(kinds[kind], facts), item_code)
        for applicant_id, kind, key, facts, item_code in rights.values_list(
            "applicant_id", "kind", "subject_key", "facts", "item_code"
        )
    ]
    held = _with_rosters(held, ids, kinds)
    known = {(holding.applicant_id, holding.kind, holding.key) for holding in held if holding.key}
    claimed: dict[tuple[int, str], list[str]] = {}
    lines = ClaimLine.objects.filter(claim__applicant_id__in=ids, is_defence=False).exclude(claim__status__in=_GONE)
    columns = ("claim__applicant_id", "claim__item_id", "claim__number", "claim__status", "facts")
    for applicant_id, item_id, number, status, facts in lines.order_by("pk").values_list(*columns):
        item = rules.get(item_id)
        event = kinds.get(event_code(item)) if item else None
        if item is None or event is None or not facts:
            continue
        key = identity_key(event, facts)
        claimed.setdefault((applicant_id, item.id), []).append(key)
        if status == ClaimStatus.DRAFT or not key or (applicant_id, event.code, key) in known:
            continue
        known.add((applicant_id, event.code, key))
        own = _readable(event, facts)
        held.append(Holding(applicant_id, event.code, key, own, _which(event, item), number or ""))
    return Holdings(held, claimed)


def _with_rosters(held: Sequence[Holding], ids: Sequence[int], kinds: Mapping[str, Event]) -> list[Holding]:
    """The holdings with what rosters in force for their regions say of them; of several the newest counts."""
    own = Applicant.objects.filter(uscc=OuterRef("uscc"), pk__in=ids)
    rows = (
        RosterRow.objects.filter(
            roster__withdrawn_at=None,
            roster__kind__in=kinds,
            uscc__in=Applicant.objects.filter(pk__in=ids, uscc__isnull=False).values("uscc"),
        )
        .annotate(applicant_id=Subquery(own.values("pk")[:1]), home=Subquery(own.values("region_id")[:1]))
        .order_by("roster__as_of", "pk")
    )
    columns = ("roster__kind", "subject_key", "facts", "roster__item_code", "roster__replaces_papers")
    found = {(one.applicant_id, one.kind, one.key or str(place)): one for place, one in enumerate(held)}
    for applicant_id, home, region, *stated_row in rows.values_list(
        "applicant_id", "home", "roster__region_id", *columns
    ):
        if not within(home, [region]):
            continue
        kind, key, facts, item_code, is_attested = stated_row
        place = (applicant_id, kind, key)
        before = found.get(place)
        stated = {**(before.facts if before else {}), **_readable(kinds[kind], facts)}
        which = item_code or (before.item_code if before else "")
        found[place] = Holding(applicant_id, kind, key, stated, which, is_attested=is_attested)
    return list(found.values())


def attesting_rosters(context: ClaimContext) -> dict[int, Roster]:
    """By the line's key, the roster in force that says all that the line says and replaces its papers. One query.

    Only rosters of the claim's district, of its city and of what lies above count.
    """
    item, uscc = context.item, context.claim.applicant.uscc
    keys = {_key(identity_of(item), state.reading.values): state for state in context.lines}
    keys.pop("", None)
    if not uscc or not keys:
        return {}
    rows = RosterRow.objects.filter(
        uscc=uscc,
        subject_key__in=keys,
        roster__kind=event_code(item),
        roster__replaces_papers=True,
        roster__withdrawn_at=None,
    )
    asked = {fact.name for fact in item.facts}
    return {
        keys[row.subject_key].line.pk: row.roster
        for row in rows.select_related("roster").order_by("roster__as_of", "pk")
        if within(context.claim.region_id, [row.roster.region_id])
        and all(keys[row.subject_key].reading.values.get(name) == row.facts[name] for name in asked & set(row.facts))
    }


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """What one applicant's claims state and its register lacks: the first of it in words, and how much there is."""

    applicant: Applicant
    rows: list[tuple[str, str, str]]
    count: int


_SHOWN_UNRECORDED = 10


def unrecorded_by_applicant(user: User, kinds: Mapping[str, Event], items: Sequence[PublishedItem]) -> list[Unrecorded]:
    """By applicant of the person, what could be recorded from its claims: kind, subject, claim. Two queries."""
    applicants = {m.applicant_id: m.applicant for m in user.active_memberships}
    found: dict[int, list[Holding]] = {}
    for holding in holdings_of(applicants, kinds, items).unrecorded:
        found.setdefault(holding.applicant_id, []).append(holding)
    return [
        Unrecorded(applicants[pk], [_named(one, kinds[one.kind]) for one in held[:_SHOWN_UNRECORDED]], len(held))
        for pk, held in found.items()
    ]


def _named(holding: Holding, event: Event) -> tuple[str, str, str]:
    return (event.label, str(holding.facts.get(event.subject or "", "—")), holding.claim_number)
