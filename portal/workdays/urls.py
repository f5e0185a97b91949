"""Working days set by the administrator."""

from django.urls import path

from portal.workdays import views

app_name = "workdays"
urlpatterns = [
    path("", views.day_list, name="list"),
    path("remove/", views.remove, name="remove"),
]
