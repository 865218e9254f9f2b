"""就诊人 and 我的数据: who is on the list, what is stored, correct it, stop messages, delete."""

import re

from rasa_sdk.events import EventType, SlotSet

from actions.appointments import own_bookings
from actions.errand import DONE, Draft, Errand
from actions.further import GETS_MESSAGES_AGAIN
from actions.people import PatientReader
from actions.request_kinds import due, own_requests, say_open
from actions.turn import Turn, TurnAction
from service.cases import list_cases
from service.contacts import set_opted_out
from service.crypto import masked_phone
from service.errors import BadValue
from service.patients import (
    PHONE,
    PatientCard,
    change_patient,
    clean_phone,
    list_patients,
    remove_patient,
)
from service.person_names import find_name
from service.requests import list_requests, open_request

_DELETE_ALL = re.compile(
    r"(?:删|清|注销|抹).{0,10}(?:数据|信息|资料|记录|账号|全部|所有)|(?:数据|信息|资料|记录|账号).{0,8}(?:删|清空|注销)|注销"
)
_KEEPS = re.compile(r"(?:不|别)(?:想|要|用)?(?:再)?删|取消删除|撤(?:回|销)删除")
_REMOVE = re.compile(r"删|移除|去掉|不要了|取消.{0,4}就诊人|解绑")
_ADD = re.compile(r"加|添|新增|绑定|增加|录入|登记|多一个")
_CHANGE = re.compile(r"改|换|更新|修正|变更|写错|错了|不对|更正")
_NAME = re.compile(r"姓名|名字|名儿|叫错|写错(?!.{0,4}(?:电话|手机|号))")
_NAME_FRAME = re.compile(
    r"(?:姓名|名字|名儿)?(?:[写登打叫记]错了?|不对|错了)|(?:姓名|名字|名儿)|(?:修?改|换|更正)(?:一?下|成|为)?|不是|应该是?|正确的?|其实|是|叫|^我|的"
)
_REMOVES = re.compile(
    r"(?:帮我|我要?|想|请|把)*(?:删掉|删除|删了|移除|去掉|删)(?:一?下|了)?(?:就诊人|这个人|资料|信息)?|就诊人|的|吧|掉"
)
_DIGITS = re.compile(r"\d[\d\s-]{4,}\d")
DELETION = "data_deletion"


class ManagePatients(Errand):
    """Shows what is stored; adds, corrects, removes a patient; takes a wish for deletion."""

    form = "patient_form"
    word = "就诊人资料"
    opens = ("manage_patient",)

    async def read(self, turn: Turn, draft: Draft, step: str) -> bool:
        if not step or "do" in turn.values:
            draft["do"] = str(turn.values.get("do") or _wish(turn))
            await self._read_person(turn, draft, "")
            return True
        if (
            turn.typed
            and turn.intent == "manage_patient"
            and _wish(turn) not in ("show", draft["do"])
        ):
            draft.clear()
            draft["do"] = _wish(turn)
            await self._read_person(turn, draft, "")
            return True
        if step == "sure" and draft["do"] == "change" and await self._read_change(turn, draft, ""):
            return True
        if step == "sure":
            if turn.affirms or turn.denies:
                draft["yes"] = turn.affirms
            return turn.affirms or turn.denies
        return await self._read_person(turn, draft, step)

    async def _read_person(self, turn: Turn, draft: Draft, step: str) -> bool:
        if draft["do"] == "change":
            return await self._read_change(turn, draft, step)
        return await PatientReader(turn, draft).read(step)

    async def ask(self, turn: Turn, draft: Draft) -> str:
        services = turn.services
        cards = await list_patients(services.db, services.vault, await turn.conversation_id())
        match draft["do"]:
            case "add":
                draft["new_patient"] = True
                return await self._add(turn, draft)
            case "change" if cards:
                return await self._change(turn, draft, cards)
            case "remove" if cards:
                return await self._remove(turn, draft, cards)
            case "change" | "remove":
                turn.say("patient_none", [("加就诊人", '/manage_patient{"do": "add"}')])
                return DONE
            case "delete":
                return await self._delete(turn, draft)
            case "keep":
                turn.say("patient_kept")
                return DONE
            case _:
                return await self._show(turn, cards)

    async def _show(self, turn: Turn, cards: list[PatientCard]) -> str:
        lines = "\n".join(_line(card) for card in cards) or "还没有就诊人"
        cases = await list_cases(turn.services.db, await turn.conversation_id())
        requests = await list_requests(turn.services.db, await turn.conversation_id())
        turn.say(
            "my_data",
            lines=lines,
            bookings=len(await own_bookings(turn)),
            cases=len(cases),
            requests=len(requests),
        )
        turn.say(
            "my_data_next",
            [
                ("加就诊人", '/manage_patient{"do": "add"}'),
                ("改手机号", '/manage_patient{"do": "change"}'),
                ("删就诊人", '/manage_patient{"do": "remove"}'),
                ("停发消息", "/stop_messages"),
                ("删除我的数据", '/manage_patient{"do": "delete"}'),
            ],
        )
        return DONE

    async def _add(self, turn: Turn, draft: Draft) -> str:
        reader = PatientReader(turn, draft)
        asked = await reader.ask("patient")
        if asked:
            return asked
        card = await reader.keep()
        turn.say("patient_added", [("预约挂号", "/book_appointment")], line=_line(card))
        return DONE

    async def _change(self, turn: Turn, draft: Draft, cards: list[PatientCard]) -> str:
        """Correct a phone or, after a yes, a name: what is booked goes with it."""
        known = next((card for card in cards if card.id == draft.get("whom")), None)
        if known is None and len(cards) == 1:
            known = cards[0]
        if known is None:
            turn.say("patient_which", _buttons(cards))
            return "patient"
        draft["whom"] = known.id
        name, phone = draft.get("new_name", ""), draft.get("new_phone", "")
        if draft.pop("bad_phone", False):
            turn.say("phone_again")
            return "phone"
        if not name and not phone:
            turn.say("patient_new_name" if draft.get("of_name") else "patient_new_phone")
            return "name" if draft.get("of_name") else "phone"
        if name and "yes" not in draft:
            turn.say(
                "patient_rename_sure",
                [("确认修改", "/affirm"), ("不改了", "/deny")],
                old=known.name,
                new=name,
            )
            return "sure"
        if name and not draft["yes"]:
            turn.say("patient_kept")
            return DONE
        card = await change_patient(
            turn.services.db,
            turn.services.vault,
            conversation_id=await turn.conversation_id(),
            patient_id=known.id,
            name=name or None,
            phone=phone or None,
        )
        turn.say("patient_changed", line=_line(card))
        return DONE

    async def _read_change(self, turn: Turn, draft: Draft, step: str) -> bool:
        """Whose, and the right name or phone: 名字写错了，是宋雯; 李明改成李鸣."""
        if "patient" in turn.values:
            draft["whom"] = int(turn.values["patient"])
            return True
        if not turn.typed:
            return False
        before = dict(draft)
        text = turn.text
        for card in await turn.patients():
            if card.name in text or (card.relation and card.relation in text):
                draft["whom"] = card.id
                text = text.replace(card.name, " ")
        if _NAME.search(text):
            draft["of_name"] = True
        phone = PHONE.search(text) or (_DIGITS.search(text) if step == "phone" else None)
        if phone is not None:
            try:
                draft["new_phone"] = clean_phone(phone[0])
            except BadValue:
                draft["bad_phone"] = True
        elif draft.get("of_name"):
            name = find_name(_NAME_FRAME.sub(" ", text), bare=True, unusual=step == "name")
            draft["new_name"] = name or draft.get("new_name", "")
        return draft != before

    async def _remove(self, turn: Turn, draft: Draft, cards: list[PatientCard]) -> str:
        known = next((card for card in cards if card.id == draft.get("patient")), None)
        said = find_name(_REMOVES.sub(" ", turn.text), bare=True) if turn.typed else ""
        if known is None:
            known = next((card for card in cards if card.name == said), None)
        if known is None and len(cards) == 1 and not said:
            known = cards[0]
        if known is None:
            turn.say("patient_which", _buttons(cards))
            return "patient"
        if "yes" not in draft:
            turn.say(
                "patient_remove_sure",
                [("确认删除", "/affirm"), ("不删了", "/deny")],
                line=_line(known),
            )
            return "sure"
        if not draft["yes"]:
            turn.say("patient_kept")
            return DONE
        standing = await remove_patient(
            turn.services.db,
            turn.services.clock,
            conversation_id=await turn.conversation_id(),
            patient_id=known.id,
        )
        if standing:
            turn.say("patient_has_bookings", [("我的预约", "/check_appointment")])
        else:
            turn.say("patient_removed", line=_line(known))
        return DONE

    async def _delete(self, turn: Turn, draft: Draft) -> str:
        open_one = next((one for one in await own_requests(turn) if one.kind == DELETION), None)
        if open_one is not None:
            draft["request"] = open_one.number
            say_open(turn, open_one)
            return DONE
        if "yes" not in draft:
            turn.say("delete_sure", [("确认申请删除", "/affirm"), ("先不删", "/deny")])
            return "sure"
        if not draft["yes"]:
            turn.say("patient_kept")
            return DONE
        services = turn.services
        request = await open_request(
            services.db,
            services.clock,
            services.settings,
            conversation_id=await turn.conversation_id(),
            kind=DELETION,
            details={},
            origin=turn.origin("delete data"),
        )
        draft["request"] = request.number
        turn.say("delete_requested", number=request.number, by=due(turn, request))
        return DONE

    def left_behind(self, draft: Draft) -> Draft | None:
        """The deletion that 不删了 right after takes back."""
        return {"request": draft["request"]} if draft.get("request") else None


def _wish(turn: Turn) -> str:
    text = turn.text
    if _KEEPS.search(text):
        return "keep"
    if _DELETE_ALL.search(text) and "就诊人" not in text:
        return "delete"
    if _REMOVE.search(text):
        return "remove"
    if _CHANGE.search(text):
        return "change"
    return "add" if _ADD.search(text) else "show"


def _line(card: PatientCard) -> str:
    relation = f"（{card.relation}）" if card.relation else ""
    return f"{card.name}{relation} {masked_phone(card.phone)}"


def _buttons(cards: list[PatientCard]) -> list[tuple[str, str]]:
    return [(card.name, f'/inform{{"patient": {card.id}}}') for card in cards[:6]]


_DECEASED = re.compile(
    r"去世|过世|走了(?!几)|不在了|不在人世|病逝|离世|人没了|没了(?:的|人)|过身|往生"
)
_STOP_WORDS = re.compile(
    r"[退停拒删烦吵别甭关關莫唔]|取消|太多|取关|取關|放过|消停|去掉|打扰|骚扰|轰炸|拉黑|屏蔽|天天|怎么还|又发|一直"
    r"|不(?:要|想|用|需要|参加|看|收|愿|接|填|许)|^(?:回?TD?|unsubscribe|stop)$",
    re.IGNORECASE,
)
"""Without any of these the model may have misread; opting out has no price, so few are asked back."""


class StopMessages(TurnAction):
    """退订 at once, in any words; what answers an errand of the patient's own still comes."""

    called = "action_stop_messages"

    async def act(self, turn: Turn) -> list[EventType]:
        if turn.typed and _DECEASED.search(turn.text):
            await set_opted_out(
                turn.services.db,
                turn.services.clock,
                await turn.conversation_id(),
                opted_out=True,
            )
            turn.say("condolence")
            turn.flag("human", "deceased")
            return []
        again = bool(GETS_MESSAGES_AGAIN.search(turn.text)) or bool(turn.values.get("again"))
        if turn.typed and not again and not _STOP_WORDS.search(turn.text):
            turn.say(
                "stop_messages_sure",
                [("别再发了", '/stop_messages{"stop": true}'), ("不是", "/deny")],
            )
            return []
        await set_opted_out(
            turn.services.db,
            turn.services.clock,
            await turn.conversation_id(),
            opted_out=not again,
        )
        if again:
            turn.say("messages_again")
        else:
            turn.say("messages_stopped", [("恢复提醒", '/stop_messages{"again": true}')])
        return [] if again or turn.loop else [SlotSet("topic", {"stopped": True})]


ACTIONS = (ManagePatients, StopMessages)
