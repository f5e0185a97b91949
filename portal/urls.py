"""Every address of the portal: its own, and those that the apps register."""

from django.urls import include, path

from portal.api.api import api_urls
from portal.api.views import documentation
from portal.core.registry import URL_MODULES
from portal.jobs.views import healthz, metrics

# The longest prefix first: a document's address would otherwise swallow policies/drafts/.
_PREFIXES = sorted(URL_MODULES, key=len, reverse=True)
urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    # What the sign-in package would add besides, connecting and signing up through a provider, is not offered.
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("account/", include("portal.openid.urls")),
    path("api/", documentation, name="api_documentation"),
    path("api/v1/", api_urls()),
    *(path(prefix, include(URL_MODULES[prefix])) for prefix in _PREFIXES),
]
