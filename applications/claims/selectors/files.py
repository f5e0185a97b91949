"""Which bytes must be in private storage, and which claims stay as they are."""

from applications.claims.enums import EDITABLE
from applications.claims.models import Claim, StoredFile
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


def is_fixed(claim: Claim) -> bool:
    """Whether a claim and its lines were submitted and are not with the applicant to be changed."""
    return claim.submitted_at is not None and claim.status not in EDITABLE
