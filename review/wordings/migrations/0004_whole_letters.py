"""Offices word whole letters: the parts that they have in force become a template each, and what waits is asked anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations, models
from django.utils import timezone

from portal.audit.operations import RecordContents
from review.wordings.language import standard

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def carry_over(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    """Put the parts in force into the standard letter of their office and kind, as its first version."""
    model = apps.get_model("wordings", "Wording")
    model.objects.filter(state="proposed").update(
        state="refused", decided_at=timezone.now(), reason="通知书改为按全文拟定，请在全文中重新提出。"
    )
    released = model.objects.filter(state="released")
    for region, kind in sorted(set(released.values_list("region_id", "kind"))):
        parts = {row.part: row for row in released.filter(region_id=region, kind=kind).order_by("version")}
        said = {part: row.text.strip() for part, row in parts.items() if row.text.strip()}
        if not said:
            continue
        letter = standard(kind)
        for part in ("remedies", "contact"):
            letter = letter.replace(f"{{{{ {part} }}}}", said.get(part, f"{{{{ {part} }}}}"))
        text = "\n".join(filter(None, (said.get("opening"), letter, said.get("closing"))))
        last = max(parts.values(), key=lambda row: row.decided_at)
        model.objects.create(
            region_id=region,
            kind=kind,
            text=text,
            version=1,
            state="released",
            proposed_by_id=last.proposed_by_id,
            proposed_at=last.proposed_at,
            decided_by_id=last.decided_by_id,
            decided_at=last.decided_at,
        )


class Migration(migrations.Migration):
    dependencies = [("wordings", "0003_abandoned"), ("audit", "0004_contents")]

    operations = [
        migrations.AlterModelOptions(
            name="wording",
            options={
                "ordering": ["-pk"],
                "verbose_name": "通知书模板",
                "verbose_name_plural": "通知书模板",
            },
        ),
        migrations.AlterField(
            model_name="wording",
            name="part",
            field=models.CharField(
                blank=True,
                choices=[("opening", "开头"), ("remedies", "救济途径"), ("contact", "联系方式"), ("closing", "结尾")],
                max_length=10,
                verbose_name="部分",
            ),
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        RecordContents("wording"),
    ]
