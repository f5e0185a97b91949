"""Pages about who an organisation belongs to."""

from django.urls import path

from portal.ownership.views import contests, papers, vouching

app_name = "ownership"
urlpatterns = [
    path("", papers.desk, name="desk"),
    path("own/<int:pk>/", papers.papers, name="papers"),
    path("own/<int:pk>/<slug:code>/", vouching.vouch, name="vouch"),
    path("own/<int:pk>/<slug:code>/done/", vouching.vouched, name="vouched"),
    path("organisations/<int:pk>/", papers.organisation, name="organisation"),
    path("papers/<uuid:key>/", papers.paper, name="paper"),
    path("contests/", contests.contests, name="contests"),
    path("contests/new/", contests.contest_new, name="contest_new"),
    path("contests/<uuid:key>/", contests.contest, name="contest"),
]
