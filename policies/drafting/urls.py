"""Drafts of policy: addresses."""

from django.urls import path

from policies.drafting.editor import views as editor
from policies.drafting.views import cases, changing, drafts, source

app_name = "drafting"
urlpatterns = [
    path("", drafts.drafts, name="drafts"),
    path("new/", drafts.new, name="new"),
    path("<uuid:key>/", drafts.draft, name="draft"),
    path("<uuid:key>/describe/", drafts.describe, name="describe"),
    path("<uuid:key>/changes/", drafts.changes, name="changes"),
    path("<uuid:key>/text/", drafts.text, name="text"),
    path("<uuid:key>/export/", drafts.export, name="export"),
    path("<uuid:key>/source/", source.source, name="source"),
    path("<uuid:key>/source/mark/", source.mark, name="mark_source"),
    path("<uuid:key>/cases/", cases.cases, name="cases"),
    path("<uuid:key>/cases/new/", cases.new_case, name="new_case"),
    path("<uuid:key>/cases/waive/", cases.waive, name="waive_case"),
    path("<uuid:key>/cases/<int:pk>/", cases.settle, name="settle_case"),
    path("<uuid:key>/cases/<int:pk>/undo/", cases.undo, name="undo_case"),
    path("<uuid:key>/cases/<int:pk>/accept/", cases.accept, name="accept_case"),
    path("<uuid:key>/cases/move/", cases.move, name="move_cases"),
    path("<uuid:key>/issue/", changing.issue, name="issue"),
    path("<uuid:key>/sums/", changing.sums, name="sums"),
    path("<uuid:key>/readings/", changing.readings, name="readings"),
    path("<uuid:key>/decide/", changing.decide, name="decide"),
    path("<uuid:key>/sections/", changing.arrange, name="arrange"),
    path("<uuid:key>/sections/new/", editor.new_section, name="new_section"),
    path("<uuid:key>/sections/<int:index>/", editor.section, name="section"),
    path("<uuid:key>/sections/<int:index>/preview/", editor.preview, name="section_preview"),
    path("<uuid:key>/sections/<int:index>/tryout/", editor.tryout, name="tryout"),
    path("<uuid:key>/sections/<int:index>/copy/", editor.copy_section, name="copy_section"),
]
