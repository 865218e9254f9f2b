"""Talking to the bot in the terminal."""

import asyncio
import uuid

from rich.console import Console

from bot.app import App
from service import conversations as store
from service.conversations import Incoming
from service.settings import Settings


async def converse(settings: Settings, out: Console) -> None:
    """Read lines and answer them until an empty one."""
    whole = App(settings, telegram=False)
    await whole.prepare_database()
    out.print("模型加载中……")
    whole.conversations.use(await whole.load_engine())
    address = uuid.uuid4().hex
    out.print("可以说话了（空行结束；按钮可以打出它的字）。")
    while text := (await asyncio.to_thread(input, "您：")).strip():
        incoming = Incoming("terminal", uuid.uuid4().hex, address, text=text)
        inbound_id, conversation_id = await whole.conversations.receive(incoming)
        while (replies := await store.replies_to(whole.db, inbound_id)) is None:
            await whole.conversations.wait_for(conversation_id, 0.2)
        for reply in replies:
            out.print(f"心桥：{reply.text}", markup=False)
            titles = "　".join(f"〔{button['title']}〕" for button in reply.buttons)
            if titles:
                out.print(titles, markup=False)
    await whole.conversations.close()
    await whole.db.close()
