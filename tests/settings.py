"""The portal's own settings, on servers of the run's own.

Loading them starts a private PostgreSQL and Redis, once for a run: the processes of pytest-xdist inherit the
addresses. `DATABASE=sqlite` asks for the embedded way instead (a SQLite file, and no broker server). A DATABASE_URL
from outside is ignored: tests never touch a database that somebody may need.
"""

import atexit
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.services import running_services

_root = Path(__file__).resolve().parent.parent
_resources = ExitStack()
atexit.register(_resources.close)

# Every process of the run has files of its own; what takes long to make (fonts) is shared.
_data_dir = Path(tempfile.mkdtemp(prefix="portal-test-data-"))
_resources.callback(shutil.rmtree, _data_dir, ignore_errors=True)
os.environ["DATA_DIR"] = str(_data_dir)

_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if os.environ.get("DATABASE") == "sqlite":
    os.environ["DATABASE_URL"] = f"sqlite:///{_data_dir / 'portal.sqlite3'}"
    os.environ["REDIS_URL"] = ""
else:
    if not _worker:
        os.environ.update(_resources.enter_context(running_services()).environment())
    # Redis has 16 databases: the first for the run itself, one for each process that it starts.
    if _worker:
        os.environ["REDIS_URL"] += f"/{(int(_worker.removeprefix('gw')) + 1) % 16}"

os.environ["SECRET_KEY"] = "a-key-for-tests-that-protects-nothing-real-0123456789"
os.environ["PUBLIC_URL"] = "http://localhost:8000"
for _name in ("DEBUG", "DEMO", "OFFICIALS_NEED_SECOND_FACTOR", "BEHIND_PROXY", "EMAIL_BACKEND", "ALLOWED_HOSTS"):
    os.environ.pop(_name, None)

from portal.settings import *  # noqa: E402, F403 - the environment had to be set first
from portal.settings import DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as in the demo: an in-memory database has other locks.
    DATABASES["default"]["TEST"] = {"NAME": str(_data_dir / "test.sqlite3")}
# Tests make many people: a slow hash costs minutes and shows nothing.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# No collectstatic before tests; the deploy check looks at the real storage.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# Few tests are about credit checks: those ask for one.
CREDIT_VALID_DAYS = 0
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Tests run at any hour; those about quiet hours ask for them.
QUIET_HOURS = False
