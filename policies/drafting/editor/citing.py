"""What the source beside a section's form sends: sentences that the section rests on, or another unit to look at."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from policies.drafting import yaml_codec
from policies.drafting.models import PolicyDraft
from policies.drafting.services.sources import cite_passages
from policies.published.provisions import Passage, passages_of
from policies.published.sources import article_of, with_citations
from portal.core.actor import ActorContext
from portal.core.numbers import whole_number

CITE, TURN = "cite", "turn:"
# The column that holds an item's article is no longer.
_LONGEST = 60


def citing(draft: PolicyDraft, typed: Mapping[str, Any], sent: QueryDict) -> dict[str, Any]:
    """The typed section, with the article of the ticked sentences where they were sent to be cited."""
    if sent.get("action") != CITE:
        return dict(typed)
    name = yaml_codec.name_of(typed)
    article = article_of(draft.source, with_citations(draft.marks, name, **_ticked(draft, sent)), name)
    if len(article) > _LONGEST:
        article = f"{article.partition('；')[0]}等"
    return {**typed, "article": article or typed.get("article", "")}


def keep_citations(draft: PolicyDraft, section: Mapping[str, Any], sent: QueryDict, *, act: ActorContext) -> None:
    """Keep which sentences the section rests on, where they were sent to be cited."""
    if sent.get("action") == CITE:
        cite_passages(draft, yaml_codec.name_of(section), **_ticked(draft, sent), act=act)


def unit_to_show(sent: QueryDict) -> int | None:
    """The unit of the source that the next page shows, None where nothing was done beside it."""
    action = sent.get("action", "")
    return whole_number(sent.get("source", "") if action == CITE else action.removeprefix(TURN))


def _ticked(draft: PolicyDraft, sent: QueryDict) -> dict[str, list[str]]:
    """The keys of the sentences that were shown, and of those that were ticked."""
    passages: dict[str, Passage] = {str(one.number): one for one in passages_of(draft.source)}

    def keys(name: str) -> list[str]:
        return [passages[number].key for number in sent.getlist(name) if number in passages]

    return {"shown": keys("shown"), "chosen": keys("passage")}
