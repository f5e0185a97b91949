"""Save and delete an officer's filters."""

from django.db import transaction

from portal.accounts.models import User
from portal.core.errors import RefusedError
from review.desk.models import SavedFilter

MOST_FILTERS = 20


def save_filter(user: User, *, name: str, query: str, is_default: bool) -> SavedFilter:
    """Keep a filter under a name, in place of what had the name. Raises RefusedError for one more than MOST_FILTERS."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        mine = SavedFilter.objects.filter(user=user)
        if not mine.filter(name=name).exists() and mine.count() >= MOST_FILTERS:
            raise RefusedError(f"最多保存 {MOST_FILTERS} 个筛选，请先删除不用的。", field="name")
        if is_default:
            mine.update(is_default=False)
        kept, _ = SavedFilter.objects.update_or_create(
            user=user, name=name, defaults={"query": query, "is_default": is_default}
        )
    return kept
