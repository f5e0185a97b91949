"""What an officer sets up for the own work."""

from django.urls import path

from review.desk import views

app_name = "desk"
urlpatterns = [
    path("filters/", views.save, name="save_filter"),
    path("filters/<int:pk>/delete/", views.delete, name="delete_filter"),
]
