"""No award is paid above its sum, nor twice, whoever asks the database."""

from django.db import migrations

from portal.core.triggers import CheckInsert

# Rounded: SQLite adds as floating point numbers. As the number must be the next, two rows at once are one too many.
_REFUSED = """(SELECT ROUND(COALESCE(SUM(CASE WHEN kind = 'paid' THEN amount ELSE -amount END), 0)
        + CASE WHEN NEW.kind = 'paid' THEN NEW.amount ELSE -NEW.amount END, 2)
    NOT BETWEEN 0 AND (SELECT total FROM funding_award WHERE id = NEW.award_id)
    OR NEW.sequence <> COUNT(*) + 1
    FROM funding_payment WHERE award_id = NEW.award_id)"""


class Migration(migrations.Migration):
    dependencies = [("funding", "0003_exact_shares")]

    operations = [
        CheckInsert(
            "payment",
            name="funding_payment_within_award",
            refused=_REFUSED,
            says="payments of an award are between nothing and its sum, in order",
        ),
    ]
