"""Numbers in records are shown by their end, and kept in full encrypted. The chain's hashes stay as they are."""

from django.db import migrations

from portal.audit.sealing import seal, sealed_names
from portal.core.encrypted_fields import EncryptedField
from portal.core.triggers import ProtectRows, ReleaseRows, rotated

_SLICE = 500


def seal_standing(apps, _schema_editor):
    """Take the numbers out of the records that stand; `compute_hash` puts them in again for these."""
    records = apps.get_model("audit", "AuditRecord").objects.order_by("sequence")
    last = 0
    while page := list(records.filter(sequence__gt=last)[:_SLICE]):
        changed = []
        for record in page:
            try:
                names = sealed_names(apps.get_model(record.target_type))
            except (LookupError, ValueError):
                names = sealed_names(None)
            record.before, record.after, record.sealed = seal(record.before, record.after, names=names, salted=False)
            if record.sealed:
                changed.append(record)
        records.bulk_update(changed, ["before", "after", "sealed"])
        last = page[-1].sequence


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_encrypted_numbers"), ("audit", "0005_roots")]

    operations = [
        ReleaseRows("auditrecord"),
        migrations.AddField(
            "auditrecord",
            "sealed",
            EncryptedField(default="", help_text="变更前后中只显示末四位的号码", verbose_name="加密的号码"),
        ),
        migrations.RunPython(seal_standing, migrations.RunPython.noop),
        ProtectRows("auditrecord", writable=["sealed"], allowed=rotated("sealed")),
    ]
