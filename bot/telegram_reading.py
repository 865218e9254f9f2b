"""What a Telegram update means to this house: pure translation, nothing is asked or kept here."""

import re
from dataclasses import replace

from telegram import Chat, Message, MessageEntity, Update, User
from telegram.constants import ChatType
from telegram.ext import filters

from service.conversations import Incoming

CHANNEL = "telegram"

MENU = {
    "book": "预约挂号",
    "department": "看什么科",
    "schedule": "出诊时间",
    "my": "我的预约",
    "complain": "投诉建议",
    "human": "找人工",
    "stop": "退订",
    "help": "帮助",
}
"""The menu's commands and the words that each stands for."""

UPDATES = ("message", "edited_message", "callback_query", "channel_post")
"""The kinds of updates that Telegram is asked for."""

_COMMAND = re.compile(r"/(?P<name>\w+)(?:@(?P<bot>\w+))?(?:\s+(?P<rest>.*))?", re.DOTALL)


def read_update(update: Update) -> Incoming | None:
    """What a patient's update says; None for what is not from a patient or needs no answer."""
    query = update.callback_query
    if query is not None:
        if query.message is not None and not is_private(query.message.chat):
            return None
        return _incoming(update, query.from_user.id, "press", query.data or "")
    message = update.message or update.edited_message
    if message is None or not is_private(message.chat):
        return None
    if filters.StatusUpdate.ALL.check_update(update):
        return None
    if update.edited_message is not None:
        return _read_edit(update, message)
    kind, file, name = _file(message)
    if kind:
        text = message.caption or ""
        kept = _incoming(update, message.chat.id, kind, text, file=file, name=_clean(name))
        return replace(kept, album=message.media_group_id or "")
    text = _said(message)
    return _incoming(update, message.chat.id, "text" if text else "other", text)


def unreadable(update: Update) -> Incoming | None:
    """An update of a private chat that could not be translated: answered, not dropped."""
    chat = update.effective_chat
    return _incoming(update, chat.id, "other", "") if chat and is_private(chat) else None


def is_private(chat: Chat) -> bool:
    """Whether only one person reads along."""
    return bool(chat.type == ChatType.PRIVATE)


def calls_bot(message: Message, bot: User) -> bool:
    """Whether a message in a group commands this bot or mentions it."""
    if message.text:
        named = message.parse_entities()
    else:
        named = message.parse_caption_entities() if message.caption else {}
    return any(_names(entity, text, bot) for entity, text in named.items())


def _names(entity: MessageEntity, text: str, bot: User) -> bool:
    own = f"@{bot.username}".lower()
    if entity.type == MessageEntity.BOT_COMMAND:
        # A command without a name is meant for every bot in the group.
        return "@" not in text or text.lower().endswith(own)
    if entity.type == MessageEntity.TEXT_MENTION:
        return entity.user is not None and entity.user.id == bot.id
    return entity.type == MessageEntity.MENTION and text.lower() == own


def _incoming(
    update: Update, chat: int, kind: str, text: str, *, file: str = "", name: str = ""
) -> Incoming:
    return Incoming(
        channel=CHANNEL,
        update_key=str(update.update_id),
        address=str(chat),
        kind=kind,
        text=text,
        file=file,
        name=name,
    )


def _read_edit(update: Update, message: Message) -> Incoming | None:
    # Whatever was edited, old or new, may now tell of danger: it is received like a new message.
    # Live locations are edited every few seconds and say nothing.
    text = message.text or message.caption
    return _incoming(update, message.chat.id, "edited", text) if text else None


def _said(message: Message) -> str:
    if message.contact is not None:
        return _domestic(message.contact.phone_number)
    return _in_words(message.text or "")


def _in_words(text: str) -> str:
    """``/book 骨科`` is 预约挂号 骨科; a parameter that a link gave to ``/start`` is left out."""
    match = _COMMAND.fullmatch(text)
    if match is None:
        return text
    if match["name"] == "start":
        return "你好"
    if match["name"] not in MENU:
        return text
    return f"{MENU[match['name']]} {match['rest'] or ''}".strip()


def _domestic(phone: str) -> str:
    digits = phone.replace(" ", "").removeprefix("+")
    return digits.removeprefix("86") if len(digits) == 13 else digits


def _file(message: Message) -> tuple[str, str, str]:
    """Kind, file id and name of what hangs on a message; empty texts when it is words."""
    if message.photo:
        return "picture", message.photo[-1].file_id, ""
    # Telegram sends an animation as a document too.
    if message.sticker or message.animation:
        return "sticker", "", ""
    kept = message.document or message.video
    if kept:
        return "document", kept.file_id, kept.file_name or ""
    heard = message.voice or message.audio or message.video_note
    return ("voice", heard.file_id, "") if heard else ("", "", "")


def _clean(name: str) -> str:
    """A file's name as a screen and every database can show it."""
    kept = "".join(character for character in name if character.isprintable())
    return kept.encode("utf-8", "ignore").decode()[:200]
