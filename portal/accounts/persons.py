"""One person, whichever account they use: accounts are compared by the keyed hash of the holder's ID number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.functional import cached_property

if TYPE_CHECKING:
    from portal.accounts.models import User


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """An account that knows which other accounts its holder has; `identity_digest` is empty until a number is known."""

    identity_digest = models.CharField("身份摘要", max_length=64, blank=True, db_index=True)
    # The personal number in the office's register; an account that holds no office has none.
    staff_number = models.CharField("工号", max_length=20, null=True, blank=True, unique=True)

    class Meta:
        abstract = True

    @cached_property
    def account_ids(self) -> frozenset[int]:
        """Keys of every account of this person, this one among them, read once per request."""
        if not self.identity_digest:
            return frozenset({self.pk})
        accounts = type(self)._default_manager.filter(identity_digest=self.identity_digest)
        return frozenset(accounts.values_list("pk", flat=True)) | {self.pk}


def same_person(user: Person | None, account_id: int | None) -> bool:
    """Whether an account belongs to this person: what every check of four eyes asks."""
    return user is not None and account_id in user.account_ids
