"""The register of checks. Each is in a module of `review.checks.kinds`: what it looks for, when, and its words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from portal.core.registry import Registry
from review.checks.enums import FROM_REVIEW, Severity, Step

if TYPE_CHECKING:
    from review.checks.inputs import Inputs
    from review.checks.models import Finding


@dataclass(frozen=True, slots=True)
class Found:
    """One thing found. `key` names the thing within its check; `words` picks one of the check's texts.

    `params` are JSON: what the text is filled with, and under `claims` the keys of other claims that it names, of
    which officers are shown what they may see. `at_most` lowers the check's severity for this one.
    """

    key: str
    params: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""
    source: str = ""
    at_most: Severity = Severity.BLOCKING

    @property
    def digest(self) -> str:
        """SHA-256 of what was found, whoever says so and whenever."""
        text = json.dumps([self.words, dict(self.params)], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def row(self, finding: Finding, severity: Severity) -> Finding:
        """The row with what was found, not saved."""
        finding.severity, finding.source, finding.digest = severity, self.source, self.digest
        finding.words, finding.params, finding.gone_at = self.words, dict(self.params), None
        return finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check: `find` yields what it finds on a claim, or raises UncheckedError.

    `severity` holds unless the item has a setting of its own. `version` counts changes of what it looks for: the note
    on a claim that was approved by rule names it. A blocking finding that `may_be_overridden` a supervisor lets pass.
    """

    title: str
    find: Callable[[Inputs], Iterable[Found]]
    words: Mapping[str, str]
    severity: Severity
    steps: frozenset[Step] = FROM_REVIEW
    version: int = 1
    may_be_overridden: bool = True
    # Whether an item's setting may change how grave it is.
    is_fixed: bool = False
    # Whether it asks nothing beyond what is read of many claims at once (`review.checks.inputs.read_together`).
    is_quick: bool = False


CHECKS: Registry[Check] = Registry("check")
