"""How a site works: its periods, in working days unless said otherwise, and limits. A part of the settings."""

from portal.core.env import env_flag, env_int, env_text

PUBLICITY_WORKDAYS = env_int("PUBLICITY_WORKDAYS", 5)
OBJECTION_WORKDAYS = env_int("OBJECTION_WORKDAYS", 10)
# How many objections one network address may file online in a day.
OBJECTIONS_PER_DAY = env_int("OBJECTIONS_PER_DAY", 5)
# What the holder of a contested registration has to answer.
CONTEST_ANSWER_WORKDAYS = env_int("CONTEST_ANSWER_WORKDAYS", 10)
# A claim that waits longer than this in one queue is shown as overdue.
REVIEW_WORKDAYS = env_int("REVIEW_WORKDAYS", 10)
# The working days of a claim from its submission to the payment, and the clause that says so.
WHOLE_WORKDAYS = env_int("WHOLE_WORKDAYS", 60)
WHOLE_BASIS = env_text("WHOLE_BASIS", "")
# What the end of a period without an act does: none, escalate (a supervisor is told), or accept (who was not taken up
# in time counts as taken up, 视为受理, and supervisors are told of the rest). A document may set its own.
SILENCE = env_text("SILENCE", "escalate")
# Whether nothing is paid before its notice is made.
PAYMENT_NEEDS_NOTICE = env_flag("PAYMENT_NEEDS_NOTICE")
# Working days an applicant has to correct a claim; officers may set fewer, not more.
CORRECTION_WORKDAYS = env_int("CORRECTION_WORKDAYS", 10)
# How often an officer may prolong one correction, and the working days after its day at which the portal itself closes
# an unanswered one as abandoned (0: an officer does).
CORRECTION_PROLONGATIONS = env_int("CORRECTION_PROLONGATIONS", 1)
CORRECTION_CLOSE_WORKDAYS = env_int("CORRECTION_CLOSE_WORKDAYS", 0)
# What an office has to answer a bad rating (好差评).
RATING_ANSWER_WORKDAYS = env_int("RATING_ANSWER_WORKDAYS", 15)
# Years for which an official is recused from a former employer, or from whom they acted for.
RECUSAL_YEARS = env_int("RECUSAL_YEARS", 3)
# Hours after which a claim that an officer took and did not act on is everybody's again (0: never).
CLAIM_TAKEN_HOURS = env_int("CLAIM_TAKEN_HOURS", 24)
# The most working days for which the work on a claim is suspended, and how often at one stage.
SUSPENSION_WORKDAYS = env_int("SUSPENSION_WORKDAYS", 30)
SUSPENSIONS_PER_STAGE = env_int("SUSPENSIONS_PER_STAGE", 2)
# How many claims an officer concludes at once.
BULK_MAX_CLAIMS = env_int("BULK_MAX_CLAIMS", 200)
# Days for which a claim's credit check counts at its decisions, approval and payment; 0: none is required.
CREDIT_VALID_DAYS = env_int("CREDIT_VALID_DAYS", 90)
