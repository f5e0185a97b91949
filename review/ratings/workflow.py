"""The table of a rating's transitions: a bad one is answered once."""

from portal.core.workflow import Workflow, into
from review.ratings.enums import RatingState as S

RATINGS = Workflow(into(S.ANSWERED, S.OPEN), noun="评价")
