"""One's papers: addresses."""

from django.urls import path

from review.papers import views

app_name = "papers"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("page.zip", views.archive, name="archive"),
]
