"""The editor's pages as a browser without script shows them, and small drafts to write in."""

import re
import uuid

from django.urls import reverse

from policies.drafting.services.drafts import start_draft
from policies.engine.loader import CATALOGUE
from tests.factories import act

_KEPT = (
    "wx2020-01-inv",
    "wx2020-01-design",
    "wx2020-01-share60",
    "wx2020-02-strategy",
    "wx2020-04-gb",
    "wx2020-04-excel",
)
# The head, two items of their own, a rule, an item like a profile, and two tiers.
WX2020 = "---\n".join(
    section
    for section in (CATALOGUE / "wx2020.yaml").read_text("utf-8").split("---\n")
    if section.startswith("document:") or section.split()[1] in _KEPT
)


def from_text(officer, text):
    text = text.replace("wx2020", "wx2031")
    return start_draft(None, key=uuid.uuid4(), title="照旧政策", code="wx2031", text=text, act=act(officer))


class Page:
    """A section's page as a browser without script shows it: its controls, and what its buttons send."""

    def __init__(self, client, draft, index, *, query=""):
        self.client = client
        self.url = reverse("drafting:section", args=[draft.key, index])
        self.response = client.get(self.url + query)
        assert self.response.status_code == 200
        self._read()

    def _read(self):
        page = self.response.context["page"]
        self.sent = {name: [] for name in page.form.fields}
        for name, texts in page.form.texts.items():
            self.sent[name] = list(texts)
        self.sent |= {name: [self.response.context[name]] for name in ("base", "loaded")}

    def press(self, action, *, name="action", **changes):
        """Change some controls, press a button, and follow to the page that comes."""
        for control, value in changes.items():
            self.sent[control] = value if isinstance(value, list) else [value]
        self.response = self.client.post(self.url, {**self.sent, name: action}, follow=True)
        assert self.response.status_code in (200, 409)
        if self.response.redirect_chain:
            self.url = self.response.redirect_chain[-1][0].partition("?")[0].partition("#")[0]
        if self.response.context is not None and "page" in self.response.context:
            self._read()
        return self

    def add(self, part, word="", **changes):
        control = {f"add-{part}": word} if word else {}
        return self.press(f"add:{part}", **control, **changes)

    @property
    def text(self):
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.response.content.decode()))


def stored(draft, index):
    draft.refresh_from_db()
    return draft.sections[index]


def under(prefix, **values):
    return {f"section-{prefix}{'-' if prefix else ''}{key}": value for key, value in values.items()}


HEAD = under(
    "document",
    number="锡政办发〔2030〕1号",
    title="关于促进知识产权创造的若干措施",
    short_title="促进知识产权创造",
    issuer="无锡市人民政府办公室",
    region_code="320200",
    areas="无锡\n滨湖",
    issued_on="2030-01-10",
    status="in_force",
    payer="both",
    source_note="2030-01-10 印发",
)


def fill_in_head(writer, draft):
    page = Page(writer, draft, 0)
    page.press(
        "save", **HEAD, **{"section-document-effect-0-from": "2030-02-01", "section-document-effect-0-from_setting": ""}
    )
    return page
