"""Rows of answers are only ever added to, and what is on its way of a part never passes it."""

from django.db import migrations

from portal.core.triggers import CheckInsert, ProtectRows

_ABOVE_PART = """(SELECT COALESCE(SUM(fen), 0) + NEW.fen > (SELECT fen FROM funding_awardpart WHERE id = NEW.part_id)
    FROM payments_disbursement
    WHERE part_id = NEW.part_id AND state NOT IN ('failed', 'returned', 'reversed'))"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [
        ProtectRows("bankrow"),
        CheckInsert(
            "disbursement",
            name="payments_disbursement_within_part",
            refused=_ABOVE_PART,
            says="disbursements of a part are never above its sum",
        ),
    ]
