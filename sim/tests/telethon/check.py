"""Drives an unmodified Telethon against the simulated data centres; prints one line per check.

Arguments: the world's URL, the phone of the person who logs in, her password, a bot's token, and the
id of a channel with a past in which the bot is an administrator and the person may post."""

import asyncio
import json
import sys
import urllib.parse
import urllib.request

from telethon import TelegramClient, events, errors
from telethon.crypto import rsa
from telethon.network import connection
from telethon.sessions import MemorySession, StringSession

URL, PHONE, PASSWORD, TOKEN, CHAT = sys.argv[1:6]
CHAT = int(CHAT)
NAME = "mug_news"


def get(path):
    with urllib.request.urlopen(URL + path, timeout=20) as answer:
        return json.load(answer)


def post(path, body):
    data = json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def bot(method, **body):
    return post(f"/bot{TOKEN}/{method}", body)["result"]


def code():
    return get("/sim/mtproto/code?phone=" + urllib.parse.quote(PHONE))["code"]


CENTRES = get("/sim/mtproto")
HOME = CENTRES["dcs"][0]
rsa.add_key(CENTRES["public_key"], old=False)


def client(session=None, transport=connection.ConnectionTcpFull):
    session = session or MemorySession()
    if not session.server_address:
        session.set_dc(HOME["id"], HOME["ip"], HOME["port"])
    return TelegramClient(
        session, 1234, "hash", connection=transport, flood_sleep_threshold=0, timeout=20,
        connection_retries=2, request_retries=2,
    )


async def transports():
    kinds = [
        connection.ConnectionTcpFull,
        connection.ConnectionTcpAbridged,
        connection.ConnectionTcpIntermediate,
        connection.ConnectionTcpObfuscated,
    ]
    for kind in kinds:
        one = client(transport=kind)
        await one.connect()
        assert not await one.is_user_authorized()
        await one.disconnect()
    print("ok transports and key exchange:", len(kinds))


async def login():
    session = StringSession()
    one = client(session)
    await one.connect()
    await one.send_code_request(PHONE)
    try:
        await one.sign_in(PHONE, "00000x")
        raise AssertionError("a wrong code was taken")
    except errors.PhoneCodeInvalidError:
        pass
    try:
        await one.sign_in(PHONE, code())
        raise AssertionError("no password was asked for")
    except errors.SessionPasswordNeededError:
        pass
    try:
        await one.sign_in(password="not this one")
        raise AssertionError("a wrong password was taken")
    except errors.PasswordHashInvalidError:
        pass
    me = await one.sign_in(password=PASSWORD)
    assert me.first_name == "Olga", me
    print("ok login with code and password")
    return one, session


async def qr(friend):
    one = client()
    await one.connect()
    asked = await one.qr_login()
    person = (await friend.get_me()).id
    waiting = asyncio.ensure_future(asked.wait(20))
    await asyncio.sleep(0)
    post("/sim/mtproto/qr", {"person": person, "token": asked.token.hex()})
    try:
        await waiting
        raise AssertionError("no password was asked for")
    except errors.SessionPasswordNeededError:
        pass
    await one.sign_in(password=PASSWORD)
    assert (await one.get_me()).id == person
    await one.disconnect()
    print("ok login by QR code")


async def history(one):
    channel = await one.get_entity(NAME)
    ids = [message.id async for message in one.iter_messages(channel)]
    total = (await one.get_messages(channel, limit=0)).total
    assert len(ids) == total and len(ids) == len(set(ids)) and len(ids) > 100, (len(ids), total)
    back = [message.id async for message in one.iter_messages(channel, reverse=True)]
    assert back == ids[::-1]
    first = await one.get_messages(channel, ids=ids[-1])
    found = await one.get_messages(channel, search=first.message.split()[0], limit=5)
    assert found and first.views > 0
    people = [user async for user in one.iter_participants(channel)]
    assert any(user.bot for user in people), people
    dialogs = await one.get_dialogs()
    assert [dialog.id for dialog in dialogs] == [CHAT], dialogs
    print("ok history, search, members, dialogs:", len(ids))


class Heard:
    def __init__(self, one):
        self.queue = asyncio.Queue()
        one.add_event_handler(self.new, events.NewMessage())
        one.add_event_handler(self.edited, events.MessageEdited())
        one.add_event_handler(self.deleted, events.MessageDeleted())

    async def new(self, event):
        await self.queue.put(("new", event.message.message))

    async def edited(self, event):
        await self.queue.put(("edited", event.message.message))

    async def deleted(self, event):
        await self.queue.put(("deleted", event.deleted_ids))

    async def next(self):
        return await asyncio.wait_for(self.queue.get(), 40)


async def live(one):
    heard = Heard(one)
    await one.catch_up()
    sent = bot("sendMessage", chat_id=CHAT, text="fresh")
    assert await heard.next() == ("new", "fresh")
    bot("editMessageText", chat_id=CHAT, message_id=sent["message_id"], text="changed")
    assert await heard.next() == ("edited", "changed")
    bot("deleteMessage", chat_id=CHAT, message_id=sent["message_id"])
    assert await heard.next() == ("deleted", [sent["message_id"]])
    print("ok live updates")
    post("/sim/mtproto/faults", {"kind": "lost_update", "count": 1})
    for text in ("lost", "kept"):
        bot("sendMessage", chat_id=CHAT, text=text)
    assert {await heard.next(), await heard.next()} == {("new", "lost"), ("new", "kept")}
    print("ok gap recovery")


async def away(session):
    saved = client(StringSession(session.save()))
    await saved.connect()
    assert (await saved.get_me()).first_name == "Olga"
    print("ok session string")
    return saved


async def stats(one):
    figures = await one.get_stats(NAME)
    assert figures.followers.current > 1000, figures
    print("ok get_stats on the statistics data centre")


async def flood(one):
    post("/sim/mtproto/faults", {"kind": "flood_wait", "method": "channels.getFullChannel", "seconds": 9})
    try:
        from telethon.tl.functions.channels import GetFullChannelRequest
        await one(GetFullChannelRequest(NAME))
        raise AssertionError("no flood wait")
    except errors.FloodWaitError as error:
        assert error.seconds == 9
    print("ok flood wait")


async def main():
    await transports()
    one, session = await login()
    await qr(one)
    await history(one)
    await stats(one)
    await live(one)
    await flood(one)
    await one.disconnect()
    again = await away(session)
    await again.disconnect()
    print("all ok")


asyncio.run(asyncio.wait_for(main(), 150))
