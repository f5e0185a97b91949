"""A disbursement is held against its part only where it asks for more of it than before."""

from django.db import migrations

from portal.core.triggers import CheckUpdate

_ENDED = "('failed', 'returned', 'reversed', 'cancelled')"
_RAISED = f"""(NEW.fen > OLD.fen OR NEW.part_id <> OLD.part_id OR OLD.state IN {_ENDED})
    AND NEW.state NOT IN {_ENDED}"""
_ABOVE = f"""(SELECT COALESCE(SUM(fen), 0) + NEW.fen > (SELECT fen FROM funding_awardpart WHERE id = NEW.part_id)
    FROM payments_disbursement
    WHERE part_id = NEW.part_id AND id <> NEW.id AND state NOT IN {_ENDED})"""  # noqa: S608 - our own words


class Migration(migrations.Migration):
    dependencies = [("payments", "0007_due_on")]

    operations = [
        CheckUpdate(
            "disbursement",
            name="payments_disbursement_stays_within_part",
            only=_RAISED,
            refused=_ABOVE,
            says="disbursements of a part are never above its sum",
        ),
    ]
