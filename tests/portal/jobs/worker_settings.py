"""The portal's own settings, with handlers for tests: what a worker process under test runs on."""

from portal.settings import *  # noqa: F403
from portal.settings import JOB_HANDLERS as PORTAL_HANDLERS
from tests.portal.jobs.names import HANDLERS

JOB_HANDLERS = PORTAL_HANDLERS | HANDLERS
