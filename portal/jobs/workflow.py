"""The table of a job's transitions. A worker does all but the last two, which a person asks for."""

from portal.core.workflow import Workflow, transition
from portal.jobs.enums import JobAction, JobState

WORKFLOW = Workflow(
    # A lease that ran out is taken over while the job is still called running.
    transition(JobAction.LEASE, (JobState.WAITING, JobState.RUNNING), JobState.RUNNING),
    transition(JobAction.FINISH, JobState.RUNNING, JobState.DONE),
    transition(JobAction.POSTPONE, JobState.RUNNING, JobState.WAITING),
    transition(JobAction.GIVE_UP, JobState.RUNNING, JobState.DEAD),
    transition(JobAction.RETRY, JobState.DEAD, JobState.WAITING),
    transition(JobAction.CLOSE, JobState.DEAD, JobState.DONE),
    noun="任务",
)
