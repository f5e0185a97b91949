"""What apps add: their part of a person's data, what must be settled before an account closes, times of keeping."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model, QuerySet

from portal.accounts.models import Applicant, User
from portal.core.actor import ActorContext
from portal.core.registry import Registry


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A file that belongs to a person's data: its name and SHA-256 in private storage, and its name in the copy."""

    stored: str
    sha256: str
    name: str


@dataclass(frozen=True, slots=True)
class OwnData:
    """A section of a person's data: rows of labelled values, and the files that belong to it."""

    label: str
    rows: Callable[[User], Iterable[Mapping[str, Any]]]
    files: Callable[[User], Iterable[OwnFile]] = lambda _user: ()


def described(row: Model, *names: str) -> dict[str, Any]:
    """Fields of a row by their labels, choices in words."""
    found = {}
    for name in names:
        show = getattr(row, f"get_{name}_display", None)
        found[str(row._meta.get_field(name).verbose_name)] = show() if show else getattr(row, name)  # type: ignore[union-attr]
    return found


def _nothing_open(_user: User) -> list[str]:
    return []


@dataclass(frozen=True, slots=True)
class Closing:
    """What an app has to say when an account closes.

    `obstacles` names what is open, in words with the remedy. `keeps` says whether records of an applicant must be
    kept by law; `release` takes away, in the caller's transaction, what nobody has to keep of one that nobody acts
    for any more.
    """

    obstacles: Callable[[User], list[str]] = _nothing_open
    keeps: Callable[[Applicant], bool] = lambda _applicant: False
    release: Callable[[Applicant, ActorContext], None] = lambda _applicant, _act: None


def delete_rows(rows: Sequence[Model], _at: datetime) -> None:
    """Delete rows of one table."""
    type(rows[0])._base_manager.filter(pk__in=[row.pk for row in rows]).delete()


@dataclass(frozen=True, slots=True)
class Retention:
    """How long rows of a kind are kept after they were last needed, and why.

    `days` is None for what the portal keeps for good. `over` gives the rows whose time ended before a moment, which is
    `days` ago; `remove` takes some of them away, so that `over` gives them no more.
    """

    label: str
    days: int | None
    reason: str
    over: Callable[[datetime], QuerySet[Any]] | None = None
    remove: Callable[[Sequence[Any], datetime], None] = delete_rows

    @property
    def period(self) -> str:
        """The time in words."""
        if self.days is None:
            return "长期保存"
        if self.days and self.days % 365 == 0:
            return f"{self.days // 365} 年"
        return f"{self.days} 天" if self.days else "结束即清除"

    def before(self, now: datetime) -> datetime:
        """What ended before this moment is over."""
        return now - timedelta(days=self.days or 0)


OWN_DATA: Registry[OwnData] = Registry("section of personal data")
CLOSINGS: Registry[Closing] = Registry("part of closing an account")
RETENTIONS: Registry[Retention] = Registry("kind of kept rows")
