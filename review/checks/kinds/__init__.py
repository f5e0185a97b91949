"""The checks: each module registers one, or a few that look at the same thing."""

from review.checks.kinds import (
    accounts,
    agencies,
    credit,
    dates,
    duplicates,
    evidence,
    fees,
    holders,
    interest,
    lists,
    shared,
    validity,
)

__all__ = [
    "accounts",
    "agencies",
    "credit",
    "dates",
    "duplicates",
    "evidence",
    "fees",
    "holders",
    "interest",
    "lists",
    "shared",
    "validity",
]
