"""Regular jobs of money in words."""

from marketplace.console.views.jobs import job_words
from payouts.tasks import PLAN, WATCH


def test_every_job_says_what_it_does() -> None:
    """No job of the plan is shown by its bare name, and a new one by nothing else."""
    names = [*(name for name, _, _ in PLAN), WATCH]
    assert [name for name in names if job_words(name) == name] == []
    assert job_words("pay.new") == "pay.new"
