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
    path("policies/finder/", include("policies.finder.urls")),
    path("policies/drafts/", include("policies.drafting.urls")),
    path("policies/", include("policies.published.urls")),
    path("rates/", include("policies.rates.urls")),
    path("calls/", include("policies.calls.urls")),
    path("claims/", include("applications.claims.urls")),
    path("rights/", include("applications.rights.urls")),
    path("review/", include("review.decisions.urls")),
    path("funding/", include("review.funding.urls")),
    path("targets/", include("review.targets.urls")),
    path("what-if/", include("review.whatif.urls")),
    path("notices/", include("review.notices.urls")),
    path("v/", include("review.notices.verification_urls")),
]
