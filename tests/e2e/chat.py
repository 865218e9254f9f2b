"""A patient at Rasa's REST channel: says, presses, and reads what comes back."""

import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

PATIENCE = 90.0
"""Seconds; the channel itself waits for 60."""

NEVER_SAID = ("不知道", "不可能", "下班了", "规定", "您说过了", "不归我")
"""Source: HOSPITAL.md, service rule 6."""


@dataclass(frozen=True)
class Replies:
    """The messages that answered one message."""

    texts: tuple[str, ...]
    buttons: dict[str, str]
    """Titles and the tokens behind them."""

    def __str__(self) -> str:
        return "\n".join((*self.texts, *(f"[{title}]" for title in self.buttons)))

    def __contains__(self, words: str) -> bool:
        return any(words in text for text in self.texts)

    @property
    def titles(self) -> tuple[str, ...]:
        return tuple(self.buttons)

    def button(self, part: str) -> str:
        """The token of the first button whose title contains this.

        Raises:
            LookupError: there is none; says which there are.
        """
        for title, token in self.buttons.items():
            if part in title:
                return token
        raise LookupError(f"no button {part!r} in {self}")


def read(messages: list[dict[str, Any]]) -> Replies:
    """What a patient sees of the channel's answer, which must be fit for a patient's eyes."""
    texts = tuple(str(one["text"]) for one in messages)
    for text in texts:
        assert text.strip(), "an empty message"
        assert not any(words in text for words in NEVER_SAID), text
        assert "{" not in text, text
    return Replies(
        texts,
        {one["title"]: one["payload"] for each in messages for one in each.get("buttons", ())},
    )


@dataclass
class Chat:
    """One chat.

    Args:
        url: where the program listens.
        sender: the chat's own name; nobody has used it before unless it is given.
    """

    url: str
    sender: str = field(default_factory=lambda: uuid.uuid4().hex)
    offered: Replies = field(default_factory=lambda: Replies((), {}))
    """The last answer, whose buttons can be pressed."""

    @property
    def phone(self) -> str:
        """A phone of this chat's own: one person has one number in a half-day, wherever asked."""
        return f"138{int(self.sender[:7], 16) % 10**8:08d}"

    async def say(self, text: str) -> Replies:
        """Write a message and wait for the answer; there always is one."""
        messages = await self.post(text)
        assert messages, f"no answer to {text[:50]!r}"
        self.offered = read(messages)
        return self.offered

    async def tell(self, *texts: str) -> Replies:
        """Say one thing after the other; the answer to the last."""
        for text in texts:
            await self.say(text)
        return self.offered

    async def press(self, part: str) -> Replies:
        """Press the button, offered with the last answer, whose title contains this."""
        return await self.say(self.offered.button(part))

    async def post(self, text: str, **more: Any) -> list[dict[str, Any]]:
        """One request of the channel's protocol; ``more`` goes into its body."""
        body = {"sender": self.sender, "message": text, **more}
        async with httpx.AsyncClient(base_url=self.url, timeout=PATIENCE) as client:
            answer = await client.post("/webhooks/rest/webhook", json=body)
        assert answer.status_code == 200, answer.text
        messages: list[dict[str, Any]] = answer.json()
        assert all(one["recipient_id"] == self.sender for one in messages)
        return messages
