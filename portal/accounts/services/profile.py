"""Change one's own name and telephone."""

from django.db import transaction

from portal.accounts.models import User
from portal.audit.services import record_audit
from portal.core.actor import ActorContext


def update_profile(user: User, *, name: str, phone: str, act: ActorContext) -> None:
    """Write the person's own name and telephone; what does not change leaves no record."""
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=user.pk)
        wanted = {"name": name, "phone": phone}
        before = {field: getattr(person, field) for field, value in wanted.items() if getattr(person, field) != value}
        if not before:
            return
        after = {field: wanted[field] for field in before}
        person.name, person.phone = name, phone
        person.save(update_fields=["name", "phone", "phone_hash"])
        record_audit(act, action="accounts.profile_updated", target=person, before=before, after=after)
