"""What the engine is told of an applicant."""

from portal.accounts.models import Applicant


def stated_applicant(applicant: Applicant, region_id: str) -> dict[str, str]:
    """The `applicant` of a question: kind and region, and the size where it is known."""
    stated = {"kind": applicant.kind, "region": region_id}
    return stated | ({"size": applicant.size_class} if applicant.size_class else {})
