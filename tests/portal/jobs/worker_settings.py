"""The portal's own settings, with handlers for tests: what a worker process under test runs on."""

from portal.settings import *  # noqa: F403
from portal.settings import INSTALLED_APPS as PORTAL_APPS

INSTALLED_APPS = [*PORTAL_APPS, "tests.portal.jobs"]
