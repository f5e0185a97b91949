#!/usr/bin/env python
"""Run a management command of the portal."""

import os
import secrets
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if sys.argv[1:2] in (["assess"], ["coverage"]):
        # These answer from the catalogue alone: they sign nothing, so they must not ask for the site's secret.
        os.environ.setdefault("SECRET_KEY", secrets.token_hex(32))
    execute_from_command_line(sys.argv)
