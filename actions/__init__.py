"""Rasa custom actions, one module per errand: slots in, service calls, an utterance out.

Every class here is found by ``rasa run actions --actions actions``; ``all_actions`` hands the same
ones to the embedded engine.
"""

from actions import (
    aftercare,
    appointments,
    booking,
    cancelling,
    cases,
    complaints,
    doctors,
    finding,
    moving,
    opinions,
    patients,
    questions,
    requests,
    talk,
)
from actions.turn import TurnAction


def all_actions() -> list[TurnAction]:
    """One instance of every action that the domain names."""
    modules = (
        aftercare,
        appointments,
        booking,
        cancelling,
        cases,
        complaints,
        doctors,
        finding,
        moving,
        opinions,
        patients,
        questions,
        requests,
        talk,
    )
    return [action() for module in modules for action in module.ACTIONS]


__all__ = ["all_actions"]
