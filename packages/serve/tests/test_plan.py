"""Generations of workers, without processes."""

from __future__ import annotations

from typing import Any, cast

from tornado.serve._master._backoff import HEALTHY, LONGEST, BackOff
from tornado.serve._master._plan import Plan
from tornado.serve._master._workers import Stage, WorkerProcess


def start(plan: Plan, *numbers: int, generation: int, now: float = 0.0) -> list[WorkerProcess]:
    workers = [WorkerProcess(each, generation, cast("Any", None), now) for each in numbers]
    plan.workers += workers
    return workers


def serving(count: int) -> tuple[Plan, list[WorkerProcess]]:
    plan = Plan(count)
    workers = start(plan, *range(count), generation=plan.begin())
    for worker in workers:
        worker.stage = Stage.READY
    plan.take_over()
    return plan, workers


def test_a_generation_is_complete_when_all_its_workers_are_ready() -> None:
    plan = Plan(2)
    one, two = start(plan, 0, 1, generation=plan.begin())

    one.stage = Stage.READY
    assert not plan.is_complete()
    two.stage = Stage.READY
    assert plan.is_complete()
    assert plan.take_over() == []
    assert (plan.serving, plan.coming) == (1, None)


def test_a_new_generation_takes_over_from_the_old_one() -> None:
    plan, old = serving(2)
    for worker in start(plan, 0, 1, generation=plan.begin()):
        worker.stage = Stage.READY

    assert plan.is_complete()
    assert plan.take_over() == old


def test_a_generation_that_fails_leaves_the_old_one() -> None:
    plan, old = serving(1)
    (new,) = start(plan, 0, generation=plan.begin())

    assert plan.ended(new, now=1.0)
    assert plan.abandon() == []
    assert plan.generation(plan.serving) == old
    assert plan.schedule(now=1.0) == {}


def test_a_dead_worker_is_replaced_at_once_and_then_with_growing_delays() -> None:
    plan, (worker, _) = serving(2)
    delays = []
    for _ in range(4):
        assert not plan.ended(worker, now=10.0)
        delays.append(plan.schedule(now=10.0)[0])
        assert plan.schedule(now=10.0) == {}
        assert plan.next_time() == 10.0 + delays[-1]
        assert plan.take_due(now=10.0 + delays[-1]) == [0]
        (worker,) = start(plan, 0, generation=1, now=10.0)

    assert delays == [0.0, 0.25, 0.5, 1.0]


def test_a_dead_worker_is_replaced_while_a_generation_is_coming() -> None:
    plan, (worker,) = serving(1)
    plan.begin()

    assert not plan.ended(worker, now=1.0)

    assert plan.schedule(now=1.0) == {0: 0.0}
    assert plan.next_time() == 1.0
    assert plan.take_due(now=1.0) == [0]


def test_nothing_is_due_when_another_generation_has_taken_over() -> None:
    plan, (worker,) = serving(1)
    (new,) = start(plan, 0, generation=plan.begin())
    plan.ended(worker, now=1.0)
    plan.schedule(now=1.0)

    new.stage = Stage.READY
    plan.take_over()

    assert plan.schedule(now=1.0) == {}
    assert plan.take_due(now=100.0) == []


def test_a_worker_that_cannot_start_is_replaced_after_its_end() -> None:
    plan, (worker,) = serving(1)
    delays = []
    for _ in range(4):
        plan.ended(worker, now=1000.0)
        delays.append(plan.schedule(now=1000.0)[0])
        plan.take_due(now=2000.0)
        (worker,) = start(plan, 0, generation=1, now=100.0)  # it takes long until it fails
        worker.stage = Stage.FAILED
        assert plan.schedule(now=1000.0) == {}

    assert delays == [0.0, 0.25, 0.5, 1.0]


def test_a_worker_whose_source_has_changed_does_not_count_as_dead() -> None:
    plan, (worker,) = serving(1)
    plan.note_change(worker)
    plan.ended(worker, now=1.0)
    plan.abandon(begins_anew=True)
    assert plan.schedule(now=1.0) == {}  # the generation that comes replaces it

    plan.begin()
    assert plan.schedule(now=1.0) == {}

    plan.abandon()
    assert plan.schedule(now=1.0) == {0: 0.0}


def test_nothing_is_started_at_the_end() -> None:
    plan, (worker,) = serving(1)
    plan.is_ending = True

    assert not plan.ended(worker, now=1.0)
    assert plan.schedule(now=1.0) == {}


def test_delays_grow_to_a_limit_and_begin_anew_after_a_healthy_life() -> None:
    delays = BackOff()

    grown = [delays.delay_after(0.0) for _ in range(12)]

    assert grown == sorted(grown)
    assert grown[-1] == LONGEST
    assert delays.delay_after(HEALTHY) == 0.0
    assert delays.delay_after(0.0) == 0.0
    assert delays.delay_after(0.0) == 0.25
