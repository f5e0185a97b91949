"""Sessions in the database, as the framework keeps them; every request reads one, so it is read without the ORM."""

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

from portal.core.statements import prepared_cursor


class SessionStore(db.SessionStore):
    """The session of a visitor."""

    def load(self) -> dict[str, Any]:
        """What the session holds; a key that is unknown or past its day becomes none. One query."""
        table = self.model._meta.db_table
        with prepared_cursor() as cursor:
            cursor.execute(
                f'SELECT session_data FROM "{table}" WHERE session_key = %s AND expire_date > %s',  # noqa: S608 - the name of a table
                [self.session_key, connection.ops.adapt_datetimefield_value(timezone.now())],
            )
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        return self.decode(found[0])
