"""What a chat's people are told once when its digest cannot come as they set it."""

from handlers import i18n, texts
from storage.service import Storage
from storage.values import Owed


def topic_gone(storage: Storage, chat_id: int, thread_id: int) -> Owed:
    """To the chat: its topic is gone, and the digest comes to General."""
    with i18n.speaking(storage.languages.of(chat_id)):
        payload = {"text": texts.topic_gone(), "keyboard": None}
    return Owed(key=f"topic:{chat_id}:{thread_id}", kind="notice", chat_id=chat_id, payload=payload)


async def muted(storage: Storage, chat_id: int, reason: str) -> None:
    """Switch off the digest of a chat where the bot may not write, and tell whoever switched it on."""
    person_id = await storage.digests.set_by(chat_id)
    setting = await storage.digests.setting(chat_id)
    await storage.digests.off(chat_id, reason)
    if person_id is None or not setting.enabled:
        return
    with i18n.speaking(await storage.people.language(person_id)):
        payload = {"text": texts.digest_muted(await storage.clubs.title(chat_id)), "keyboard": None}
    key = f"muted:{chat_id}:{storage.now():%Y-%m-%d}"
    await storage.outbox.owe(Owed(key=key, kind="notice", chat_id=person_id, payload=payload))
