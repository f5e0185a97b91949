"""The screen of background jobs."""

from django.urls import path

from portal.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.job_list, name="list"),
    path("retry/", views.retry_kind, name="retry_kind"),
    path("<int:pk>/retry/", views.retry, name="retry"),
]
