"""The WSGI entry that the web server loads."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()
# Views are loaded before the first request comes. What is loaded now stays until the end: the garbage collector would
# walk through some 300,000 objects for a tenth of a second while a person waits.
get_resolver().url_patterns  # noqa: B018 - a property that loads
gc.collect()
gc.freeze()
