"""Two workers at the same moment: each job is taken by one of them and ended once, on either database."""

import pytest

from tests.races.together import Racers
from tests.services.office import Office
from tests.services.worker_jobs import Post

pytestmark = pytest.mark.slow


def test_two_workers_take_jobs_and_none_is_taken_twice(office: Office, pair: Racers) -> None:
    post = Post(office)
    for _n in range(20):
        cases = {post.start().id for _case in range(4)}
        one, other = pair.run(lambda: post.take("w1", most=3), lambda: post.take("w2", most=3))
        assert (one.error, other.error) == (None, None)
        taken = [job.wait.instance_id for outcome in (one, other) for job in outcome.value]
        taken += [job.wait.instance_id for job in post.take("w3")]  # what both passed over
        assert sorted(taken) == sorted(cases)


def test_a_worker_that_is_late_races_the_next_one_and_one_of_them_ends_the_job(
    office: Office, pair: Racers
) -> None:
    post, winners = Post(office), set[int]()
    for _n in range(40):
        case = post.start()
        [late] = post.take("w1")
        post.later(seconds=61)

        def next_one() -> bool:
            return any(post.complete(job) for job in post.take("w2"))

        outcomes = pair.run(lambda late=late: post.complete(late), next_one)  # type: ignore[misc]
        won = {number for number, outcome in enumerate(outcomes) if outcome.won}
        if not won:  # the next one passed over the case that the late one was looking at
            assert outcomes[1].value is False
        assert len(won) <= 1
        for job in post.take("w3"):
            post.complete(job)
        assert post.open(case) == ["arsip"]
        winners |= won
    assert winners, "the race was none"


def test_a_job_is_completed_while_another_gives_it_back(office: Office, pair: Racers) -> None:
    post = Post(office)
    for _n in range(30):
        case = post.start()
        [job] = post.take()
        outcomes = pair.run(lambda job=job: post.complete(job), lambda job=job: post.fail(job))  # type: ignore[misc]
        assert sum(outcome.won for outcome in outcomes) == 1
        assert post.open(case) == (["arsip"] if outcomes[0].won else [])
