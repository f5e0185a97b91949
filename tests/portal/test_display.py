"""The choice of colours and size, and what every page makes of it."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from PIL import Image

from portal.display.choices import Colours, Size

CSS = Path(settings.BASE_DIR) / "static/css"


def colours_of(name: str) -> dict[str, str]:
    return dict(re.findall(r"^  (--[\w-]+): (#[0-9a-f]{3,6});", (CSS / f"{name}.css").read_text(), re.MULTILINE))


def luminance(colour: str) -> float:
    figures = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(figures[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 defines it, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TONES = ("ok", "warn", "bad")
TEXT_ON = [
    *product(("ink", "ink-soft", "heading", "blue", "teal", *TONES), ("paper", "ground", "wash", "wash-blue")),
    *((f"{tone}-ink", f"{tone}-{kind}") for tone in TONES for kind in ("soft", "wash")),
    *((f"{tone}-ink", f"{tone}-soft") for tone in ("blue", "teal")),
    *(("on-fill", tone) for tone in ("blue", "blue-hover", "blue-press", "teal", *TONES)),
    ("on-deep", "deep"),
    ("on-dark", "deep"),
    ("on-dark-soft", "deep"),
    ("ink", "asked"),
    ("ink", "highlight"),
    ("ink", "wash-grey"),
]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_stands_out_from_its_ground(mode):
    colours = colours_of("tokens") | (colours_of("dark") if mode == "dark" else {})
    faint = {pair: contrast(*(colours[f"--{name}"] for name in pair)) for pair in TEXT_ON}
    assert {pair: round(found, 2) for pair, found in faint.items() if found < 4.5} == {}


def page(cookie: str = "") -> str:
    client = Client()
    if cookie:
        client.cookies["display"] = cookie
    return client.get(reverse("display:settings")).content.decode()


@pytest.mark.django_db
def test_pages_look_as_was_chosen_and_follow_the_device_otherwise():
    assert re.search(r'css/dark[^"]*" media="screen and \(prefers-color-scheme: dark\)"', page())
    assert '<meta name="color-scheme" content="light dark">' in page()
    assert "css/large" not in page()
    assert "css/dark" not in page("light.usual")
    assert re.search(r'css/dark[^"]*" media="screen"', page("dark.large"))
    assert "css/large" in page("dark.large")
    # What is not known counts as not chosen.
    assert page("<script>.huge").count("css/dark") == 1
    assert "css/large" not in page("<script>.huge")


@pytest.mark.django_db
def test_a_choice_is_kept_and_leads_back_to_the_page_one_came_from():
    client, page_of = Client(), reverse("display:settings")
    answer = client.post(f"{page_of}?next=/contact/", {"colours": Colours.DARK, "size": Size.LARGE})
    assert answer.url == "/contact/"
    assert answer.cookies["display"].value == "dark.large"
    assert answer.cookies["display"]["httponly"]
    assert "css/large" in client.get("/contact/").content.decode()
    elsewhere = client.post(f"{page_of}?next=//evil.example/", {"colours": "light", "size": "usual"})
    assert elsewhere.url == page_of
    assert client.post(page_of, {"colours": "pink", "size": "usual"}).status_code == 422


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["accessibility", "english"])
def test_the_pages_about_use_lead_nowhere_that_does_not_exist(name):
    client = Client()
    text = client.get(reverse(f"display:{name}")).content.decode()
    main = text[text.index("<main") : text.index("</main>")]
    links = re.findall(r'<a href="([^"]*)"', main)
    assert links
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_a_phone_installs_the_portal_and_the_worker_names_its_pages(client):
    said = client.get(reverse("display:manifest"))
    assert said["Content-Type"] == "application/manifest+json"
    about = said.json()
    assert (about["display"], about["start_url"], about["scope"]) == ("standalone", "/", "/")
    for icon in about["icons"]:
        with Image.open(finders.find(icon["src"].removeprefix(settings.STATIC_URL))) as drawn:
            assert "x".join(map(str, drawn.size)) == icon["sizes"]
    worker = client.get(reverse("display:worker"))
    assert worker["Service-Worker-Allowed"] == "/"
    assert f'"{reverse("display:offline")}"' in worker.content.decode()
    assert f'"{settings.STATIC_URL}"' in worker.content.decode()
    assert f'href="{reverse("display:manifest")}"' in client.get(reverse("display:offline")).content.decode()
