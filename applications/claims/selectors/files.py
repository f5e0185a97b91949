"""Which bytes must be in private storage."""

from applications.claims.models import StoredFile
from portal.audit.models import AuditRecord


def expected_file(stored: StoredFile) -> tuple[str, str] | None:
    """The file's name and SHA-256; None where it was destroyed as a defence patent's, and nothing uses it now."""
    uses = list(stored.uses.values_list("pk", "removed_at"))
    purged = AuditRecord.objects.filter(
        action="evidence.purge", target_type="applications.evidence", target_id__in=[str(pk) for pk, _ in uses]
    )
    if all(removed for _, removed in uses) and purged.exists():
        return None
    return stored.path, stored.sha256
