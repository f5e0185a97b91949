"""What waits against a claim, and what the end of a list's days is to do."""

from applications.claims.models import Claim
from review.decisions.models import PublicityList
from review.objections.models import EndRule, Filing


def filing_problem(claim: Claim) -> str:
    """Why a publicised claim goes no further: an objection filed online that nobody has handled; "" for none."""
    if Filing.objects.waiting().filter(entry__claim=claim).exists():
        return "有网上提出的异议尚未受理，请先受理或者不予受理。"
    return ""


def rule_of(region_code: str, call_id: int | None) -> EndRule | None:
    """The rule that counts for a call's claims of a region: the call's own, or the office's."""
    rules = EndRule.objects.filter(region_id=region_code).select_related("set_by")
    own = rules.filter(call_id=call_id).first() if call_id is not None else None
    return own or rules.filter(call=None).first()


def rule_for_list(publicity: PublicityList) -> EndRule | None:
    """The rule by which a whole list is approved at its end; None where it waits for a person."""
    calls = publicity.entries.standing().order_by().values_list("claim__call_id", flat=True).distinct()
    rules = [rule_of(publicity.region_id, call) for call in calls]
    found = [rule for rule in rules if rule is not None and rule.approves]
    return max(found, key=lambda rule: rule.pk) if found and len(found) == len(rules) else None
