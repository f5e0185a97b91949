"""Every address of the portal. Rooms above are named as strings only."""

from django.urls import include, path

from portal.api.api import guarded_urls
from portal.api.views import documentation
from portal.jobs.views import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("", include("review.home.urls")),
    path("account/", include("allauth.urls")),
    path("me/tokens/", include("portal.api.urls")),
    path("me/", include("portal.accounts.urls")),
    path("api/", documentation, name="api_documentation"),
    path("api/v1/", guarded_urls()),
    path("messages/", include("portal.notifications.urls")),
    path("audit/", include("portal.audit.urls")),
    path("jobs/", include("portal.jobs.urls")),
    path("workdays/", include("portal.workdays.urls")),
    path("policies/", include("policies.urls")),
    path("claims/", include("applications.urls")),
    path("review/", include("review.urls")),
    path("funding/", include("review.funding.urls")),
    path("notices/", include("review.notices.urls")),
    path("v/", include("review.notices.verification_urls")),
]
