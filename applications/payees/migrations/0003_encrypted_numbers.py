"""Accounts of payees, and the requests to change them, are encrypted; a key may be exchanged, the text may not."""

from django.db import migrations

from portal.accounts.services.encryption import rotate_fields
from portal.core.encrypted_fields import EncryptedField, EncryptedJSONField
from portal.core.triggers import ProtectRows, ReleaseRows, rotated

_SAME = "COALESCE(OLD.{0}, {1}) = COALESCE(NEW.{0}, {1})"
_UNDECIDED = " AND ".join(
    (
        "OLD.state = NEW.state AND OLD.decision_reason = NEW.decision_reason",
        _SAME.format("decided_by_id", "0"),
        _SAME.format("decided_at", "OLD.requested_at"),
        rotated("before", "after"),
    )
)


def encrypt_all(apps, _schema_editor):
    rotate_fields(apps)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_encrypted_numbers"), ("payees", "0002_contents")]

    operations = [
        ReleaseRows("payee"),
        ReleaseRows("payeerequest"),
        migrations.AlterField("payee", "account_number", EncryptedField(longest=40, verbose_name="银行账号")),
        migrations.AlterField("payeerequest", "before", EncryptedJSONField(verbose_name="变更前")),
        migrations.AlterField("payeerequest", "after", EncryptedJSONField(verbose_name="变更后")),
        migrations.RunPython(encrypt_all, migrations.RunPython.noop),
        ProtectRows("payee", writable=["account_number"], allowed=rotated("account_number")),
        ProtectRows(
            "payeerequest",
            writable=["state", "decided_by", "decided_at", "decision_reason", "before", "after"],
            allowed=f"""(OLD.state = 'pending' AND OLD."before" = NEW."before" AND OLD."after" = NEW."after")"""
            f" OR ({_UNDECIDED})",
        ),
    ]
