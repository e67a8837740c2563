"""Tables that may only be added to, held by triggers and, on PostgreSQL, by what the application's role may do.

A migration protects a table once, with `protect`. The triggers stop everybody, also the owner of the tables, who would
have to take them away first. The application is another role than the owner: `grant` gives it no more than it needs,
and reads from the triggers which tables it may only read and add to, so that the two cannot drift apart.

SQLite has no roles: there the triggers, and the checkpoints that have left the house, are all there is.
"""

from collections.abc import Sequence

from django.apps.registry import Apps
from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython

from sigill.errors import N_, BadInput

_ACTS = ("UPDATE", "DELETE")


def protect(*tables: str) -> RunPython:
    """A step of a migration that forbids changing and deleting rows of `tables`.

    The function that the triggers call on PostgreSQL is made by the first migration.
    """

    def forbid(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        del apps
        for table in tables:
            for act in _ACTS:
                name = f"{table}_no_{act.lower()}"
                if editor.connection.vendor == "postgresql":
                    editor.execute(
                        f"CREATE TRIGGER {name} BEFORE {act} ON {table} "
                        "FOR EACH ROW EXECUTE FUNCTION sigill_append_only()"
                    )
                else:
                    editor.execute(
                        f"CREATE TRIGGER {name} BEFORE {act} ON {table} "
                        "BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
                    )
            if editor.connection.vendor == "postgresql":
                editor.execute(
                    f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                    "FOR EACH STATEMENT EXECUTE FUNCTION sigill_append_only()"
                )

    def release(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        del apps
        for table in tables:
            for act in ("update", "delete", "truncate"):
                on = f" ON {table}" if editor.connection.vendor == "postgresql" else ""
                editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{act}{on}")

    return RunPython(forbid, release)


def grant(role: str) -> list[str]:
    """Let `role` use the tables of the connected owner, and only add to and read those that are protected.

    Nothing is left from an earlier grant. Does nothing but that: the role, with its password, is the administrator's.

    Returns:
        the tables that `role` may only add to and read.
    Raises:
        BadInput: this is no PostgreSQL, there is no such role, or it could do as the owner does.
    """
    if connection.vendor != "postgresql":
        raise BadInput(N_("SQLite has no roles."), N_("Unset SIGILL_DB_ROLE, or use PostgreSQL."))
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolcreaterole OR rolreplication OR rolbypassrls OR pg_has_role(rolname, current_user, "
            "'MEMBER') FROM pg_roles WHERE rolname = %s",
            [role],
        )
        found = cursor.fetchone()
        if found is None:
            raise BadInput(
                N_("The database has no role of that name."), N_("Let its administrator make it."), place=role
            )
        if found[0]:
            raise BadInput(
                N_("This role could change the log: it is, or may become, the owner or an administrator."),
                N_("Name a role of its own for the application, without such rights."),
                place=role,
            )
        cursor.execute("SELECT current_schema(), current_database()")
        schema, database = map(quoted, cursor.fetchone())
        # A table of the session's own by the same name would be read instead of the real one.
        cursor.execute(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC")
        cursor.execute(f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC")
        cursor.execute(f"REVOKE ALL ON SCHEMA {schema} FROM {quoted(role)}")
        cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {quoted(role)}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {quoted(role)}")
        cursor.execute(
            "SELECT c.relname, "
            "coalesce(array_agg(t.tgname) FILTER (WHERE t.tgname IS NOT NULL), '{}') "
            "FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal "
            "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') "
            "AND pg_has_role(current_user, c.relowner, 'USAGE') GROUP BY c.relname ORDER BY c.relname"
        )
        kept = []
        for table, triggers in cursor.fetchall():
            rights = _rights(table, triggers)
            cursor.execute(f"REVOKE ALL ON {quoted(table)} FROM PUBLIC, {quoted(role)}")
            cursor.execute(f"GRANT {', '.join(rights)} ON {quoted(table)} TO {quoted(role)}")
            kept += [table] if rights == ["SELECT", "INSERT"] else []
    return kept


def _rights(table: str, triggers: Sequence[str]) -> list[str]:
    if table == "django_migrations":
        return ["SELECT"]
    return ["SELECT", "INSERT", *(act for act in _ACTS if f"{table}_no_{act.lower()}" not in triggers)]


def may_migrate() -> bool:
    """Whether the connected role may make tables."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_schema_privilege(current_user, current_schema(), 'CREATE')")
        return bool(cursor.fetchone()[0])
