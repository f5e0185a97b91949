"""Files of a claim that is being written: addresses."""

from django.urls import path

from applications.intake.views import page, pieces

app_name = "intake"
urlpatterns = [
    path("<uuid:key>/", page.files, name="files"),
    path("<uuid:key>/uploads/", pieces.begin, name="begin"),
    path("<uuid:key>/uploads/<uuid:upload>/", pieces.piece, name="piece"),
    path("<uuid:key>/uploads/<uuid:upload>/finish/", pieces.finish, name="finish"),
]
