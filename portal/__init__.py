"""What every app uses: people, access, audit, jobs, messages, money and calendar."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
