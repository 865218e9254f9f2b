"""Buttons: each is offered under a token of its own, and pressed by it or by its words."""

import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock
from service.conversations.messages import Button
from service.model import AuditEntry, Message, Offer

OFFER_LIFE = timedelta(days=7)
TOKEN_MARK = "#"
_TOKEN = re.compile(r"#[\w-]{16}")
_ORDINALS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6}


def offer(
    session: AsyncSession, clock: Clock, message: Message, buttons: Sequence[Button]
) -> list[dict[str, Any]]:
    """Issue tokens for the buttons of a message that is stored already.

    Returns:
        The buttons as doors show them.
    """
    shown = []
    for button in buttons:
        token = TOKEN_MARK + secrets.token_urlsafe(12)
        entry: dict[str, Any] = {"title": button.title, "payload": token}
        if button.payload.get("aside"):
            entry["aside"] = True
        shown.append(entry)
        session.add(
            Offer(
                token=token,
                conversation_id=message.conversation_id,
                message_id=message.id,
                title=button.title,
                payload=button.payload,
                expires_at=clock.now() + OFFER_LIFE,
            )
        )
    return shown


def is_token(text: str) -> bool:
    """Whether a text is nothing but a button's token, valid or not."""
    return bool(_TOKEN.fullmatch(text.strip()))


async def pressed(
    session: AsyncSession, clock: Clock, conversation_id: int, kind: str, text: str
) -> Offer | None:
    """The button that a message presses: by its token, or by its words just after it was offered.

    A token that was offered elsewhere presses nothing here, and is noted.
    """
    text = text.strip()
    if text.startswith(TOKEN_MARK):
        return await _by_token(session, clock, conversation_id, text)
    if kind != "text" or not text or len(text) > 40:
        return None
    last = await session.scalar(
        select(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.direction == "out",
            Message.author == "bot",
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    if last is None:
        return None
    order = {button["payload"]: place for place, button in enumerate(last.buttons)}
    rows = await session.scalars(
        select(Offer).where(Offer.message_id == last.id, Offer.expires_at > clock.now())
    )
    offers = sorted(rows, key=lambda one: order[one.token])
    return next((one for one in offers if one.title == text), None) or _by_ordinal(offers, text)


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


def _by_ordinal(offers: Sequence[Offer], text: str) -> Offer | None:
    """第二个 presses the second button; a bare number does when the buttons are numbered."""
    inner = text.removeprefix("选").removeprefix("就").removesuffix("吧")
    if inner.startswith("第") and inner[2:] in ("个", "项", "条", "种"):
        inner = inner[1]
    elif len(inner) != 1 or not inner.isdigit():
        return None
    place = _ORDINALS.get(inner, unicodedata.digit(inner, 0))
    choices = [one for one in offers if not one.payload.get("aside")]
    return choices[place - 1] if 1 <= place <= len(choices) else None
