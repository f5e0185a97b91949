"""Reading the books: balances, the figures of each budget line, and whether all of it adds up."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum, Window
from django.db.models.functions import Coalesce, Lag
from django.urls import reverse

from portal.core.charts import BarChart, BarRow, Datum, bar_chart
from portal.core.money import format_yuan, to_yuan
from review.treasury.enums import AccountKind, EntryKind
from review.treasury.models import Account, BudgetLine, Entry, Posting

# The region whose money a budget line holds: of a lump sum, who gave it.
PAYER = Coalesce("given_from__region_id", "region_id")


def balance_of(account_id: int) -> int:
    """The account's balance in fen: what its last posting left."""
    rows = Posting.objects.filter(account_id=account_id).order_by("-sequence")
    return rows.values_list("balance_after", flat=True).first() or 0


def claim_balances(claim_id: int) -> dict[tuple[int, str], int]:
    """What a claim has on each account in fen, by line and kind of account."""
    rows = (
        Posting.objects.filter(entry__claim_id=claim_id)
        .values("account__line_id", "account__kind")
        .annotate(fen=Sum("amount"))
        .order_by()
    )
    return {(row["account__line_id"], row["account__kind"]): row["fen"] for row in rows}


def lines_of_claim(claim_id: int) -> dict[str, int]:
    """The line that bears what a claim has in the books, by the payer's region: of a lump sum, who gave it."""
    free = (AccountKind.SOURCE, AccountKind.AVAILABLE)
    held = {line for (line, kind), fen in claim_balances(claim_id).items() if fen > 0 and kind not in free}
    return dict(BudgetLine.objects.filter(pk__in=held).order_by("pk").values_list(PAYER, "pk"))


def line_that_pays(lines: Iterable[BudgetLine], region_id: str, district_id: str, item_code: str) -> BudgetLine | None:
    """Which of these lines of a year pays a payer's part of an award of a district; None where none does.

    A line that names the item comes before one for all items, the lump sum that the payer gave to the district before
    the payer's own line, an older before a newer.
    """
    own = ((region_id, None), (district_id, region_id))
    fitting = [
        line
        for line in lines
        if (line.region_id, line.given_from and line.given_from.region_id) in own
        and (not line.items or item_code in line.items)
    ]
    return min(fitting, key=lambda line: (not line.items, line.given_from_id is None, line.pk), default=None)


@dataclass(frozen=True, slots=True)
class LineFigures:
    """How a budget line stands, in yuan: issued = available + committed + payable + in transit + paid.

    `returned` is what came back of payments.
    """

    line: BudgetLine
    issued: Decimal
    committed: Decimal
    payable: Decimal
    in_transit: Decimal
    paid: Decimal
    returned: Decimal
    available: Decimal


def line_figures(lines: Iterable[BudgetLine]) -> list[LineFigures]:
    """The figures of the lines, in their order. Two queries, whatever number of postings."""
    ordered = list(lines)
    latest = Posting.objects.filter(account=OuterRef("pk")).order_by("-sequence").values("balance_after")[:1]
    balances: dict[tuple[int, str], int] = {
        (line_id, kind): fen or 0
        for line_id, kind, fen in Account.objects.filter(line__in=ordered)
        .annotate(fen=Subquery(latest))
        .values_list("line_id", "kind", "fen")
    }
    returned = dict(
        Posting.objects.filter(
            account__line__in=ordered, account__kind=AccountKind.PAYABLE, entry__kind=EntryKind.RETURN
        )
        .values_list("account__line_id")
        .annotate(fen=Sum("amount"))
        .order_by()
    )

    def yuan(line: BudgetLine, kind: AccountKind) -> Decimal:
        return to_yuan(balances.get((line.pk, kind), 0))

    return [
        LineFigures(
            line=line,
            issued=-yuan(line, AccountKind.SOURCE),
            committed=yuan(line, AccountKind.COMMITTED),
            payable=yuan(line, AccountKind.PAYABLE),
            in_transit=yuan(line, AccountKind.IN_TRANSIT),
            paid=yuan(line, AccountKind.PAID),
            returned=to_yuan(returned.get(line.pk, 0)),
            available=yuan(line, AccountKind.AVAILABLE),
        )
        for line in ordered
    ]


def total_figures(rows: Iterable[LineFigures]) -> dict[str, Decimal]:
    """The sums of the lines' figures, in yuan, by name; `held` is what is committed, payable or in transit."""
    names = ("issued", "committed", "payable", "in_transit", "paid", "returned", "available")
    totals = {name: to_yuan(0) for name in names}
    for row in rows:
        for name in names:
            totals[name] += getattr(row, name)
    return {**totals, "held": totals["committed"] + totals["payable"] + totals["in_transit"]}


def use_chart(rows: Iterable[LineFigures], year: int) -> BarChart:
    """How much of each line is used, marked with what was issued."""
    return bar_chart(
        f"{year}年指标使用",
        [
            BarRow(
                label=f"{row.line.region.name} {row.line.name}",
                figure=Datum(row.issued - row.available, format_yuan(row.issued - row.available)),
                target=Datum(row.issued, format_yuan(row.issued)) if row.line.is_controlled else None,
                tone="main" if row.available >= 0 else "warn",
                url=reverse("treasury:line", args=[row.line.pk]),
            )
            for row in rows
        ],
        description="已占用、批准、在途和已付的合计（元）；竖线为下达的金额。",
        name="已使用",
        target_name="下达",
    )


def postings_of(line: BudgetLine, *, kind: str = "") -> QuerySet[Posting]:
    """The postings of a line, the newest first; of one kind of account, or with `returned` of the returns."""
    rows = Posting.objects.filter(account__line=line).select_related("account", "entry__claim__applicant")
    if kind == "returned":
        rows = rows.filter(account__kind=AccountKind.PAYABLE, entry__kind=EntryKind.RETURN)
    elif kind:
        rows = rows.filter(account__kind=kind)
    return rows.order_by("-pk")


def book_problems() -> Iterator[str]:
    """What does not add up in the books, in words; nothing where all is whole.

    Asked of the postings alone: entries of zero sum, sequences without a gap, running balances, guarded accounts,
    reversals that mirror what they reverse.
    """
    unbalanced = Entry.objects.annotate(fen=Sum("postings__amount")).filter(Q(fen=None) | ~Q(fen=0))
    for entry in unbalanced.order_by("at", "pk")[:100]:
        yield f"分录 {entry.pk}（{EntryKind(entry.kind).label}）借贷不平。"
    running = Posting.objects.select_related("account__line").annotate(
        before=Window(Lag("balance_after", default=0), partition_by=F("account_id"), order_by=F("sequence").asc()),
        place=Window(Lag("sequence", default=0), partition_by=F("account_id"), order_by=F("sequence").asc()),
    )
    for posting in running.iterator(chunk_size=2000):
        where = f"账户“{posting.account}”第 {posting.sequence} 笔"
        if posting.sequence != posting.place + 1:
            yield f"{where}：序号不连续。"
        if posting.balance_after != posting.before + posting.amount:
            yield f"{where}：余额与逐笔相加不一致。"
        if posting.account.guarded and posting.balance_after < 0:
            yield f"{where}：余额 {format_yuan(to_yuan(posting.balance_after))} 元，不得透支的账户低于零。"
    yield from _reversal_problems()


def _reversal_problems() -> Iterator[str]:
    sums: dict[object, dict[int, int]] = defaultdict(dict)
    pairs = list(Entry.objects.filter(reverses__isnull=False).values_list("pk", "reverses_id"))
    for entry_id, account_id, amount in Posting.objects.filter(
        entry_id__in=[pk for pair in pairs for pk in pair]
    ).values_list("entry_id", "account_id", "amount"):
        sums[entry_id][account_id] = amount
    for pk, reversed_pk in pairs:
        if sums[pk] != {account: -amount for account, amount in sums[reversed_pk].items()}:
            yield f"冲正分录 {pk} 与被冲正的分录不对应。"
