"""Book what was decided, approved, paid and returned before there were books."""

from __future__ import annotations

import uuid
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import migrations
from django.utils import timezone

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

NAMESPACE = uuid.UUID("0d7c2c0e-6f43-5d1c-8b7e-2f1f6d1f3a55")
HOLDING = ("awaiting_publicity", "publicity", "objection", "approved", "paid")
APPROVED = ("approved", "paid")
KINDS = ("source", "available", "committed", "payable", "in_transit", "paid", "recoverable", "due")
OPEN_ENDED = ("source", "available", "recoverable")
MOVES = {
    "reserve": ("available", "committed"),
    "commit": ("committed", "payable"),
    "send": ("payable", "in_transit"),
    "settle": ("in_transit", "paid"),
    "return": ("paid", "payable"),
}
NOTE = "账簿启用前的业务，按原记录转入"


def book_what_stands(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    """One entry for each decision, approval, payment and return, in the order of the claims."""
    claims = apps.get_model("applications", "Claim").objects.filter(
        approved_amount__gt=0, status__in=HOLDING
    )
    books = _Books(apps)
    for claim in claims.select_related("item").order_by("pk").iterator():
        _book_claim(apps, books, claim)
    books.write()


def _book_claim(apps: Apps, books: _Books, claim: Any) -> None:
    final = (
        apps.get_model("review", "Decision")
        .objects.filter(claim=claim, stage="final", conclusion="support")
        .select_related("assessment__version")
        .order_by("-pk")
        .first()
    )
    award = apps.get_model("funding", "Award").objects.filter(claim=claim).first()
    decided_at = final.at if final else (award.made_at if award else claim.submitted_at or timezone.now())
    year = timezone.localtime(decided_at).year
    parts = {books.line(region, year): fen for region, fen in _parts(claim, award, final).items() if fen}
    books.move(claim, "reserve", decided_at, parts)
    if claim.status not in APPROVED:
        return
    books.move(claim, "commit", award.made_at if award else decided_at, parts)
    for payment in award.payments.order_by("sequence") if award else ():
        if payment.kind == "paid":
            books.move(claim, "send", payment.at, parts, deed=payment.pk)
            books.move(claim, "settle", payment.at, parts, deed=payment.pk)
        else:
            books.move(claim, "return", payment.at, parts, deed=payment.pk)


def _parts(claim: Any, award: Any, final: Any) -> dict[str, int]:
    """Fen by the payer's region: the award's shares, or those of the final decision's answer, or one payer's all."""
    city = district = None
    if award is not None:
        city, district = award.city_share, award.district_share
    elif final is not None and final.assessment is not None and final.assessment.amount == claim.approved_amount:
        city, district = final.assessment.answer.get("city"), final.assessment.answer.get("district")
    if city is not None and district is not None:
        parts: dict[str, int] = defaultdict(int)
        parts[claim.city_id] += _fen(city)
        parts[claim.region_id] += _fen(district)
        return parts
    version = final.assessment.version if final is not None and final.assessment is not None else None
    by_district = claim.route == "district" or (version is not None and version.content.get("payer") == "district")
    return {claim.region_id if by_district else claim.city_id: _fen(claim.approved_amount)}


def _fen(yuan: Any) -> int:
    return int(Decimal(str(yuan)).scaleb(2).to_integral_exact())


class _Books:
    """Entries and postings gathered, with the balance of every account so far."""

    def __init__(self, apps: Apps) -> None:
        self.apps = apps
        self.accounts: dict[tuple[int, str], int] = {}
        self.lines: dict[tuple[str, int], int] = {}
        self.last: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
        self.entries: list[Any] = []
        self.postings: list[Any] = []

    def line(self, region: str, year: int) -> int:
        """The key of the payer's line of sums without a budget, made where missing."""
        if (region, year) not in self.lines:
            is_city = region.endswith("00")
            line = self.apps.get_model("treasury", "BudgetLine").objects.create(
                region_id=region,
                year=year,
                name="未下达指标",
                source="city" if is_city else "district",
                is_controlled=False,
            )
            account = self.apps.get_model("treasury", "Account")
            for kind in KINDS:
                made = account.objects.create(line=line, kind=kind, guarded=kind not in OPEN_ENDED)
                self.accounts[line.pk, kind] = made.pk
            self.lines[region, year] = line.pk
        return self.lines[region, year]

    def move(self, claim: Any, kind: str, at: Any, parts: dict[int, int], *, deed: object = "") -> None:
        """Gather the entry that moves the parts from accounts of one kind to those of another."""
        source, target = MOVES[kind]
        entry = self.apps.get_model("treasury", "Entry")(
            id=uuid.uuid5(NAMESPACE, f"{kind}:{claim.pk}:{deed}"), kind=kind, claim_id=claim.pk, at=at, note=NOTE
        )
        self.entries.append(entry)
        for line, fen in parts.items():
            for name, amount in ((source, -fen), (target, fen)):
                account = self.accounts[line, name]
                sequence, balance = self.last[account]
                self.last[account] = (sequence + 1, balance + amount)
                self.postings.append(
                    self.apps.get_model("treasury", "Posting")(
                        entry_id=entry.pk,
                        account_id=account,
                        sequence=sequence + 1,
                        amount=amount,
                        balance_after=balance + amount,
                    )
                )

    def write(self) -> None:
        """Store all that was gathered."""
        self.apps.get_model("treasury", "Entry").objects.bulk_create(self.entries, batch_size=1000)
        self.apps.get_model("treasury", "Posting").objects.bulk_create(self.postings, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [
        ("treasury", "0002_guarded"),
        ("applications", "0004_decided"),
        ("funding", "0003_exact_shares"),
        ("review", "0003_decided"),
    ]

    operations = [migrations.RunPython(book_what_stands, migrations.RunPython.noop)]
