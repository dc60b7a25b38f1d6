"""What starting made is kept out of the collector's way, in every kind of process."""

import gc
from collections.abc import Iterator

import pytest
from celery.signals import worker_before_create_process

from config import celery, gunicorn


@pytest.fixture(autouse=True)
def descongelado() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.unfreeze()


def test_a_web_process_leaves_what_starting_made_alone() -> None:
    gunicorn.post_worker_init(None)
    assert gc.get_freeze_count() > 0


def test_the_processes_of_the_worker_share_what_starting_made() -> None:
    worker_before_create_process.send(sender=celery.app)
    assert gc.get_freeze_count() > 0
