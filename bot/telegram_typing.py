"""正在输入 above a chat while somebody waits for the answer."""

from telegram import Bot
from telegram.constants import ChatAction

from bot.conversation import Conversations
from service import conversations as store
from service.database import Database

SHOWN = 4.0
"""Seconds after which it is sent again; Telegram shows it for five."""
LONGEST = 60.0


class Typing:
    """Shows in each chat at most one typing sign, until the last message is answered."""

    def __init__(self, bot: Bot, db: Database, conversations: Conversations) -> None:
        self._bot = bot
        self._db = db
        self._conversations = conversations
        self._awaited: dict[int, int] = {}

    async def show(self, chat: str, conversation_id: int, inbound_id: int) -> None:
        """Show the sign until the message is answered, a minute at most."""
        shown_already = conversation_id in self._awaited
        self._awaited[conversation_id] = inbound_id
        if shown_already:
            return
        try:
            for _round in range(int(LONGEST / SHOWN)):
                last = self._awaited[conversation_id]
                if await store.replies_to(self._db, last) is not None:
                    return
                await self._bot.send_chat_action(chat, ChatAction.TYPING)
                await self._conversations.wait_for(conversation_id, SHOWN)
        finally:
            del self._awaited[conversation_id]
