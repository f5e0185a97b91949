"""A posting is found by its account and entry alone; what guards it reads the account's last posting once."""

import django.db.models.deletion
from django.db import migrations, models

from portal.core.triggers import CheckInsert, ProtectRows
from review.treasury.triggers import GuardBooks

_CLOSED = """EXISTS (SELECT 1 FROM treasury_monthclose c, treasury_account a, treasury_budgetline l, treasury_entry e
    WHERE a.id = NEW.account_id AND l.id = a.line_id AND e.id = NEW.entry_id
    AND c.region_id = l.region_id AND c.state <> 'opened' AND e.at >= c.starts_at AND e.at < c.ends_at)"""


def _found_elsewhere(to: str) -> models.Field:
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="postings", to=to
    )


class Migration(migrations.Migration):
    dependencies = [("treasury", "0009_closed_months")]

    operations = [
        migrations.AlterField("posting", "entry", _found_elsewhere("treasury.entry")),
        migrations.AlterField("posting", "account", _found_elsewhere("treasury.account")),
        ProtectRows("posting"),
        GuardBooks(),
        CheckInsert(
            "posting",
            name="treasury_posting_in_open_month",
            refused=_CLOSED,
            says="the month of the entry is closed",
        ),
    ]
