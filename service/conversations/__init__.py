"""The way of a message through the database: received, answered once, delivered.

A message is stored before its channel may forget it (``receive``). Whoever answers takes the whole
conversation for a while (``next_turn``), and everything an answer consists of is written in one
last transaction (``finish``): where the dialogue stands, what goes out, which flags are raised,
and that this message is done. A crash before it leaves the message open, to be answered again.

``messages`` has the values that pass through; ``receiving``, ``answering`` and ``sending`` are the
three steps; ``offers`` knows the buttons, ``files`` what patients attached.
"""

from service.conversations.answering import (
    LEASE,
    Leased,
    finish,
    give_up_leases,
    next_turn,
    note_feedback,
    open_conversations,
)
from service.conversations.files import (
    MissingFile,
    keep_attachment,
    missing_files,
    set_attachment_path,
)
from service.conversations.messages import Button, Finished, Incoming, Outcome, Reply, Turn
from service.conversations.offers import OFFER_LIFE, TOKEN_MARK
from service.conversations.receiving import MAX_TEXT, conversation_for, receive
from service.conversations.sending import hand_over, history, push, put_out, replies_to

__all__ = [
    "LEASE",
    "MAX_TEXT",
    "OFFER_LIFE",
    "TOKEN_MARK",
    "Button",
    "Finished",
    "Incoming",
    "Leased",
    "MissingFile",
    "Outcome",
    "Reply",
    "Turn",
    "conversation_for",
    "finish",
    "give_up_leases",
    "hand_over",
    "history",
    "keep_attachment",
    "missing_files",
    "next_turn",
    "note_feedback",
    "open_conversations",
    "push",
    "put_out",
    "receive",
    "replies_to",
    "set_attachment_path",
]
