"""Letters on claims."""

from django.urls import path

from review.letters import views

app_name = "letters"
urlpatterns = [
    path("<uuid:key>/", views.thread, name="thread"),
    path("files/<uuid:key>/", views.file, name="file"),
]
