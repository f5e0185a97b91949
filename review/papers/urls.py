"""One's papers: addresses."""

from django.urls import path

from review.papers import views

app_name = "papers"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("all/", views.pack, name="pack"),
    path("all/<uuid:key>/", views.whole, name="whole"),
    path("all/<uuid:key>.zip", views.whole_file, name="whole_file"),
    path("page.zip", views.archive, name="archive"),
]
