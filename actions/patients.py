"""就诊人 and 我的数据: who is on the list, what is stored, correct it, stop messages, delete."""

import re

from rasa_sdk.events import EventType

from actions.appointments import own_bookings
from actions.errand import DONE, Draft, Errand
from actions.people import PatientReader
from actions.turn import Turn, TurnAction
from service.cases import list_cases
from service.contacts import set_opted_out
from service.crypto import masked_phone
from service.patients import PatientCard, list_patients, remove_patient
from service.requests import list_requests, open_request

_DELETE_ALL = re.compile(
    r"(?:删|清|注销|抹).{0,10}(?:数据|信息|资料|记录|账号|全部|所有)|(?:数据|信息|资料|记录|账号).{0,8}(?:删|清空|注销)|注销"
)
_REMOVE = re.compile(r"删|移除|去掉|不要了|取消.{0,4}就诊人|解绑")
_ADD = re.compile(r"加|添|新增|绑定|增加|录入|登记|多一个")
_CHANGE = re.compile(r"改|换|更新|修正|变更|写错|错了|不对|更正")


class ManagePatients(Errand):
    """Shows what is stored; adds, corrects, removes a patient; takes a wish for deletion."""

    form = "patient_form"
    word = "就诊人资料"
    opens = ("manage_patient",)

    async def read(self, turn: Turn, draft: Draft, step: str) -> bool:
        reader = PatientReader(turn, draft)
        if not step:
            draft["do"] = turn.values.get("do") or _wish(turn)
            await reader.read("")
            return True
        if "do" in turn.values:
            draft["do"] = str(turn.values["do"])
            await reader.read("")
            return True
        if step == "sure":
            draft["yes"] = turn.affirms
            return turn.affirms or turn.denies
        return await reader.read(step)

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
        if not draft.get("name"):
            if len(cards) > 1:
                turn.say("patient_which", _buttons(cards))
                return "patient"
            draft["name"], draft["patient"] = cards[0].name, cards[0].id
            draft.setdefault("old_phone", cards[0].phone)
        known = next((card for card in cards if card.name == draft["name"]), None)
        if known is None:
            turn.say("patient_which", _buttons(cards))
            draft.pop("name")
            return "patient"
        phone = draft.get("phone", "")
        if not phone or phone == known.phone:
            turn.say("phone_again" if draft.pop("bad_phone", False) else "patient_new_phone")
            draft.pop("phone", None)
            return "phone"
        draft.pop("patient", None)
        card = await PatientReader(turn, draft).keep()
        turn.say("patient_changed", line=_line(card))
        return DONE

    async def _remove(self, turn: Turn, draft: Draft, cards: list[PatientCard]) -> str:
        known = next((card for card in cards if card.id == draft.get("patient")), None)
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
            kind="data_deletion",
            details={},
            origin=turn.origin("delete data"),
        )
        turn.say("delete_requested", number=request.number)
        return DONE


def _wish(turn: Turn) -> str:
    text = turn.text
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


_AGAIN = re.compile(r"恢复|重新(?:接收|开|订)|打开|开启|还是发|继续发|再发给我|要收")


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
        again = bool(_AGAIN.search(turn.text)) or bool(turn.values.get("again"))
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
        return []


ACTIONS = (ManagePatients, StopMessages)
