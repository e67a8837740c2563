"""A case in work: its states and the permitted moves between them, as a table. Values only; the desk acts on it.

    draft → submitted → approved → issued → sent → served → final
              ↓ ↑                             ↓       ↓
            sent back                       appealed ←┘

`approved` is the decision-maker's own act; from there a job signs, seals and logs, and `issued` is the point of no
return (`sigill.journey.conclude`). Lifting a case is no state: it moves the power to decide, before the decision,
and is recorded as an event of its own.
"""

import enum
from collections.abc import Mapping

from sigill.errors import N_, Refused


class State(enum.StrEnum):
    """Where a case stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    APPROVED = "approved"
    ISSUED = "issued"
    SENT = "sent"
    SERVED = "served"
    APPEALED = "appealed"
    FINAL = "final"
    WITHDRAWN = "withdrawn"


class Move(enum.StrEnum):
    """What brings a case on."""

    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    STOP = "stop"
    ISSUE = "issue"
    SEND = "send"
    SERVE = "serve"
    APPEAL = "appeal"
    CLOSE = "close"
    WITHDRAW = "withdraw"


MOVES: Mapping[tuple[State, Move], State] = {
    (State.DRAFT, Move.SUBMIT): State.SUBMITTED,
    (State.DRAFT, Move.WITHDRAW): State.WITHDRAWN,
    (State.SENT_BACK, Move.SUBMIT): State.SUBMITTED,
    (State.SENT_BACK, Move.WITHDRAW): State.WITHDRAWN,
    (State.SUBMITTED, Move.TAKE_BACK): State.DRAFT,
    (State.SUBMITTED, Move.SEND_BACK): State.SENT_BACK,
    (State.SUBMITTED, Move.APPROVE): State.APPROVED,
    # The job found that the letters are no longer those that were read, or the gate says no: read them again.
    (State.APPROVED, Move.STOP): State.SUBMITTED,
    (State.APPROVED, Move.ISSUE): State.ISSUED,
    (State.ISSUED, Move.SEND): State.SENT,
    (State.SENT, Move.SERVE): State.SERVED,
    # An appeal may come before anybody has proof of service (FL 44 § counts from receipt, not from proof).
    (State.SENT, Move.APPEAL): State.APPEALED,
    (State.SERVED, Move.APPEAL): State.APPEALED,
    (State.SERVED, Move.CLOSE): State.FINAL,
    (State.APPEALED, Move.CLOSE): State.FINAL,
}
"""Every permitted move and nothing else. After `ISSUED` there is no way back to a draft (FL 36–39 §§)."""

EDITABLE = frozenset({State.DRAFT, State.SENT_BACK, State.SUBMITTED})
"""States in which a case's content may change; in `SUBMITTED` by the decision-maker alone."""
ISSUED = frozenset({State.ISSUED, State.SENT, State.SERVED, State.APPEALED, State.FINAL})
"""States after the point of no return."""


def moved(state: State, move: Move) -> State:
    """The state after a move.

    Raises:
        Refused: the move is not permitted from here.
    """
    after = MOVES.get((state, move))
    if after is None:
        raise Refused(
            N_("The case stands where this can't be done."),
            N_("Open the case again and look at where it stands."),
        )
    return after


def moves_from(state: State) -> tuple[Move, ...]:
    """The moves permitted from a state, in the table's order."""
    return tuple(move for (before, move) in MOVES if before is state)
