"""Buttons: each is offered under a token of its own, and pressed by it or by its words."""

import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock
from service.conversations.messages import Button
from service.model import AuditEntry, Offer

OFFER_LIFE = timedelta(days=7)
TOKEN_MARK = "#"
_TOKEN = re.compile(r"#[\w-]{16}")
_ORDINALS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6}


def shown(buttons: Sequence[Button]) -> list[dict[str, Any]]:
    """The buttons as doors show them, each with a new token."""
    return [
        {
            "title": button.title,
            "payload": TOKEN_MARK + secrets.token_urlsafe(12),
            **({"aside": True} if button.payload.get("aside") else {}),
            **({"answer": True} if _is_answer(button) else {}),
        }
        for button in buttons
    ]


def _is_answer(button: Button) -> bool:
    """Whether a button says yes or no."""
    return str(button.payload.get("say", "")).startswith(("/affirm", "/deny"))


def offers(
    clock: Clock,
    conversation_id: int,
    message_id: int,
    entries: Sequence[dict[str, Any]],
    buttons: Sequence[Button],
) -> list[dict[str, Any]]:
    """The rows that say what a message's buttons mean.

    Args:
        entries: the same buttons as ``shown`` made them.
    """
    expires = clock.now() + OFFER_LIFE
    return [
        {
            "token": entry["payload"],
            "conversation_id": conversation_id,
            "message_id": message_id,
            "title": button.title,
            "payload": button.payload,
            "expires_at": expires,
        }
        for entry, button in zip(entries, buttons, strict=True)
    ]


def is_token(text: str) -> bool:
    """Whether a text is nothing but a button's token, valid or not."""
    return bool(_TOKEN.fullmatch(text.strip()))


async def pressed(
    session: AsyncSession,
    clock: Clock,
    conversation_id: int,
    kind: str,
    text: str,
    offered: Sequence[dict[str, Any]],
) -> Offer | None:
    """The button that a message presses: by its token, or by its words just after it was offered.

    A token that was offered elsewhere presses nothing here, and is noted.

    Args:
        offered: the buttons of the bot's last message in this conversation.
    """
    token = text.strip()
    if not token.startswith(TOKEN_MARK):
        token = _token_meant(offered, token) if kind == "text" else ""
    return await _by_token(session, clock, conversation_id, token) if token else None


def _token_meant(buttons: Sequence[dict[str, Any]], words: str) -> str:
    """The token of the button that is meant by its title, else by its place."""
    if not words or len(words) > 40:
        return ""
    by_title = next((one for one in buttons if words in _spoken(one["title"])), None)
    meant = by_title or _by_ordinal(buttons, words)
    return meant["payload"] if meant else ""


def _spoken(title: str) -> tuple[str, str]:
    """A title, and it without what stands behind it: 候补，有号叫我; 周二上午（余10）."""
    return title, re.split("[，（]", title)[0]


async def _by_token(
    session: AsyncSession, clock: Clock, conversation_id: int, token: str
) -> Offer | None:
    found = await session.get(Offer, token)
    if found is not None and found.conversation_id != conversation_id:
        session.add(
            AuditEntry(
                at=clock.now(),
                actor=f"conversation {conversation_id}",
                verb="pressed another chat's button",
                subject=f"message {found.message_id}",
                detail={},
            )
        )
        return None
    return found if found is not None and found.expires_at > clock.now() else None


def _by_ordinal(buttons: Sequence[dict[str, Any]], text: str) -> dict[str, Any] | None:
    """第二个 presses the second button; a bare number does when the buttons are numbered."""
    inner = text.removeprefix("选").removeprefix("就").removesuffix("吧")
    if inner.startswith("第") and inner[2:] in ("个", "项", "条", "种"):
        inner = inner[1]
    elif len(inner) != 1 or not inner.isdigit():
        return None
    place = _ORDINALS.get(inner, unicodedata.digit(inner, 0))
    if any(one.get("answer") for one in buttons):
        # Among 确认 and 不了 nobody means the first one.
        return None
    choices = [one for one in buttons if not one.get("aside")]
    return choices[place - 1] if 1 <= place <= len(choices) else None
