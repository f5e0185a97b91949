"""How pages look, who can use them, and what a reader of English is told."""

from django.urls import path

from portal.display import views

app_name = "display"
urlpatterns = [
    path("", views.settings, name="settings"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("english/", views.english, name="english"),
    path("offline/", views.offline, name="offline"),
    path("worker.js", views.worker, name="worker"),
    path("portal.webmanifest", views.manifest, name="manifest"),
]
