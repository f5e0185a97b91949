"""Every table of the portal is in the audit chain, or it is said here why it is not."""

from django.apps import apps

from portal.audit.contents import CONTENTS

OURS = ("portal", "policies", "applications", "review")
# What belongs to the chain itself or is protected by it, what is worked out of rows that are held, what only one
# person's page needs, and what tells of work under way that ends in rows that are held.
NOT_HELD = {
    "the chain itself": "audit.auditrecord audit.auditroot audit.chainhead",
    "events by the thousand, appended only (trigger), erased by rule": "audit.securityevent audit.securitysubject",
    "worked out of held rows, and worked out again": (
        "applications.assessmentreplay checks.claimidentifier checks.examination checks.finding entitled.computation "
        "entitled.entitlement figures.countedmonth figures.deskfigure figures.figure figures.officerfigure "
        "intake.filetext whatif.simulationrun"
    ),
    "the state of work whose result is held": (
        "applications.claimcounter drafting.casechange drafting.policydraft drafting.workedcase intake.incomingfile "
        "jobs.heartbeat jobs.job notices.noticecounter notices.printrun notices.printslice own_papers.archive "
        "privacy.datacopy"
    ),
    "a file of the bank, whose payments are held": "payments.bankfile payments.bankrow",
    "a sheet that office or register send again": "checks.registerrow checks.registersheet",
    "who works on what, each change on record": (
        "assignments.absence assignments.assignment assignments.rule assignments.rulemember assignments.suspension"
    ),
    "master data that people change, each change on record": (
        "accounts.applicant accounts.invitation accounts.membership accounts.overriderequest accounts.region "
        "accounts.user recusal.affiliation rights.right"
    ),
    "one person's own": (
        "api.apitoken calendars.feed desk.savedfilter letters.reading notifications.choices notifications.message "
        "notifications.outgoing unsent.unsentform"
    ),
}


def test_every_table_is_held_by_the_chain_or_named_with_the_reason():
    tables = {model._meta.label_lower for model in apps.get_models() if model.__module__.startswith(OURS)}
    named = [table for reason in NOT_HELD.values() for table in reason.split()]
    assert len(named) == len(set(named))
    assert tables == {*CONTENTS, *named}
    assert not CONTENTS.keys() & set(named)
