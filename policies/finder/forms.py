"""The questionnaire as it is typed into an address: who, what happened, and the few facts that sums need.

Nothing is kept: every page carries what the pages before it asked, so that the address of a result can be passed on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from crispy_forms.helper import FormHelper
from django import forms
from django.http import QueryDict

from policies.engine.terms import APPLICANT_KINDS
from policies.facts.forms import LineForm, read_posted, row_counts, wants_rows
from policies.finder.events import Event
from policies.finder.matching import Asker, Happening
from policies.finder.selectors import PublishedItem, events_for
from portal.accounts.models import Applicant
from portal.accounts.selectors import districts_by_city

ELSEWHERE = "elsewhere"
# The control that asks for documents that name no area.
ANYWHERE = "anywhere"
# The region that the engine is given for an address in no district of the list: no document's area has such a name.
_ELSEWHERE_NAME = "其他地区"
MAX_EVENTS = 12
# Who nearly everybody is, and other bodies; the rest are places and projects, for which those who run them ask.
_USUAL = ("enterprise", "individual", "university", "institution", "agency")
_BODIES = ("association", "alliance", "school", "financial", "fund", "operator", "mediation")


class WhoForm(forms.Form):
    """Who asks, and where."""

    kind = forms.ChoiceField(
        label="您是哪一类",
        choices=[
            ("", "请选择"),
            *((kind, APPLICANT_KINDS[kind]) for kind in _USUAL),
            ("其他单位", [(kind, APPLICANT_KINDS[kind]) for kind in _BODIES]),
            (
                "园区、平台和项目（由管理或建设单位填写）",
                [(kind, label) for kind, label in APPLICANT_KINDS.items() if kind not in {*_USUAL, *_BODIES}],
            ),
        ],
        error_messages={"required": "请选择您是企业、个人还是其他单位。", "invalid_choice": "请从列表中选择一类。"},
    )
    region = forms.ChoiceField(
        label="登记（注册）在哪里",
        help_text="单位按营业执照上的登记地，个人按户籍或居住地。",
        error_messages={"required": "请选择所在的区县。", "invalid_choice": "请从列表中选择所在的区县。"},
    )

    def __init__(self, *args: Any, applicant: Applicant | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._cities = districts_by_city()
        choices: list[Any] = [("", "请选择"), *self._cities, (ELSEWHERE, _ELSEWHERE_NAME)]
        self.fields["region"].choices = choices  # type: ignore[attr-defined]
        if applicant is not None:
            self.initial = {"kind": applicant.kind, "region": applicant.region_id}
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    @property
    def asker(self) -> Asker:
        """Who asks, once the form is valid."""
        region = self.cleaned_data["region"]
        return Asker(self.cleaned_data["kind"], _ELSEWHERE_NAME if region == ELSEWHERE else region)

    @property
    def words(self) -> str:
        """Who asks, as people say it."""
        names = {code: f"{city}{name}" for city, districts in self._cities for code, name in districts}
        region = self.cleaned_data["region"]
        return f"{names.get(region, _ELSEWHERE_NAME)} · {APPLICANT_KINDS[self.cleaned_data['kind']]}"


@dataclass(frozen=True, slots=True)
class Pick:
    """One of the items that no fact tells apart, as a choice."""

    code: str
    title: str
    document: str
    is_picked: bool


@dataclass(frozen=True)
class Section:
    """One event of the questionnaire: its facts as a form, and which item it was where only the asker knows."""

    event: Event
    form: LineForm
    picks: Sequence[Pick]

    @property
    def controls(self) -> list[dict[str, Any]]:
        """The facts' controls, drawn."""
        return [{"html": self.form.render_fact(fact.name), "is_wide": fact.type == "rows"} for fact in self.form.facts]

    @property
    def has_picked(self) -> bool:
        return any(pick.is_picked for pick in self.picks)

    @property
    def happening(self) -> Happening:
        return Happening(self.event, self.form.reading, frozenset(p.code for p in self.picks if p.is_picked))


@dataclass(frozen=True)
class Answers:
    """All that was answered so far by somebody who is known to be valid."""

    asker: Asker
    items: Sequence[PublishedItem]
    data: QueryDict

    @property
    def is_anywhere(self) -> bool:
        """Whether documents that name no area are asked for as well, as they are by who is in none of the list's."""
        return bool(self.data.get(ANYWHERE)) or self.asker.region == _ELSEWHERE_NAME

    @cached_property
    def offered(self) -> list[Event]:
        """The events that this asker can get something for."""
        shown = [entry for entry in self.items if self.is_anywhere or entry.names_area]
        return events_for(shown, kind=self.asker.kind, region=self.asker.region)

    @cached_property
    def left_out(self) -> int:
        """How many items of documents that name no area are not shown to this asker."""
        hidden = [entry for entry in self.items if not (self.is_anywhere or entry.names_area)]
        return sum(entry.is_for(kind=self.asker.kind, region=self.asker.region) for entry in hidden)

    @cached_property
    def chosen(self) -> list[Event]:
        wanted = set(self.data.getlist("event"))
        return [event for event in self.offered if event.code in wanted][:MAX_EVENTS]

    @cached_property
    def sections(self) -> list[Section]:
        picked = set(self.data.getlist("pick"))
        return [self._section(event, picked) for event in self.chosen]

    def _section(self, event: Event, picked: set[str]) -> Section:
        rows = row_counts(event.asked_facts, self.data, prefix=event.code)
        typed = read_posted(event.asked_facts, self.data, prefix=event.code)
        form = LineForm(event.asked_facts, values=typed, prefix=event.code, least_rows=rows)
        picks = [
            Pick(item.id, item.title, item.content["document"]["citation"], item.id in picked)
            for item in event.alternatives
        ]
        return Section(event, form, picks)

    @property
    def wants_more_rows(self) -> bool:
        return wants_rows(self.data)

    @property
    def faults(self) -> list[tuple[str, str, str]]:
        """Every place that keeps a value from being counted: its control's id, label with the event's, and remedy."""
        return [
            (
                f"id_{section.event.code}-{place.replace('.', '-')}",
                f"{section.event.label} {_label(section, place)}",
                message,
            )
            for section in self.sections
            for place, message in section.form.reading.left_out.items()
        ]

    @property
    def back_query(self) -> str:
        """The query of the page that asks what happened."""
        return self.query(only=("kind", "region", "event", ANYWHERE))

    def query(self, *, only: Iterable[str] = ()) -> str:
        """The address's query with what was answered, empty controls left out; `only` keeps some names."""
        keep = set(only)
        pairs = [
            (name, value)
            for name, values in self.data.lists()
            for value in values
            if value and name != "action" and not name.endswith("-pasted") and (not keep or name in keep)
        ]
        return urlencode(pairs)


def _label(section: Section, place: str) -> str:
    name, _, row = place.partition(".")
    label = next(fact.label for fact in section.form.facts if fact.name == name)
    return f"{label}第 {int(row.split('.')[0]) + 1} 行" if row else label
