"""Reading drafts: what other apps use."""

from policies.drafting.selectors.catalogue import draft_catalogue
from policies.drafting.selectors.problems import draft_problems
from policies.drafting.selectors.reading import draft_document, draft_yaml

__all__ = ["draft_catalogue", "draft_document", "draft_problems", "draft_yaml"]
