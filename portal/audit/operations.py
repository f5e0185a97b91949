"""The migration operation that puts rows on record which were written before the chain held their table."""

from typing import Any

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

from portal.audit.contents import CONTENTS, hash_of
from portal.audit.services import append_records
from portal.core.triggers import RowOperation

_ROWS_PER_RECORD = 500


class RecordContents(RowOperation):
    """Append the hashes of the tables' present rows to the chain; its migration depends on audit 0004.

    A migration that changes values of rows that stand repeats it, as their last record no longer fits them.
    """

    reduces_to_sql = False

    def __init__(self, *model_names: str) -> None:
        self.model_names = model_names

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, list(self.model_names), {}

    def describe(self) -> str:
        return f"Hold the content of {', '.join(self.model_names)} in the audit chain"

    def apply(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, apps: Apps) -> None:
        record_model = apps.get_model("audit", "AuditRecord")
        for name in self.model_names:
            model = apps.get_model(app_label, name)
            table = model._meta.label_lower
            rows = model._base_manager.using(schema_editor.connection.alias).order_by("pk")
            if (content := CONTENTS.get(table)) is not None:
                rows = rows.select_related(*content.related) if content.related else rows
            last: Any = None
            while some := list((rows if last is None else rows.filter(pk__gt=last))[:_ROWS_PER_RECORD]):
                last = some[-1].pk
                entry = record_model(
                    at=timezone.now(),
                    actor_name="系统",
                    action="audit.contents",
                    target_type=table,
                    target_id=str(some[0].pk)[:60],
                    target_label=f"{model._meta.verbose_name} {some[0].pk} 等 {len(some)} 条",
                    contents={table: {str(row.pk): hash_of(row) for row in some}},
                )
                append_records([entry], apps=apps)
