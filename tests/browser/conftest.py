"""Windows of a real browser for the people of a story."""

import shutil

import pytest

from tests.browser.people import Person
from tests.site_claims import session_of


@pytest.fixture
def open_window(live_server, settings, browser, celery_worker_process, artefacts, request):  # noqa: PLR0917 - fixtures
    """Open a window for a person, signed in where a user is given; pictures go to a folder of the test's own."""
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    pictures = artefacts / request.path.stem.removeprefix("test_")
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    contexts = []

    def window(name, user=None):
        context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900})
        contexts.append(context)
        if user is not None:
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": live_server.url}
            context.add_cookies([cookie])
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        return Person(name, page, live_server.url, pictures)

    yield window
    for context in contexts:
        context.close()
