"""The officials' work on claims, and the public publicity lists."""

from django.urls import path

from review.decisions.views import agenda, bulk, claim, exports, files, publicity, queue

app_name = "review"
urlpatterns = [
    path("queue/", queue.queue, name="queue"),
    path("queue/next/", queue.take_next, name="next"),
    path("queue/decide/", bulk.decide_many, name="decide_many"),
    path("queue/decide/<int:pk>/", bulk.bulk_progress, name="bulk_progress"),
    path("agenda/", agenda.agendas, name="agendas"),
    path("agenda/<slug:key>/", agenda.agenda, name="agenda"),
    path("agenda/<slug:key>/export/", agenda.agenda_export, name="agenda_export"),
    path("scores/", agenda.scores, name="scores"),
    path("claims/", queue.claims, name="claims"),
    path("claims/export/", exports.claims_sheet, name="claims_export"),
    path("claims/<uuid:key>/", claim.claim, name="claim"),
    path("claims/<uuid:key>/panel/<slug:code>/", claim.panel, name="panel"),
    path("claims/<uuid:key>/files.zip", files.archive, name="archive"),
    path("claims/<uuid:key>/files/", files.thumbnails, name="thumbnails"),
    path("claims/<uuid:key>/files/<uuid:evidence>/", files.picture, name="picture"),
    path("claims/<uuid:key>/files/<uuid:evidence>/small.jpg", files.thumbnail, name="thumbnail"),
    path("claims/<uuid:key>/conclude/", claim.conclude, name="conclude"),
    path("claims/<uuid:key>/recall/", claim.recall, name="recall"),
    path("claims/<uuid:key>/prolong/", claim.prolong, name="prolong"),
    path("claims/<uuid:key>/abandon/", claim.abandon, name="abandon"),
    path("claims/<uuid:key>/credit/", claim.credit, name="credit"),
    path("reports/<uuid:key>/", exports.report, name="report"),
    path("publicity/", publicity.publicity_public, name="publicity_public"),
    path("publicity/work/", publicity.publicity, name="publicity"),
    path("publicity/new/", publicity.publicity_new, name="publicity_new"),
    path("publicity/<uuid:key>/", publicity.publicity_detail, name="publicity_detail"),
    path("publicity/<uuid:key>/work/", publicity.publicity_work, name="publicity_work"),
    path("publicity/<uuid:key>/approve/", publicity.publicity_approve, name="publicity_approve"),
    path("publicity/<uuid:key>/withdraw/", publicity.publicity_withdraw, name="publicity_withdraw"),
    path("publicity/<uuid:key>/export/", publicity.publicity_export, name="publicity_export"),
    path("publicity/<uuid:key>/objection/<int:entry>/", publicity.objection_new, name="objection_new"),
    path("objections/<int:pk>/", publicity.objection, name="objection"),
]
