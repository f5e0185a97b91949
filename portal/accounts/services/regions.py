"""Change what notices print about a region's authority."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from portal.accounts.areas import covers_now
from portal.accounts.enums import Role
from portal.accounts.models import Region
from portal.audit.services import record_audit
from portal.core.actor import ActorContext


def update_region(region: Region, *, bureau: str, contact: str, act: ActorContext) -> None:
    """Write the issuing bureau and the telephone of a region; notices already issued keep theirs.

    Raises PermissionDenied for anybody but a system administrator of the region or of one above it.
    """
    with transaction.atomic():
        locked = Region.objects.select_for_update(of=("self",)).get(pk=region.pk)
        if not covers_now(act.user, locked.pk, Role.SYSTEM_ADMIN):
            raise PermissionDenied("您不是该地区的系统管理员。")
        wanted = {"bureau": bureau, "contact": contact}
        before = {name: getattr(locked, name) for name, value in wanted.items() if getattr(locked, name) != value}
        if not before:
            return
        after = {name: wanted[name] for name in before}
        Region.objects.filter(pk=locked.pk).update(**after)
        record_audit(
            act,
            action="accounts.region_updated",
            target=locked,
            region_code=locked.code,
            before=before,
            after=after,
        )
