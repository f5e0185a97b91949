"""What the page of a section is made of: parts, rows, blocks of controls, buttons that add."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField

from policies.drafting.editor.layout import PartSpec


@dataclass(frozen=True)
class Cell:
    """One control and its place in the grid."""

    control: BoundField

    @property
    def css(self) -> str:
        """Its width: texts of several lines and lists take the whole row."""
        widget = self.control.field.widget
        if isinstance(widget, forms.CheckboxSelectMultiple):
            return "col-12 cell-ticks"
        if isinstance(widget, forms.Textarea) or widget.use_fieldset:
            return "col-12"
        return "col-md-4" if self._is_of_test else "col-md-6"

    @property
    def begins_line(self) -> bool:
        """Whether it is the fact of a test inside a row: the test and what it compares with stand beside it."""
        return self._is_of_test and self.control.name.endswith("-field")

    @property
    def _is_of_test(self) -> bool:
        return "：" in str(self.control.label) and self.control.name.endswith(("-field", "-test", "-value"))


@dataclass(frozen=True)
class Block:
    """Controls to show at once, and those behind a fold with the words that say what they are."""

    shown: Sequence[Cell]
    folded: Sequence[Cell]

    @property
    def folded_words(self) -> str:
        """The labels of what is behind the fold."""
        found = [str(cell.control.label).partition("：")[0] for cell in self.folded]
        return "、".join(dict.fromkeys(found))


@dataclass(frozen=True)
class ProblemLink:
    """One problem, where it is in words, and the address of its control on the page."""

    label: str
    text: str
    href: str


@dataclass(frozen=True)
class Row:
    """One row of a list: its sentence, its controls, its problems, and what its buttons send."""

    name: str
    number: int
    title: str
    sentence: str
    note: str
    hint: str
    block: Block
    problems: Sequence[str]
    is_open: bool
    place: str
    is_first: bool
    is_last: bool
    is_focused: bool = False
    kind: BoundField | None = None
    has_kinds: bool = False


@dataclass(frozen=True)
class Adder:
    """A button that adds a row, and what may be chosen for it; `own` is the button for one described in the page.

    Where it `takes_many`, the choices stand in groups, and each that is ticked becomes a row.
    """

    action: str
    label: str
    choices: Sequence[tuple[str, Any]] = ()
    own: str = ""
    takes_many: bool = False

    @property
    def control(self) -> str:
        """The name of the select beside the button."""
        return self.action.replace(":", "-")


@dataclass(frozen=True)
class Part:
    """One part of the page."""

    spec: PartSpec
    block: Block
    rows: Sequence[Row] = ()
    adder: Adder | None = None
    problems: Sequence[str] = ()
    inherited: Sequence[str] = ()
    profile: str = ""
    can_inherit: bool = False
    is_faulty: bool = False

    @property
    def place(self) -> str:
        """The name of its list or mapping, without the root's."""
        return (self.spec.rows or self.spec.record or self.spec.anchor).replace(".", "-")

    @property
    def is_inherited(self) -> bool:
        """Whether the item takes this part from the profile it is like."""
        return bool(self.profile)
