"""Budget lines: made by finance or where an award meets none, filled by papers, carried over or lapsed at year end."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from decimal import Decimal
from typing import Any, Self

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Sum

from portal.accounts.enums import RegionLevel, Role
from portal.accounts.models import Region
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.money import to_fen, to_yuan
from review.treasury.enums import GUARDED_KINDS, AccountKind, EntryKind, SourceKind
from review.treasury.models import Account, BudgetLine, Entry, Posting
from review.treasury.selectors import balance_of, line_that_pays
from review.treasury.services.books import EntryDraft, deed_id, post_entries

# The name of the line on which awards are booked that no budget covers.
UNISSUED = "未下达指标"


@dataclass(frozen=True, slots=True)
class LinePlan:
    """What a new budget line says; `items` holds the codes of the items that it pays, empty for all."""

    name: str
    source: SourceKind
    items: list[str] = field(default_factory=list)
    function_code: str = ""
    government_code: str = ""
    department_code: str = ""
    project_code: str = ""

    @classmethod
    def of(cls, line: BudgetLine) -> Self:
        """What a standing line says."""
        return cls(**{each.name: getattr(line, each.name) for each in fields(cls)})


def create_line(region: Region, *, year: int, plan: LinePlan, act: ActorContext) -> BudgetLine:
    """A controlled line with its accounts, empty. Raises RefusedError for a name that the year has already."""
    _check_finance(region.pk, act)
    try:
        with transaction.atomic():
            line = _make_line(region.pk, year, plan, act, is_controlled=True)
            record_audit(
                act,
                action="treasury.line",
                target=line,
                region_code=region.pk,
                after={"year": year, "name": plan.name, "source": plan.source, "items": plan.items},
            )
    except IntegrityError:
        raise RefusedError(f"{year} 年已有名为“{plan.name}”的指标，请换一个名称。", field="name") from None
    return line


def issue_budget(line: BudgetLine, *, amount: Decimal, paper_no: str, key: uuid.UUID, act: ActorContext) -> Entry:
    """Book a sum in yuan that a paper gives to a line (下达或追加), or takes from it (below zero, 调减).

    `key` makes a double click one deed. Raises RefusedError without a paper or a sum, and BudgetShortError where more
    is taken than is available.
    """
    _check_finance(line.region_id, act)
    if not paper_no.strip():
        raise RefusedError("请填写下达指标的文号。", field="paper_no")
    fen = to_fen(amount)
    if not fen:
        raise RefusedError("请填写不为零的金额。", field="amount")
    if not line.is_controlled:
        raise RefusedError("请先新建指标，再下达金额。")
    with transaction.atomic():
        draft = EntryDraft(
            id=deed_id(EntryKind.ISSUE, key),
            kind=EntryKind.ISSUE,
            amounts=_between(line, AccountKind.SOURCE, AccountKind.AVAILABLE, fen),
            paper_no=paper_no.strip(),
        )
        return _post_one(draft, line, act)


def refuse_carry_over(line: BudgetLine, other: BudgetLine | None) -> None:
    """Raise RefusedError unless the other line is the same payer's, of a later year."""
    if other is not None and (other.region_id != line.region_id or other.year <= line.year or not other.is_controlled):
        raise RefusedError("只能结转到同一出资地区以后年度的指标。", field="carry_over_to")


def close_year(line: BudgetLine, *, carry_over_to: BudgetLine | None, act: ActorContext) -> list[Entry]:
    """Empty what a line has available at year end: into next year's line (结转), or back to its source (收回).

    Claims that are decided and not yet approved are carried over too; what is payable stays on its own line until it
    is paid. Who may do so, the caller has checked. Raises RefusedError where there is nothing to carry over or to let
    lapse, and as `refuse_carry_over` does.
    """
    other = carry_over_to
    refuse_carry_over(line, other)
    with transaction.atomic():
        accounts = {account.kind: account for account in line.accounts.select_for_update().order_by("pk")}
        left = max(balance_of(accounts[AccountKind.AVAILABLE].pk), 0)
        kind = EntryKind.CARRY_OVER if other else EntryKind.LAPSE
        sequence = accounts[AccountKind.SOURCE].postings.count()
        held = _committed_claims(accounts[AccountKind.COMMITTED].pk) if other else {}
        if not left and not held:
            raise RefusedError(f"指标“{line}”没有可用余额。")
        written = []
        if other is not None:
            written = post_entries(
                [
                    EntryDraft(
                        id=deed_id(kind, line.pk, sequence, claim_id),
                        kind=kind,
                        amounts=_between(line, AccountKind.COMMITTED, AccountKind.SOURCE, fen)
                        | _between(other, AccountKind.SOURCE, AccountKind.COMMITTED, fen),
                        claim_id=claim_id,
                        note=str(other),
                    )
                    for claim_id, fen in held.items()
                ],
                act=act,
            )
        if left:
            amounts = _between(line, AccountKind.AVAILABLE, AccountKind.SOURCE, left)
            if other is not None:
                amounts |= _between(other, AccountKind.SOURCE, AccountKind.AVAILABLE, left)
            draft = EntryDraft(id=deed_id(kind, line.pk, sequence), kind=kind, amounts=amounts, note=str(other or ""))
            written.append(_post_one(draft, line, act))
        return written


def _committed_claims(account_id: int) -> dict[int, int]:
    """Fen that claims have on an account, by claim, in the order of their keys."""
    rows = Posting.objects.filter(account_id=account_id, entry__claim__isnull=False).values_list("entry__claim_id")
    return {pk: fen for pk, fen in rows.annotate(fen=Sum("amount")).order_by("entry__claim_id") if fen}


def give_to_districts(
    line: BudgetLine, sums: Mapping[str, int], *, deed: uuid.UUID, paper_no: str, act: ActorContext
) -> Entry:
    """Move fen from what a line has available to the lines of districts given from it, in one entry.

    A sum below zero takes back. `deed` makes a second call the same entry. Who may do so, the caller has checked.
    Raises BudgetShortError where the line, or a district's that gives back, has too little.
    """
    given = {region_id: fen for region_id, fen in sums.items() if fen}
    total = sum(given.values())
    with transaction.atomic():
        amounts = _between(line, AccountKind.AVAILABLE, AccountKind.SOURCE, total) if total else {}
        for region_id, fen in sorted(given.items()):
            amounts |= _between(_given_line(line, region_id, act), AccountKind.SOURCE, AccountKind.AVAILABLE, fen)
        draft = EntryDraft(
            id=deed_id(EntryKind.ISSUE, deed), kind=EntryKind.ISSUE, amounts=amounts, paper_no=paper_no, note="转下达"
        )
        return _post_one(draft, line, act)


def _given_line(line: BudgetLine, region_id: str, act: ActorContext) -> BudgetLine:
    """The district's line given from this one, made where missing."""
    standing = BudgetLine.objects.filter(region_id=region_id, given_from=line).first()
    if standing:
        return standing
    plan = replace(LinePlan.of(line), name=f"{line.name}（{line.region.name}下达）"[:120])
    try:
        with transaction.atomic():
            return _make_line(region_id, line.year, plan, act, is_controlled=True, given_from=line)
    except IntegrityError:
        standing = BudgetLine.objects.filter(region_id=region_id, given_from=line).first()
        if standing is None:
            raise RefusedError(f"{region_id} 已有名为“{plan.name}”的指标，请先改用其他名称再下达。") from None
        return standing


def line_for(region_id: str, *, district_id: str, year: int, item_code: str, act: ActorContext) -> BudgetLine:
    """The line on which a payer's part of an award of a district is booked.

    Where no budget line pays it, it is the payer's line of sums without a budget, made where missing.
    """
    controlled = BudgetLine.objects.filter(region_id__in=[region_id, district_id], year=year, is_controlled=True)
    fitting = line_that_pays(controlled.select_related("given_from"), region_id, district_id, item_code)
    if fitting:
        return fitting
    standing = BudgetLine.objects.filter(region_id=region_id, year=year, name=UNISSUED).first()
    if standing:
        return standing
    is_district = Region.objects.filter(pk=region_id, level=RegionLevel.DISTRICT).exists()
    plan = LinePlan(name=UNISSUED, source=SourceKind.DISTRICT if is_district else SourceKind.CITY)
    try:
        with transaction.atomic():
            return _make_line(region_id, year, plan, act, is_controlled=False)
    except IntegrityError:
        return BudgetLine.objects.get(region_id=region_id, year=year, name=UNISSUED)


def _make_line(region_id: str, year: int, plan: LinePlan, act: ActorContext, **given: Any) -> BudgetLine:
    line = BudgetLine.objects.create(region_id=region_id, year=year, created_at=act.at, **asdict(plan), **given)
    accounts = Account.objects.bulk_create(
        Account(
            line=line,
            kind=kind,
            guarded=kind in GUARDED_KINDS or (kind == AccountKind.AVAILABLE and line.is_controlled),
        )
        for kind in AccountKind
    )
    record_contents(accounts)
    return line


def _between(line: BudgetLine, source: AccountKind, target: AccountKind, fen: int) -> dict[int, int]:
    """The amounts that move a sum from one account of a line to another, by the accounts' keys."""
    pks = dict(line.accounts.filter(kind__in=[source, target]).values_list("kind", "pk"))
    return {pks[source]: -fen, pks[target]: fen}


def _post_one(draft: EntryDraft, line: BudgetLine, act: ActorContext) -> Entry:
    written = post_entries([draft], act=act)
    if not written:
        return Entry.objects.get(pk=draft.id)
    record_audit(
        act,
        action=f"treasury.{draft.kind}",
        target=line,
        region_code=line.region_id,
        after={"amount": to_yuan(max(draft.amounts.values())), "paper_no": draft.paper_no, "note": draft.note},
    )
    return written[0]


def _check_finance(region_id: str, act: ActorContext) -> None:
    if act.user is None or region_id not in act.user.regions_for(Role.FINANCE):
        raise PermissionDenied("只有该地区的财务人员可以管理指标。")
