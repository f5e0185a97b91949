"""What-if runs: addresses."""

from django.urls import path

from review.whatif import views

app_name = "whatif"
urlpatterns = [
    path("", views.runs, name="runs"),
    path("new/", views.new, name="new"),
    path("new/<str:change>/", views.ask, name="ask"),
    path("compare/", views.compare, name="compare"),
    path("draft/<uuid:key>/", views.draft_effect, name="draft_effect"),
    path("<uuid:key>/", views.run, name="run"),
    path("<uuid:key>/progress/", views.progress, name="progress"),
    path("<uuid:key>/cancel/", views.cancel, name="cancel"),
    path("<uuid:key>/export/", views.export, name="export"),
]
