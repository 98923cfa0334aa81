"""Ctrl-C waits for the end of a step, once."""

import signal

import pytest

from isegoria.interrupts import heeded_between_steps


def interrupt():
    signal.raise_signal(signal.SIGINT)


def test_a_step_goes_on_and_the_next_does_not_begin():
    done = []

    def work():
        with heeded_between_steps() as check:
            for step in range(3):
                check()
                interrupt()
                done.append(step)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert [0] == done


def test_a_second_interrupt_does_not_wait():
    done = []

    def work():
        with heeded_between_steps():
            interrupt()
            done.append("the first waits")
            interrupt()
            done.append("so does the second")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert ["the first waits"] == done


def test_without_an_interrupt_nothing_happens():
    with heeded_between_steps() as check:
        check()


def test_afterwards_an_interrupt_is_as_before():
    before = signal.getsignal(signal.SIGINT)
    with heeded_between_steps():
        assert before is not signal.getsignal(signal.SIGINT)
    assert before is signal.getsignal(signal.SIGINT)
