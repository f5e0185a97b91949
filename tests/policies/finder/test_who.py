"""The first question of the finder: who asks."""

from policies.engine import APPLICANT_KINDS
from policies.finder.forms import WhoForm


def test_every_kind_is_offered_once_the_usual_ones_first():
    _, *choices = WhoForm.base_fields["kind"].choices
    offered = [kind for value, shown in choices for kind in ([value] if isinstance(shown, str) else dict(shown))]
    assert offered[:3] == ["enterprise", "individual", "university"]
    assert sorted(offered) == sorted(APPLICANT_KINDS)
