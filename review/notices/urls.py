"""Notices and their verification."""

from django.urls import path

from review.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("verify/", views.verify, name="verify"),
    path("receipt/<uuid:key>/", views.receipt, name="receipt"),
    path("office/", views.office, name="office"),
    path("office/again/<int:job_id>/", views.again, name="again"),
    path("office/<slug:code>/", views.kept, name="kept"),
    path("office/<slug:code>/proof/", views.proof, name="proof"),
    path("<slug:code>.pdf", views.download, name="download"),
]
