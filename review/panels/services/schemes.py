"""Set up how claims are scored. A scheme never changes: another takes its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction

from policies.calls.models import Call
from policies.published.models import SupportItem
from policies.published.selectors import published_catalogue
from portal.accounts.areas import covers_now
from portal.accounts.enums import RegionLevel
from portal.accounts.models import Region
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from review.decisions.selectors.selection import selection_of
from review.panels.enums import TieRule
from review.panels.models import SCHEME_KEEPER, Scheme
from review.panels.scoring import Criterion

MOST_CRITERIA = 20
MOST_POINTS = Decimal(1000)


@dataclass(frozen=True, slots=True)
class SchemePlan:
    """What a scheme is to say; its columns' meaning is that of the model."""

    title: str
    criteria: Sequence[Criterion]
    minimum: int
    outlier_distance: Decimal
    basis: str = ""
    item: SupportItem | None = None
    call: Call | None = None
    trimmed: int = 0
    needed: Decimal | None = None
    places: int | None = None
    tie: TieRule = TieRule.SHARED
    shows_names: bool = False
    shows_files: bool = True


def make_scheme(region: Region, *, plan: SchemePlan, replaces: Scheme | None = None, act: ActorContext) -> Scheme:
    """Set up a scheme of a city, in the place of another where one is named.

    Raises RefusedError for criteria without names or points, whose weights do not add up to 1, for fewer scores than
    the trimmed mean leaves out, and where the other was replaced already; PermissionDenied for other people.
    """
    user = act.user
    if user is None or not covers_now(user, region.pk, SCHEME_KEEPER) or region.level != RegionLevel.CITY:
        raise PermissionDenied("评分标准由本市的政策管理人员设定。")
    _check(plan)
    _refuse_second_home(plan)
    with transaction.atomic():
        if replaces is not None:
            replaces = Scheme.objects.select_for_update().get(pk=replaces.pk)
            if replaces.region_id != region.pk or Scheme.objects.filter(replaces=replaces).exists():
                raise RefusedError("该评分标准已有更新的版本，请在最新的版本上修改。")
        fields = {name: getattr(plan, name) for name in SchemePlan.__dataclass_fields__ if name != "criteria"}
        made = Scheme.objects.create(
            region=region,
            replaces=replaces,
            criteria=[_as_text(each) for each in plan.criteria],
            made_by=user,
            made_at=act.at,
            **fields,
        )
        after = {"title": made.title, "criteria": made.criteria, "minimum": made.minimum, "places": made.places}
        record_audit(act, action="panels.scheme", target=made, region_code=region.pk, after=after)
    return made


def _refuse_second_home(plan: SchemePlan) -> None:
    """Raise RefusedError where a scheme of an item says what its document says already: who passes."""
    says = plan.places is not None or plan.needed is not None or plan.tie != TieRule.SHARED
    versions = published_catalogue().items.get(plan.item.code, []) if plan.item and says else []
    if versions and selection_of(versions[-1]) is not None:
        raise RefusedError("该事项的名额、最低得分和同分规则由政策规定，请留空，不另设定。", "places")


def _as_text(criterion: Criterion) -> dict[str, object]:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(criterion).items()}


def _check(plan: SchemePlan) -> None:
    if not plan.title.strip():
        raise RefusedError("请填写评分标准的名称。", "title")
    if not 1 <= len(plan.criteria) <= MOST_CRITERIA:
        raise RefusedError(f"请填写 1 至 {MOST_CRITERIA} 项评分指标。", "criteria")
    for each in plan.criteria:
        if not each.name or not 0 < each.most <= MOST_POINTS or not 0 < each.weight <= 1:
            raise RefusedError(
                f"指标“{each.name}”有误：须有名称，满分大于 0 且不超过 {MOST_POINTS}，权重大于 0 且不超过 1。",
                "criteria",
            )
    if len({each.name for each in plan.criteria}) != len(plan.criteria):
        raise RefusedError("评分指标的名称不能重复。", "criteria")
    if (total := sum((each.weight for each in plan.criteria), Decimal(0))) != 1:
        raise RefusedError(f"各项权重之和应为 1，现为 {total.normalize():f}，请调整。", "criteria")
    if plan.minimum <= 2 * plan.trimmed:
        raise RefusedError("去掉最高、最低分后没有得分可用，请提高每件最少评分数，或减少去掉的个数。", "minimum")
