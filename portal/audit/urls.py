"""The audit viewer."""

from django.urls import path

from portal.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.record_list, name="records"),
    path("security/", views.security_events, name="security"),
    path("export/", views.export, name="export"),
    path("<int:sequence>/", views.record_detail, name="record"),
]
