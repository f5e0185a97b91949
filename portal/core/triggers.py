"""Rows that never change: triggers for PostgreSQL and SQLite, set up by a migration operation.

A migration protects a table by `ProtectRows("modelname")`: from then on the database itself refuses UPDATE, DELETE
and, on PostgreSQL, TRUNCATE, whoever asks. There is no switch inside the portal. (The tests' own flush goes past the
triggers by means that only a database superuser, or whoever holds the SQLite file, has: tests/append_only.py.)

SQLite drops a table's triggers whenever a later migration rebuilds the table. Such a migration repeats the operation;
`missing_protections`, which a test and `manage.py verify_audit` ask, says where one forgot.
"""

import re
from collections.abc import Sequence
from typing import Any

from django.apps.registry import Apps
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Model

REFUSAL = "append-only"
_REFUSE_CHANGE = f"""
BEGIN
    RAISE EXCEPTION '{REFUSAL}: rows of % stay as they were written', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END
"""

# A session keeps the plan of a guard's query. One made while the table is almost empty reads all of it for every row,
# also once there are tens of thousands.
_BY_INDEX = "SET enable_seqscan TO off"


def rotated(*columns: str) -> str:
    """The SQL condition under which an UPDATE only encrypts columns under another key, for `ProtectRows.allowed`.

    That the text beneath is the same no database can see; the audit chain, which holds the text's hash, can.
    """
    return " AND ".join(
        f"""(OLD."{column}" = NEW."{column}" OR (OLD."{column}" LIKE 'enc:%' AND NEW."{column}" LIKE 'enc:%'"""
        f""" AND substr(OLD."{column}", 1, 12) <> substr(NEW."{column}", 1, 12)))"""
        for column in columns
    )


class RowOperation(Operation):
    """An operation on what tables hold or how it is guarded; their columns stay as they are."""

    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """No column changes."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self.apply(app_label, schema_editor, to_state.apps)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self.undo(app_label, schema_editor, from_state.apps)

    def apply(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, apps: Apps) -> None:
        """Do it to the tables of the app; `apps` has the models at this place of the history."""
        raise NotImplementedError

    def undo(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, apps: Apps) -> None:
        """Take it back; nothing, unless the operation says how."""


class TriggerOperation(RowOperation):
    """An operation that makes triggers on a model's table: `triggers` has them, `functions` what they call.

    Each statement names its table as `ON "table"`. `name` tells several such operations on one model apart.
    """

    model_name: str
    name = ""

    def apply(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, apps: Apps) -> None:
        model = apps.get_model(app_label, self.model_name)
        vendor = schema_editor.connection.vendor
        if vendor == "postgresql":
            for name, body in self.functions(model).items():
                how = f"LANGUAGE plpgsql {_BY_INDEX if 'SELECT' in body else ''}"
                schema_editor.execute(
                    f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger {how} AS $${body}$$", params=None
                )
        for name, statement in self.triggers(model, vendor=vendor).items():
            schema_editor.execute(_drop(name, statement, vendor=vendor), params=None)
            schema_editor.execute(statement, params=None)

    def undo(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, apps: Apps) -> None:
        model = apps.get_model(app_label, self.model_name)
        vendor = schema_editor.connection.vendor
        for name, statement in self.triggers(model, vendor=vendor).items():
            schema_editor.execute(_drop(name, statement, vendor=vendor), params=None)

    def triggers(self, model: type[Model], *, vendor: str) -> dict[str, str]:
        """The statements that make the triggers, by the triggers' names."""
        raise NotImplementedError

    def functions(self, model: type[Model]) -> dict[str, str]:
        """On PostgreSQL, the bodies of the functions that the triggers call, by name."""
        raise NotImplementedError


class ProtectRows(TriggerOperation):
    """Let the rows of a table be written once and never changed or deleted.

    `writable` names the columns that may change nevertheless, in an UPDATE for which the SQL condition `allowed`
    (over OLD and NEW, in words that both databases know) is true and which leaves all others alone. `deletable` is the
    SQL condition over OLD under which a row may be deleted after all, such as the end of its retention.
    A refused statement raises django.db.IntegrityError.
    """

    def __init__(
        self, model_name: str, *, writable: Sequence[str] = (), allowed: str = "", deletable: str = ""
    ) -> None:
        if bool(writable) != bool(allowed):
            raise ValueError("writable and allowed belong together: which columns may change, and when")
        self.model_name = model_name
        self.writable = tuple(writable)
        self.allowed = allowed
        self.deletable = deletable

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        kwargs: dict[str, Any] = {"writable": self.writable, "allowed": self.allowed} if self.allowed else {}
        if self.deletable:
            kwargs["deletable"] = self.deletable
        return self.__class__.__qualname__, [self.model_name], kwargs

    def describe(self) -> str:
        return f"Protect the rows of {self.model_name}"

    def functions(self, model: type[Model]) -> dict[str, str]:
        return {"portal_refuse_change": _REFUSE_CHANGE}

    def triggers(self, model: type[Model], *, vendor: str) -> dict[str, str]:
        table = model._meta.db_table
        made = {}
        for event in ("UPDATE", "DELETE", "TRUNCATE") if vendor == "postgresql" else ("UPDATE", "DELETE"):
            name = f"{table}_no_{event.lower()}"
            when = ""
            if event == "UPDATE" and self.allowed:
                when = self._refused_when(model, vendor=vendor)
            elif event == "DELETE" and self.deletable:
                when = f" WHEN (({self.deletable}) IS NOT TRUE)"
            if vendor == "postgresql":
                each = "STATEMENT" if event == "TRUNCATE" else "ROW"
                action = "EXECUTE FUNCTION portal_refuse_change()"
            else:
                each = "ROW"
                action = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}: rows of {table} stay as they were written'); END"
            made[name] = f'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" FOR EACH {each}{when} {action}'
        return made

    def _refused_when(self, model: type[Model], *, vendor: str) -> str:
        # Sorted: a model's history and the model itself need not agree on the order.
        columns = sorted(str(field.column) for field in model._meta.concrete_fields)
        writable = [str(field.column) for field in model._meta.concrete_fields if field.name in self.writable]
        if vendor == "postgresql":
            # Columns added by later migrations are protected from the first.
            names = ", ".join(f"'{column}'" for column in writable)
            changed = f"to_jsonb(OLD) - ARRAY[{names}] IS DISTINCT FROM to_jsonb(NEW) - ARRAY[{names}]"
        else:
            fixed = [column for column in columns if column not in writable]
            changed = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in fixed)
        return f" WHEN ((({self.allowed}) IS NOT TRUE) OR {changed})"


class ReleaseRows(RowOperation):
    """Take the protection off a table, for a migration that fills a new column and then repeats `ProtectRows`."""

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [self.model_name], {}

    def describe(self) -> str:
        return f"Release the rows of {self.model_name}"

    def apply(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, apps: Apps) -> None:
        ProtectRows(self.model_name).undo(app_label, schema_editor, apps)


# Functions that triggers call and that read rows.
_READING_GUARDS = """
    SELECT DISTINCT tgfoid::regproc::text FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid
    WHERE NOT tgisinternal AND prosrc LIKE '%SELECT%' AND pg_function_is_visible(p.oid)
"""


class ReadByIndex(RowOperation):
    """Have every guard of an older database read other rows by an index, as those made since do."""

    def describe(self) -> str:
        return "Read rows by an index in guards"

    def apply(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, apps: Apps) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(_READING_GUARDS)
            for (name,) in cursor.fetchall():
                schema_editor.execute(f"ALTER FUNCTION {name}() {_BY_INDEX}", params=None)


class CheckInsert(TriggerOperation):
    """Refuse a new row for which the SQL condition `refused` over NEW is true; `says` is the refusal's text, ASCII.

    The condition may read other rows, in words that both databases know. A refused row raises IntegrityError. `only`
    is a condition over the row alone without which nothing is read: most rows then cost nothing. With
    `at_commit` PostgreSQL asks when the transaction ends; SQLite knows no check then, and has none.
    """

    event = "INSERT"

    def __init__(
        self, model_name: str, *, name: str, refused: str, says: str, only: str = "", at_commit: bool = False
    ) -> None:
        self.model_name, self.name, self.refused, self.says = model_name, name, refused, says
        self.only, self.at_commit = only, at_commit

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        kwargs: dict[str, Any] = {"name": self.name, "refused": self.refused, "says": self.says}
        kwargs |= {"only": self.only} if self.only else {}
        if self.at_commit:
            kwargs["at_commit"] = True
        return self.__class__.__qualname__, [self.model_name], kwargs

    def describe(self) -> str:
        return f"Refuse rows of {self.model_name}: {self.says}"

    def functions(self, model: type[Model]) -> dict[str, str]:
        raised = f"RAISE EXCEPTION '{self.says}' USING ERRCODE = 'integrity_constraint_violation'"
        return {
            self.name: f"\nBEGIN\n    IF {self.refused} THEN\n        {raised};\n    END IF;\n    RETURN NEW;\nEND\n"
        }

    def triggers(self, model: type[Model], *, vendor: str) -> dict[str, str]:
        table, kind, when = f'"{model._meta.db_table}"', "TRIGGER", f"BEFORE {self.event}"
        if vendor == "postgresql":
            action = f"EXECUTE FUNCTION {self.name}()"
        elif self.at_commit:
            return {}
        else:
            action = f"BEGIN SELECT RAISE(ABORT, '{self.says}') WHERE {self.refused}; END"
        if self.at_commit:
            kind, when, table = "CONSTRAINT TRIGGER", f"AFTER {self.event}", f"{table} DEFERRABLE INITIALLY DEFERRED"
        only = f" WHEN ({self.only})" if self.only else ""
        return {self.name: f'CREATE {kind} "{self.name}" {when} ON {table} FOR EACH ROW{only} {action}'}


class CheckUpdate(CheckInsert):
    """Refuse a change for which the SQL condition `refused` over OLD and NEW is true."""

    event = "UPDATE"


def _drop(name: str, statement: str, *, vendor: str) -> str:
    return f'DROP TRIGGER IF EXISTS "{name}"' + (f' ON "{_table_of(statement)}"' if vendor == "postgresql" else "")


def _table_of(statement: str) -> str:
    """The table that a CREATE TRIGGER statement of ours names."""
    return statement.partition(' ON "')[2].partition('"')[0]


def declared_triggers() -> dict[tuple[str, str, str], TriggerOperation]:
    """What the migrations make: (app label, model name, which triggers) → the last operation that says so."""
    loader = MigrationLoader(None)
    declared: dict[tuple[str, str, str], TriggerOperation] = {}
    for node in _in_order(loader):
        for operation in loader.graph.nodes[node].operations:
            if isinstance(operation, TriggerOperation):
                declared[node[0], operation.model_name.lower(), operation.name] = operation
    return declared


def _in_order(loader: MigrationLoader) -> list[tuple[str, str]]:
    ordered: dict[tuple[str, str], None] = {}
    for leaf in loader.graph.leaf_nodes():
        ordered.update(dict.fromkeys(loader.graph.forwards_plan(leaf)))
    return list(ordered)


def missing_protections(apps: Apps, *, using: str = "default") -> list[str]:
    """Names of declared triggers that the database lacks, has switched off or has altered, and of undeclared ones.

    Compared are, on PostgreSQL, the whole definition with its table and condition, and the source of the function that
    a trigger calls; on SQLite the trigger's text, which lists the columns: one added later must be among them.
    """
    connection = connections[using]
    declared: dict[str, str] = {}
    functions: dict[str, str] = {}
    for (app_label, model_name, _), operation in sorted(declared_triggers().items()):
        model = apps.get_model(app_label, model_name)
        declared |= operation.triggers(model, vendor=connection.vendor)
        functions |= operation.functions(model)
    if connection.vendor == "postgresql":
        expected, present = _expected_definitions(connection, declared, functions), _present_definitions(connection)
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            expected, present = {name: {(sql, "")} for name, sql in declared.items()}, {}
            for name, sql in cursor.fetchall():
                present[name] = {(sql, "")}
    names = [*expected, *sorted(present.keys() - expected)]
    # One trigger has the name, and it is one of those that the declaration may read as.
    return [
        name for name in names if len(found := present.get(name, set())) != 1 or not found <= expected.get(name, set())
    ]


# What a trigger's name stands for: each definition that has it, with the source of the function.
_Definitions = dict[str, set[tuple[str, str]]]
_DEFINITIONS = """
    SELECT tgname, pg_get_triggerdef(t.oid), prosrc, relname FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND pg_table_is_visible(c.oid)
"""


def _present_definitions(connection: BaseDatabaseWrapper) -> _Definitions:
    """The triggers in force."""
    found: _Definitions = {}
    with connection.cursor() as cursor:
        cursor.execute(_DEFINITIONS)
        for name, definition, source, table in cursor.fetchall():
            found.setdefault(name, set()).add((_on(definition, table), source))
    return found


def _expected_definitions(
    connection: BaseDatabaseWrapper, declared: dict[str, str], functions: dict[str, str]
) -> _Definitions:
    """The declared triggers in the words of this PostgreSQL: it is given them on empty copies of their tables."""
    tables = {name: _table_of(statement) for name, statement in declared.items()}
    expected: _Definitions = {}
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT proname FROM pg_proc WHERE pg_function_is_visible(oid)")
        known = {row[0] for row in cursor.fetchall()}
        for table in sorted(set(tables.values())):
            cursor.execute(f'CREATE TEMPORARY TABLE "{_copy_of(table)}" (LIKE "{table}")')
        for name, statement in declared.items():
            function = _function_of(statement)
            expected[name] = set()
            copy = f'pg_temp."{_copy_of(tables[name])}"'
            made = statement.replace(f' ON "{tables[name]}"', f" ON {copy}", 1)
            # As made, and as made again of its own words: a restored dump has casts that the first had not.
            for _ in range(2 if function in known else 0):
                cursor.execute(made)
                cursor.execute(
                    "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = %s AND tgrelid = %s::regclass",
                    [name, copy],
                )
                made = cursor.fetchone()[0]
                expected[name].add((_on(made, tables[name]), functions[function]))
                cursor.execute(f'DROP TRIGGER "{name}" ON {copy}')
        transaction.set_rollback(True, using=connection.alias)
    return expected


def _copy_of(table: str) -> str:
    return f"copy_of_{table}"[:63]


def _function_of(statement: str) -> str:
    return statement.rpartition("EXECUTE FUNCTION ")[2].partition("(")[0]


def _on(definition: str, table: str) -> str:
    """A definition that names its table alone, without the schema, and columns in the order of their names.

    A model and its history need not agree on the order of the columns.
    """
    definition = re.sub(r"ARRAY\[(.*?)\]", lambda found: ", ".join(sorted(found[1].split(", "))), definition)
    return re.sub(r" ON \S+ ", f" ON {table} ", definition, count=1)
