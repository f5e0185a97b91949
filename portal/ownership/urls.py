"""Pages about who an organisation belongs to."""

from django.urls import path

from portal.ownership.views import contests, papers

app_name = "ownership"
urlpatterns = [
    path("", papers.desk, name="desk"),
    path("own/<int:pk>/", papers.papers, name="papers"),
    path("organisations/<int:pk>/", papers.organisation, name="organisation"),
    path("papers/<uuid:key>/", papers.paper, name="paper"),
    path("contests/", contests.contests, name="contests"),
    path("contests/new/", contests.contest_new, name="contest_new"),
    path("contests/<uuid:key>/", contests.contest, name="contest"),
]
