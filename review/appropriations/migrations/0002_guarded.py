"""What was issued stays as it was, and a computed allocation keeps the inputs that were computed with."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("appropriations", "0001_initial")]

    operations = [
        ProtectRows(
            "allocation",
            writable=(
                *("title", "basis", "pool", "inputs", "reason", "state", "revision"),
                *("computed_by", "checked_by", "computed_at", "checked_at", "issued_at"),
            ),
            allowed="OLD.state <> 'issued' AND (OLD.state = 'draft' OR (OLD.inputs = NEW.inputs AND OLD.pool = NEW.pool))",
        ),
        ProtectRows(
            "appropriation",
            writable=(
                *("title", "number", "state", "reason", "drafted_by", "checked_by", "issued_by", "recalled_by"),
                *("drafted_at", "issued_at", "entry"),
            ),
            allowed=(
                "OLD.state IN ('draft', 'checked') OR (OLD.state = 'issued' AND NEW.state = 'recalled' AND"
                " OLD.title = NEW.title AND OLD.number = NEW.number AND OLD.entry_id = NEW.entry_id AND"
                " OLD.drafted_by_id = NEW.drafted_by_id AND OLD.checked_by_id = NEW.checked_by_id AND"
                " OLD.issued_by_id = NEW.issued_by_id AND OLD.issued_at = NEW.issued_at)"
            ),
        ),
        ProtectRows("receipt"),
    ]
