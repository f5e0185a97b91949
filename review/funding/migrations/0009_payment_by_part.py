"""Payments name the part that they pay, and never pass it."""

import django.db.models.deletion
from django.db import migrations, models

from portal.core.triggers import CheckInsert, ProtectRows, rotated

# Rounded: SQLite adds as floating point numbers.
_ABOVE_PART = """(SELECT ROUND(100 * (COALESCE(SUM(CASE WHEN kind = 'paid' THEN amount ELSE -amount END), 0)
        + CASE WHEN NEW.kind = 'paid' THEN NEW.amount ELSE -NEW.amount END))
    > (SELECT fen FROM funding_awardpart WHERE id = NEW.part_id)
    FROM funding_payment WHERE part_id = NEW.part_id)"""


class Migration(migrations.Migration):
    dependencies = [("funding", "0008_encrypted_accounts")]

    operations = [
        migrations.AddField(
            "payment",
            "part",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="funding.awardpart",
            ),
        ),
        migrations.AlterField(
            "payment",
            "kind",
            models.CharField(
                choices=[("paid", "拨付"), ("returned", "退票"), ("reversed", "冲正")],
                max_length=10,
                verbose_name="种类",
            ),
        ),
        migrations.AlterField(
            "payment",
            "reason",
            models.CharField(blank=True, max_length=200, verbose_name="退票或冲正原因"),
        ),
        ProtectRows("payment", writable=["account"], allowed=rotated("account")),
        CheckInsert(
            "payment",
            name="funding_payment_within_part",
            refused=_ABOVE_PART,
            says="payments of a part are never above its sum",
        ),
    ]
