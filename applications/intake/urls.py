"""Files of a claim that is being written: addresses."""

from django.urls import path

from applications.intake.views import chunks, page

app_name = "intake"
urlpatterns = [
    path("many/uploads/", chunks.begin_many, name="begin_many"),
    path("many/uploads/<uuid:upload>/", chunks.chunk_many, name="chunk_many"),
    path("many/uploads/<uuid:upload>/finish/", chunks.finish_many, name="finish_many"),
    path("<uuid:key>/", page.files, name="files"),
    path("<uuid:key>/uploads/", chunks.begin, name="begin"),
    path("<uuid:key>/uploads/<uuid:upload>/", chunks.chunk, name="chunk"),
    path("<uuid:key>/uploads/<uuid:upload>/finish/", chunks.finish, name="finish"),
]
