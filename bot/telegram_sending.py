"""How a message of this house becomes Telegram's: parts, keyboards, and what a refusal means."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unicodedata import east_asian_width

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.delivery import TryLater, Unreachable

LONGEST_TEXT = 4096
"""Telegram's limit for one message; counted here in UTF-16 units, the strictest way to count."""

SHORT_TITLE = 16
"""Half the width of a small phone, in columns; a Chinese character takes two."""

_GONE = ("chat not found", "user not found", "peer_id_invalid", "deactivated", "kicked")


def split_text(text: str, limit: int = LONGEST_TEXT) -> list[str]:
    """A text in parts that Telegram takes: cut between lines, else between sentences."""
    parts = []
    rest = text.strip()
    while (end := _fitting(rest, limit)) < len(rest):
        cut = _cut(rest[:end])
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [part for part in (*parts, rest) if part]


def _fitting(text: str, limit: int) -> int:
    units = 0
    for index, character in enumerate(text):
        units += 2 if ord(character) > 0xFFFF else 1
        if units > limit:
            return index
    return len(text)


def _cut(text: str) -> int:
    """Where to end a part: after a line if that leaves it half full, else after a sentence."""
    line = text.rfind("\n") + 1
    if line > len(text) // 2:
        return line
    sentence = max(text.rfind(mark) for mark in "。！？；\n") + 1
    return max(line, sentence) or len(text)


def keyboard(buttons: Sequence[dict[str, Any]]) -> InlineKeyboardMarkup | None:
    """Short buttons two in a row, a long one alone."""
    rows: list[list[InlineKeyboardButton]] = []
    room = False
    for button in buttons:
        short = _width(button["title"]) <= SHORT_TITLE
        shown = InlineKeyboardButton(button["title"], callback_data=button["payload"])
        if short and room:
            rows[-1].append(shown)
        else:
            rows.append([shown])
        room = short and len(rows[-1]) == 1
    return InlineKeyboardMarkup(rows) if rows else None


def _width(title: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in title)


@contextmanager
def delivery_errors() -> Iterator[None]:
    """Tells the two kinds of failure apart.

    Raises:
        Unreachable: this chat takes nothing from us until its owner writes again.
        TryLater: the message was not taken this time.
    """
    try:
        yield
    except RetryAfter as error:
        raise TryLater("too many messages", retry_after(error)) from error
    except (Forbidden, ChatMigrated) as error:
        raise Unreachable(_reason(error)) from error
    except BadRequest as error:
        raise (Unreachable if is_gone(error) else TryLater)(_reason(error)) from error
    except TelegramError as error:
        raise TryLater(type(error).__name__) from error


def is_gone(error: BadRequest) -> bool:
    """Whether the refusal is about the chat, not about the message."""
    return any(sign in error.message.lower() for sign in _GONE)


def retry_after(error: RetryAfter) -> timedelta:
    """The pause that Telegram asks for."""
    after = error.retry_after
    return after if isinstance(after, timedelta) else timedelta(seconds=after)


def _reason(error: TelegramError) -> str:
    return f"{type(error).__name__}: {error.message[:120]}"
