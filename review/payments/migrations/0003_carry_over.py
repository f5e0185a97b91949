"""What was paid and returned before there were batches becomes disbursements without one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import migrations

from portal.audit.operations import RecordContents

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def carry_over(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    """One disbursement of each part for each payment of its award; after a return the next is due."""
    awards = apps.get_model("funding", "Award").objects.exclude(payments=None).order_by("pk")
    for award in awards.iterator():
        payments = list(award.payments.order_by("sequence"))
        for part in award.parts.order_by("pk"):
            _carry_part(apps, part, payments)


def _carry_part(apps: Apps, part: Any, payments: list[Any]) -> None:
    model, line = apps.get_model("payments", "Disbursement"), None
    for payment in payments:
        if payment.kind == "paid":
            attempt = line.attempt + 1 if line else 1
            line = model(part=part, attempt=attempt, fen=part.fen, state="paid", payee=payment.account)
            line.payment = payment
            line.officer_id = payment.officer_id
        elif line is not None:
            line.state, line.reason = "returned", payment.reason
        if line is not None:
            line.save()
    if line is not None and line.state == "returned":
        model.objects.create(part=part, attempt=line.attempt + 1, fen=part.fen, state="waiting")


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0002_guarded"),
        ("funding", "0009_payment_by_part"),
        ("audit", "0004_contents"),
    ]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop), RecordContents("disbursement")]
