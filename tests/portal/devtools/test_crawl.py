"""A crawl follows links, looks once at each shape in every look, and says what it finds."""

import pytest

from portal.devtools.crawl import MOST_BYTES, Found, look_at, pages_of
from portal.devtools.looks import LOOKS

pytestmark = pytest.mark.browser
BASE = "http://portal.test"
FRAME = """<!doctype html><html lang="zh-CN"><head><title>页面</title><style>
  @media (prefers-color-scheme: dark) {{ .dim {{ color: #ddd }} }} .wide {{ width: 900px }} button {{ padding: 0 }}
</style></head><body><main><h1>标题</h1>{}</main></body></html>"""
PATHS = ("/policies/", "/calls/", "/me/", "/rights/", "/nowhere/")
LINKS = "".join(f'<p><a href="{path}">{path}</a></p>' for path in PATHS)
PAGES = {
    "/": LINKS,
    # Unreadable in the dark alone, and too wide for a phone alone.
    "/policies/": '<p class="dim" style="background:#fff">浅色的字</p><div class="wide">宽</div>',
    "/calls/": f"<details><summary>更多</summary><img src='data:,'></details><p>{'长' * MOST_BYTES}</p>",
    # Nobody presses two buttons of so few pixels that touch.
    "/me/": "".join(f'<button style="font:4px sans-serif;border:0">{name}</button>' for name in "甲乙"),
    # One control whose focus nobody sees, and one that a bar covers wherever the page stands.
    "/rights/": '<input id="dull" aria-label="甲" style="outline:0">'
    '<input id="under" aria-label="乙" style="position:fixed;top:0">'
    '<div style="position:fixed;top:0;left:0;right:0;height:50px;background:#fff">条</div>',
}


def test_a_crawl_finds_what_only_one_look_has_and_what_is_folded_away(context, capsys):
    context.route(
        "**/*",
        lambda route: route.fulfill(
            content_type="text/html; charset=utf-8",
            body=FRAME.format(PAGES[route.request.url.removeprefix(BASE)]),
        ),
    )
    page, found = context.new_page(), Found()
    views = [view for view in pages_of(page, BASE, "-", found) if look_at(page, "-", view, found, looks=LOOKS)]
    assert views == ["home", "policies:documents", "calls:list", "accounts:profile", "rights:list"]
    walked = [fault for fault in found.faults if fault.startswith("focus")]
    assert [fault.split(":")[0] for fault in walked] == [
        *("focus not seen at 1280", "focus covered at 1280"),
        *("focus not seen at 320", "focus covered at 320"),
        # There the browser marks the focus by itself.
        "focus covered at 1280 in high contrast",
    ]
    assert ["dull" in fault for fault in walked] == [True, False, True, False, False]
    said = {tuple(fault.split()[:5]) for fault in found.faults if " at " not in fault}
    assert said == {
        ("color-contrast:", "-", "policies:documents", "dark", "768"),
        *(("too", "wide:", "-", "policies:documents", mode) for mode in ("dark", "large")),
        *(("image-alt:", "-", "calls:list", mode, str(width)) for mode, width in LOOKS),
        *(("target-size:", "-", "accounts:profile", mode, str(width)) for mode, width in LOOKS),
    }
    assert list(found.heavy) == ["calls:list /calls/"]
    assert not look_at(page, "-", "rights:list", found, looks=LOOKS)
    assert "target-size" in capsys.readouterr().out
