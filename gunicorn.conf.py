"""How the web server runs, wherever it is started: what the command line says goes before this file."""

import os

wsgi_app = "portal.wsgi:application"
# Two for each of two cores: threads of one process compute in turn, and wait for one another while they do.
workers = int(os.environ.get("WEB_CONCURRENCY", "4"))
threads = 2
timeout = 60
# The code and what it compiled is loaded once and shared.
preload_app = True
control_socket_disable = True
# The sign of life that a worker gives must not wait for a disk.
worker_tmp_dir = "/dev/shm"  # noqa: S108 - gunicorn makes a file of its own there
