"""Notices and their verification."""

from django.urls import path

from review.notices import run_views, views

app_name = "notices"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("verify/", views.verify, name="verify"),
    path("verify/offline.py", views.verifier, name="verifier"),
    path("receipt/<uuid:key>/", views.receipt, name="receipt"),
    path("office/", views.office, name="office"),
    path("office/again/<int:job_id>/", views.again, name="again"),
    path("runs/", run_views.runs, name="runs"),
    path("runs/<int:run_id>/", run_views.run, name="run"),
    path("runs/<int:run_id>/addresses/", run_views.addresses, name="addresses"),
    path("runs/<int:run_id>/<int:position>.pdf", run_views.bundle, name="bundle"),
    path("runs/<int:run_id>/<int:position>.zip", run_views.single_files, name="single_files"),
    path("runs/<int:run_id>/<slug:action>/", run_views.run_action, name="run_action"),
    path("mine.zip", run_views.own_files, name="own_files"),
    path("office/<slug:code>/", views.kept, name="kept"),
    path("office/<slug:code>/proof/", views.proof, name="proof"),
    path("<slug:code>.pdf", views.download, name="download"),
]
