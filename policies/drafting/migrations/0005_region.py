"""A draft belongs to an area: that of the document it changes, or the one that its own head names."""

from django.db import migrations, models

from portal.core.triggers import ProtectRows, ReleaseRows


def fill_regions(apps, _schema_editor):
    drafts = apps.get_model("drafting", "PolicyDraft").objects.select_related("base__document")
    for draft in drafts:
        head = draft.sections[0].get("document") if draft.sections else None
        named = head.get("region_code") if isinstance(head, dict) else ""
        code = draft.base.document.region_id if draft.base else named
        draft.region_code = code if isinstance(code, str) and len(code) == 6 else ""
        draft.save(update_fields=["region_code"])


class Migration(migrations.Migration):
    dependencies = [("drafting", "0004_returned_has_reason"), ("policies", "0002_append_only")]

    operations = [
        migrations.AddField(
            model_name="policydraft",
            name="region_code",
            field=models.CharField(
                blank=True,
                default="",
                help_text="由该地区的政策管理人员拟订和发布",
                max_length=6,
                verbose_name="所属地区",
            ),
            preserve_default=False,
        ),
        ReleaseRows("policydraft"),
        migrations.RunPython(fill_regions, migrations.RunPython.noop),
        ProtectRows(
            "policydraft",
            writable=[
                "title",
                "note",
                "sections",
                "revision",
                "state",
                "saved_at",
                "proposed_by",
                "proposed_at",
                "decided_by",
                "decided_at",
                "reason",
                "published",
            ],
            allowed="OLD.state NOT IN ('published', 'withdrawn')",
        ),
    ]
