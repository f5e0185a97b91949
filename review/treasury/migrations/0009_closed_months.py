"""No posting is dated in a month that its payer has closed, and a close is never undone but by two people."""

from django.db import migrations

from portal.core.triggers import CheckInsert, ProtectRows

_CLOSED = """EXISTS (SELECT 1 FROM treasury_monthclose c, treasury_account a, treasury_budgetline l, treasury_entry e
    WHERE a.id = NEW.account_id AND l.id = a.line_id AND e.id = NEW.entry_id
    AND c.region_id = l.region_id AND c.state <> 'opened' AND e.at >= c.starts_at AND e.at < c.ends_at)"""
_STEPS = """(OLD.state = 'closed' AND NEW.state = 'asked') OR (OLD.state = 'asked' AND NEW.state IN ('closed', 'opened'))"""


class Migration(migrations.Migration):
    dependencies = [("treasury", "0008_month_close")]

    operations = [
        ProtectRows(
            "monthclose",
            writable=["state", "reason", "asked_by", "asked_at", "opened_by", "opened_at"],
            allowed=_STEPS,
        ),
        CheckInsert(
            "posting",
            name="treasury_posting_in_open_month",
            refused=_CLOSED,
            says="the month of the entry is closed",
        ),
    ]
