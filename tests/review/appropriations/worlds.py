"""A city with a budget line and two finance officers, and districts with one each."""

import uuid
from dataclasses import dataclass, field
from decimal import Decimal

from portal.accounts.enums import Role
from portal.accounts.models import User
from review.appropriations.services.allocations import (
    FactorPlan,
    check_allocation,
    compute_allocation,
    draft_allocation,
    issue_allocation,
    save_factor,
)
from review.treasury.enums import SourceKind
from review.treasury.models import BudgetLine
from review.treasury.services.lines import LinePlan, create_line, issue_budget
from tests.factories import act, binhu, make_official, wuxi, xishan


@dataclass
class Treasury:
    """Wuxi's finance (one makes, one checks), Binhu's and Xishan's, and Wuxi's line of a million yuan of 2026."""

    maker: User = field(default_factory=lambda: make_official(Role.FINANCE, wuxi()))
    checker: User = field(default_factory=lambda: make_official(Role.FINANCE, wuxi()))
    binhu: User = field(default_factory=lambda: make_official(Role.FINANCE, binhu()))
    xishan: User = field(default_factory=lambda: make_official(Role.FINANCE, xishan()))
    line: BudgetLine = field(init=False)

    def __post_init__(self) -> None:
        plan = LinePlan(name="知识产权专项", source=SourceKind.CITY, function_code="2011499")
        self.line = create_line(wuxi(), year=2026, plan=plan, act=act(self.maker))
        issue_budget(self.line, amount=Decimal(1_000_000), paper_no="锡财指1号", key=uuid.uuid4(), act=act(self.maker))

    def draft(self, pool="300000", **factors):
        """A draft whose factors are given as weight, Binhu's value, Xishan's value."""
        made = draft_allocation(
            self.line, title="分配方案", basis="第一条第二款", pool=Decimal(pool), key=uuid.uuid4(), act=act(self.maker)
        )
        for name, (weight, *values) in (factors or {"授权量": (60, 30, 10), "贯标": (40, 1, 3)}).items():
            plan = FactorPlan(
                name, Decimal(weight), "统计公报", dict(zip(("320211", "320205"), map(Decimal, values), strict=True))
            )
            made = save_factor(made.pk, position=None, plan=plan, revision=made.revision, act=act(self.maker))
        return made

    def checked(self, **given):
        made = self.draft(**given)
        compute_allocation(made.pk, revision=made.revision, act=act(self.maker))
        return check_allocation(made.pk, act=act(self.checker))

    def issued(self, **given):
        """An issued allocation's document."""
        return issue_allocation(self.checked(**given).pk, act=act(self.maker))
