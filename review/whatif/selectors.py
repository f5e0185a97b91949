"""Read simulations: pages of them, how far one is, and what earlier ones say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, Q
from django.utils import timezone

from applications.claims.models import Claim
from policies.calls.models import Call
from policies.drafting.enums import OVER
from policies.drafting.models import PolicyDraft
from policies.engine import Catalogue
from policies.published.enums import DocumentStatus
from policies.published.models import PolicyDocument
from policies.published.selectors import published_catalogue
from portal.accounts.models import Region, User
from portal.core.paging import Page, paginate
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from review.whatif.enums import RunState
from review.whatif.models import SimulationRun
from review.whatif.rules import in_force

PAGE_SIZE = 30
MOST_CHOICES = 200
TARGET = "target"
JOB = "whatif.simulate"


def catalogue_in_force() -> Catalogue:
    """The rules in force: what is published, less what is only a draft."""
    return in_force(published_catalogue())


def stamp_of_claims(city_code: str) -> str:
    """What changes whenever a city's claims do: how many are filed, and when one last moved. One query."""
    found = Claim.objects.filter(city_id=city_code, submitted_at__isnull=False).aggregate(
        count=Count("pk"), moved=Max("status_since"), saved=Max("saved_at")
    )
    return "|".join(str(value) for value in found.values())


def page_of_runs(user: User, *, after: str = "") -> Page[SimulationRun]:
    """A page of what the person may see; a cursor that makes no sense begins at the first page. One query."""
    runs = SimulationRun.objects.visible_to(user).without_results().select_related("asked_by", "city")
    return paginate(runs, after=after, size=PAGE_SIZE)


@dataclass(frozen=True, slots=True)
class Standing:
    """The progress of a run: its state in words, per cent done, and whether the worker has given it up."""

    run: SimulationRun
    percent: int
    is_dead: bool
    attempts: int

    @property
    def label(self) -> str:
        return "出错，等待系统管理员处理" if self.is_dead else self.run.get_state_display()

    @property
    def tone(self) -> str:
        return "bad" if self.is_dead else RunState(self.run.state).tone

    @property
    def is_moving(self) -> bool:
        """Whether it is worth asking again in a moment."""
        return self.run.is_open and not self.is_dead

    @property
    def is_retried(self) -> bool:
        """Whether an earlier attempt was broken off, so that it began anew."""
        return self.run.is_open and self.attempts > 1


def standing_of(run: SimulationRun) -> Standing:
    """The progress of one run. One query while it is open, none afterwards."""
    job = Job.objects.filter(kind=JOB, key=str(run.key)).first() if run.is_open else None
    if job is None:
        return Standing(run, 100 if run.state == RunState.DONE else 0, is_dead=False, attempts=0)
    return Standing(run, job.percent or 0, is_dead=job.state == JobState.DEAD, attempts=job.attempts)


def standings_of(runs: Sequence[SimulationRun]) -> list[Standing]:
    """How the runs of a page stand. One query at most."""
    keys = [str(run.key) for run in runs if run.is_open]
    jobs = {job.key: job for job in Job.objects.filter(kind=JOB, key__in=keys)} if keys else {}
    found = []
    for run in runs:
        job = jobs.get(str(run.key))
        percent = 100 if run.state == RunState.DONE else (job.percent or 0) if job else 0
        is_dead = job is not None and job.state == JobState.DEAD
        found.append(Standing(run, percent, is_dead=is_dead, attempts=job.attempts if job else 0))
    return found


def earlier_run(user: User, inputs_hash: str) -> SimulationRun | None:
    """The newest run of the very same inputs that this person may see and that is done or under way."""
    wanted = Q(state=RunState.DONE) | Q(state__in=[RunState.QUEUED, RunState.RUNNING])
    runs = SimulationRun.objects.visible_to(user).without_results()
    return runs.filter(wanted, inputs_hash=inputs_hash).order_by("-pk").first()


def last_run_of(user: User, *, change: str, target: str, revision: int) -> SimulationRun | None:
    """The newest run of a draft in this revision that was neither cancelled nor failed."""
    runs = SimulationRun.objects.visible_to(user).filter(change=change, target=target, target_revision=revision)
    return runs.exclude(state__in=[RunState.CANCELLED, RunState.FAILED]).order_by("-pk").first()


def comparable_runs(user: User) -> list[tuple[str, str]]:
    """Finished runs as choices, the newest first. One query."""
    done = SimulationRun.objects.visible_to(user).filter(state=RunState.DONE).order_by("-pk")
    rows = done.values_list("key", "title", "asked_at")[:MOST_CHOICES]
    return [(str(key), f"{title}（{timezone.localtime(at):%m-%d %H:%M}）") for key, title, at in rows]


@dataclass(frozen=True, slots=True)
class OpenChoices:
    """What may be tried: items by document, documents, documents that are only drafts, and drafts of policy."""

    items: list[tuple[str, list[tuple[str, str]]]]
    documents: list[tuple[str, str]]
    unissued: list[tuple[str, str]]
    drafts: list[tuple[str, str]]


def open_choices(user: User) -> OpenChoices:
    """What this person may try."""
    rules = catalogue_in_force()
    documents = list(rules.documents.values())
    drafts = PolicyDraft.objects.visible_to(user).exclude(state__in=OVER).order_by("-saved_at")[:MOST_CHOICES]
    by_document: dict[str, list[tuple[str, str]]] = {}
    for item_id, versions in rules.items.items():
        item = versions[-1]
        if item.kind != TARGET and item.content["document"]["status"] != DocumentStatus.DRAFT:
            by_document.setdefault(item.document_id, []).append((item_id, f"{item.article} {item.title}"))
    return OpenChoices(
        items=[(one.short_title, by_document[one.id]) for one in documents if one.id in by_document],
        documents=[(one.id, one.short_title) for one in documents if one.id in by_document],
        unissued=[(one.id, one.short_title) for one in documents if one.status == DocumentStatus.DRAFT],
        drafts=[(str(draft.key), f"{draft.title}（{draft.get_state_display()}）") for draft in drafts],
    )


def run_choices(city: Region) -> dict[str, list[tuple[str, str]]]:
    """Choices of the form, by field: years in which claims were filed, districts, documents. Three queries."""
    filed = Claim.objects.filter(city=city).exclude(submitted_at=None)
    years = [day.year for day in filed.dates("submitted_at", "year", order="DESC")]
    return {
        "years": [(str(year), f"{year} 年") for year in years],
        "regions": list(city.children.order_by("code").values_list("code", "name")),
        "documents": list(PolicyDocument.objects.order_by("code").values_list("code", "short_title")),
    }


def region_names(run: SimulationRun) -> dict[str, str]:
    """Names of the districts that a run's results mention. One query."""
    codes = [row[0] for row in (run.results or {}).get("regions", ())]
    return dict(Region.objects.filter(code__in=codes).values_list("code", "name"))


def calls_of(user: User, run: SimulationRun) -> dict[int, Call]:
    """The calls in which a run's claims were made, of those this person may see. One query, none without calls."""
    ids = [int(row[0]) for row in (run.results or {}).get("calls", ()) if row[0]]
    return Call.objects.visible_to(user).in_bulk(ids) if ids else {}


def visible_numbers(user: User, claim_ids: Iterable[int]) -> dict[int, Claim]:
    """Of some claims those that this person may see, by id, with applicant and number. One query."""
    found = Claim.objects.visible_to(user).filter(pk__in=list(claim_ids)).select_related("applicant")
    return {claim.pk: claim for claim in found}
