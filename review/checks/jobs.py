"""Jobs of the checks."""

from review.checks.services.by_rule import pass_claims_by_rule
from review.checks.services.examine import examine_claim, examine_open_claims

EXAMINE = "checks.examine"


def examine_one(*, claim_id: int) -> None:
    """Run the checks on a claim that was just handed in."""
    examine_claim(claim_id)


def examine_all() -> None:
    """Run the checks on every open claim; every night."""
    examine_open_claims()


def pass_by_rules() -> None:
    """Pass on the claims that items' rules allow; every night."""
    pass_claims_by_rule()
