"""Bringing pictures and documents that patients sent from Telegram into the attachments folder."""

import asyncio
import logging
import re
from pathlib import Path, PurePosixPath

from telegram import Bot, File
from telegram.error import BadRequest, TelegramError

from bot.conversation import Conversations
from bot.telegram_reading import CHANNEL
from service import conversations as store
from service.database import Database
from service.errors import DatabaseUnavailable

logger = logging.getLogger(__name__)

FOLDER = "telegram"
PAUSES = (2.0, 15.0, 60.0)
"""Seconds before each further attempt."""
LONGEST_WAIT = 600
NEWS = 5.0


class FileFetcher:
    """Fetches files by Telegram's file id, in the background of a message that is kept already."""

    def __init__(self, bot: Bot, db: Database, conversations: Conversations, folder: Path) -> None:
        self._bot = bot
        self._db = db
        self._conversations = conversations
        self._folder = folder
        self._under_way: set[int] = set()

    async def fetch_missing(self) -> None:
        """Fetch what an earlier run left, one after the other, the newest first."""
        for file in await store.missing_files(self._db, CHANNEL):
            await self.fetch(file.channel_file, file.conversation_id, file.inbound_id)

    async def fetch(self, file_id: str, conversation_id: int, inbound_id: int) -> None:
        """Put a file into the attachments folder and note where it is.

        A failure is logged and leaves the attachment with its file id, by which the next run
        fetches it.
        """
        if inbound_id in self._under_way:
            return
        self._under_way.add(inbound_id)
        try:
            await self._fetch_with_patience(file_id, conversation_id, inbound_id)
        finally:
            self._under_way.discard(inbound_id)

    async def _fetch_with_patience(
        self, file_id: str, conversation_id: int, inbound_id: int
    ) -> None:
        for pause in (*PAUSES, None):
            try:
                await self._fetch(file_id, conversation_id, inbound_id)
                return
            except BadRequest as error:
                # Too big for bots, or no longer there: asking again changes nothing.
                logger.warning("file of update %s was refused: %s", inbound_id, error.message)
                return
            except (TelegramError, DatabaseUnavailable, OSError) as error:
                logger.warning("file of update %s: %s", inbound_id, type(error).__name__)
            if pause is not None:
                await asyncio.sleep(pause)

    async def _fetch(self, file_id: str, conversation_id: int, inbound_id: int) -> None:
        file = await self._bot.get_file(file_id)
        path = _relative_path(file)
        whole = self._folder / path
        fresh = not whole.exists()
        if fresh:
            await _download(file, whole)
        attached = await self._attach(file_id, str(path), conversation_id, inbound_id)
        if fresh and not attached:
            # Nothing in the database leads to it: nobody could ever see or delete it.
            whole.unlink(missing_ok=True)

    async def _attach(self, file_id: str, path: str, conversation_id: int, inbound_id: int) -> bool:
        """Note the path as soon as the message's answer has made the attachment."""
        for _round in range(int(LONGEST_WAIT / NEWS)):
            answered = await store.replies_to(self._db, inbound_id) is not None
            if await store.set_attachment_path(self._db, file_id, path):
                return True
            if answered:
                return False
            await self._conversations.wait_for(conversation_id, NEWS)
        return False


def _relative_path(file: File) -> PurePosixPath:
    """A path of harmless characters only: parts of it come from the sender's own file name."""
    name = re.sub(r"[^A-Za-z0-9_-]", "", file.file_unique_id)
    ending = PurePosixPath(file.file_path or "").suffix.lower()
    return PurePosixPath(FOLDER) / (
        name + (ending if re.fullmatch(r"\.[a-z0-9]{1,8}", ending) else ".bin")
    )


async def _download(file: File, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    await file.download_to_drive(part)
    part.replace(path)
