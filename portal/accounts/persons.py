"""One person, whichever account they use: accounts are compared by the keyed hash of the holder's ID number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, FilteredRelation, Q
from django.utils import timezone
from django.utils.functional import cached_property

from portal.core.registry import Registry
from portal.core.row_versions import KeptHere, Rows, rows_version

if TYPE_CHECKING:
    from portal.accounts.models import Appointment, Membership, User


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person may be here: the account's own offices and organisations, and what all their accounts hold.

    `member_of` and `recusals` are keys of applicants.
    """

    appointments: list[Appointment]
    memberships: list[Membership]
    # A second factor is set up; recovery codes alone are none, as they stand in for one.
    has_second_factor: bool
    account_ids: frozenset[int]
    member_of: frozenset[int]
    recusals: frozenset[int]
    # Whether this account's term in a city's pool of experts runs.
    is_expert: bool


def in_force(on: date, prefix: str = "") -> Q:
    """The condition under which an appointment (reached through `prefix`) gives rights on a day."""
    starts = Q(**{f"{prefix}starts_on": None}) | Q(**{f"{prefix}starts_on__lte": on})
    ends = Q(**{f"{prefix}ends_on": None}) | Q(**{f"{prefix}ends_on__gte": on})
    return starts & ends & Q(**{f"{prefix}revoked_at": None, f"{prefix}confirmed_at__isnull": False})


# Functions of keys of applicants that add those for which they act: apps above know of agencies and their principals.
ACTED_FOR: Registry[Callable[[frozenset[int]], frozenset[int]]] = Registry("applicants acted for")
# By key and day. Some kilobytes each, with personal data: they stay in the memory of the process.
_recalled = KeptHere(2_000)
# The relations of an account that its standing is read from.
_HELD = ("appointments", "memberships", "authenticator", "recusals", "expert")


class Person(AbstractBaseUser):
    """An account that knows which other accounts its holder has; `identity_digest` is empty until a number is known."""

    identity_digest = models.CharField("身份摘要", max_length=64, blank=True, db_index=True)
    # The personal number in the office's register; an account that holds no office has none.
    staff_number = models.CharField("工号", max_length=20, null=True, blank=True, unique=True)
    # The version of all rows behind the account and its standing, where `recalled` asked for it.
    rows_version = ""

    class Meta:
        abstract = True

    @cached_property
    def standing(self) -> Standing:
        """One query, once per request."""
        accounts = Q(pk=self.pk)
        if self.identity_digest:
            accounts |= Q(identity_digest=self.identity_digest)
        return self._read_standing(accounts, self.pk)[1]

    @classmethod
    def _read_standing(cls, accounts: Q, pk: int) -> tuple[Self | None, Standing]:
        """The account of this key, and what its holder may be; `accounts` are all of the holder's. One query.

        A row joins one office with one organisation, so each comes several times.
        """
        today = timezone.localdate()
        standing_recusal = Q(recusals__lifted_at=None) & (Q(recusals__until=None) | Q(recusals__until__gte=today))
        serving = Q(expert__ended_at=None, expert__serves_from__lte=today)
        serving &= Q(expert__serves_until=None) | Q(expert__serves_until__gte=today)
        rows = (
            cls._default_manager.filter(accounts)
            .annotate(
                office=FilteredRelation("appointments", condition=in_force(today, "appointments__")),
                membership=FilteredRelation("memberships"),
                factor=FilteredRelation("authenticator", condition=Q(authenticator__type="totp")),
                totp=F("factor__pk"),
                recusal=FilteredRelation("recusals", condition=standing_recusal),
                recused=F("recusal__applicant_id"),
                expertise=FilteredRelation("expert", condition=serving),
                serves=F("expertise__pk"),
            )
            .select_related("office__region__parent", "membership__applicant__region")  # type: ignore[misc]
        )
        found: list[Any] = list(rows.order_by("office__pk", "membership__pk"))
        own = [row for row in found if row.pk == pk]
        # A joined row that is not there leaves no attribute.
        offices = {row.office.pk: row.office for row in own if hasattr(row, "office")}
        memberships = {row.membership.pk: row.membership for row in own if hasattr(row, "membership")}
        standing = Standing(
            appointments=list(offices.values()),
            memberships=list(memberships.values()),
            has_second_factor=any(row.totp for row in own),
            account_ids=frozenset({row.pk for row in found} | {pk}),
            member_of=frozenset(row.membership.applicant_id for row in found if hasattr(row, "membership")),
            recusals=frozenset(row.recused for row in found if row.recused),
            is_expert=any(row.serves for row in own),
        )
        return (own[0] if own else None), standing

    @classmethod
    def recalled(cls, pk: int) -> Self | None:
        """The account of this key with its standing, read again where a row behind either is another than before.

        One query, or two where they are read.
        """
        version = rows_version(*cls._rows_behind(pk))
        if not version:
            return cls._default_manager.filter(pk=pk).first()
        person = _recalled.get((pk, timezone.localdate()), version, lambda: cls._read(pk))
        if person is not None:
            person.rows_version = version
        return person

    @classmethod
    def _read(cls, pk: int) -> Self | None:
        theirs = cls._default_manager.filter(pk=pk).exclude(identity_digest="").values("identity_digest")
        person, standing = cls._read_standing(Q(pk=pk) | Q(identity_digest__in=theirs), pk)
        if person is not None:
            person.standing = standing
        return person

    @classmethod
    def _rows_behind(cls, pk: int) -> list[Rows]:
        people = cls._meta.db_table
        same = f"SELECT identity_digest FROM {people} WHERE id = %s AND identity_digest <> ''"  # noqa: S608 - names of tables
        accounts = f"SELECT id FROM {people} WHERE id = %s OR identity_digest IN ({same})"  # noqa: S608
        held: dict[str, Any] = {name: cls._meta.get_field(name).related_model for name in _HELD}
        memberships = held["memberships"]._meta
        joined = f"SELECT applicant_id FROM {memberships.db_table} WHERE user_id = %s"  # noqa: S608
        applicants: Any = memberships.get_field("applicant").related_model
        regions: Any = applicants._meta.get_field("region").related_model
        return [
            Rows(cls, f"id IN ({accounts})", [pk, pk]),
            *(Rows(model, f"user_id IN ({accounts})", [pk, pk]) for model in held.values()),
            Rows(applicants, f"id IN ({joined})", [pk]),
            Rows(regions),
        ]

    @property
    def is_expert(self) -> bool:
        """Whether the person serves in a city's pool of experts; an office besides it opens no panel."""
        return self.standing.is_expert and not self.standing.appointments

    @property
    def reads_others_papers(self) -> bool:
        """Whether the person works on claims here, as an official or an expert."""
        return self.standing.is_expert or bool(self.standing.appointments)

    @property
    def account_ids(self) -> frozenset[int]:
        """Keys of every account of this person, this one among them."""
        return self.standing.account_ids

    @property
    def recused_from(self) -> frozenset[int]:
        """Keys of the applicants on whose claims this person does no official work, under any account.

        They are a member of it, or of one that acts for it, or a recusal stands.
        """
        own = self.standing.member_of
        acted_for = [find(own) for find in ACTED_FOR.values()] if own and self.standing.appointments else []
        return own.union(self.standing.recusals, *acted_for)


def same_person(user: Person | None, account_id: int | None) -> bool:
    """Whether an account belongs to this person: what every check of four eyes asks."""
    return user is not None and account_id in user.account_ids
