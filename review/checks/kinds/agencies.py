"""An agency that acted for two holders of one right, contract or invoice."""

from collections import defaultdict
from collections.abc import Iterable

from applications.claims.models import ClaimEvent
from review.checks.enums import Severity
from review.checks.inputs import Inputs
from review.checks.kinds.duplicates import others_with
from review.checks.registry import CHECKS, Check, Found


def find(inputs: Inputs) -> Iterable[Found]:
    """One finding for each agency that acted on this claim and on another applicant's that has a number of it too."""
    names = {mandate.agency_id: mandate.agency.name for mandate in inputs.mandates}
    if not names:
        return
    mine = inputs.claim.applicant_id
    others = {claim for _, _, claim, applicant, _, _ in others_with(inputs, files=False) if applicant != mine}
    acted = ClaimEvent.objects.filter(claim__in=others, mandate__agency__in=names)
    found: dict[int, set[int]] = defaultdict(set)
    for agency, claim in acted.values_list("mandate__agency", "claim"):
        found[agency].add(claim)
    for agency, claims in found.items():
        yield Found(str(agency), {"agency": names[agency], "claims": sorted(claims)}, source="委托书")


CHECKS.add(
    "same_agency",
    Check(
        title="代理机构为同一权利的两方代办",
        find=find,
        words={"": "{agency}既为本申报代办，也为其他单位的{claims}代办，两者有相同的号码，请核实是否有利益冲突。"},
        severity=Severity.QUESTION,
    ),
)
