"""/lang: who may choose a chat's language, what is said in it from then on, and that everybody learns of it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.sandbox.seed import ANN as ANNS_ID
from bot.sandbox.seed import BEN as BENS_ID
from bot.sandbox.seed import CHIARA
from bot.sandbox.seed import CLUB as CLUBS_ID
from handlers import i18n, texts
from storage.languages import Languages
from storage.service import Storage
from storage.values import AuditEntry, HistoryLine, HistoryPage
from tests.conversations import Stage
from tests.databases import ANN, BEN, CLUB, Clock, in_club
from tests.test_digests import FRIDAY_18, claim, rate_dune, switch_on
from tests.test_languages import DE
from tests.test_members import settle
from tests.test_supergroups import NEW, OLD, in_group


async def choices(storage: Storage) -> list[tuple[str | None, object, object]]:
    found = [entry async for entry in storage.audit.export() if entry.action == "language.update"]
    return [(each.subject, each.before, each.after) for each in found]


async def test_a_choice_is_known_at_once_and_written_down_once(storage: Storage) -> None:
    assert storage.languages.of(CLUB) is None
    for tag in ("de", "de", None):
        await storage.languages.choose(in_club(ANN), tag)
        assert storage.languages.of(CLUB) == tag

    assert await choices(storage) == [
        (f"chat:{CLUB}", {"language": None}, {"language": "de"}),
        (f"chat:{CLUB}", {"language": "de"}, {"language": None}),
    ]


async def test_other_replicas_and_the_next_start_learn_of_it(storage: Storage) -> None:
    other = Languages(storage.database)
    await storage.languages.choose(ANN, "de")
    assert other.of(ANN.chat_id) is None
    await other.follow()
    assert other.of(ANN.chat_id) == "de"
    await storage.languages.choose(ANN, None)
    await other.follow()

    assert other.of(ANN.chat_id) is None


async def test_what_was_read_before_a_choice_does_not_undo_it(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await storage.languages.choose(BEN, "de")
    read = storage.database.read

    async def slow(query: Any) -> Any:
        rows = await read(query)
        await storage.languages.choose(ANN, "de")
        await storage.languages.choose(BEN, None)
        return rows

    monkeypatch.setattr(storage.database, "read", slow)
    await storage.languages.follow()

    assert (storage.languages.of(ANN.chat_id), storage.languages.of(BEN.chat_id)) == ("de", None)


async def test_an_update_that_runs_again_does_not_choose_again(storage: Storage) -> None:
    ann, ben = (replace(in_club(each), update_id=number) for number, each in enumerate((ANN, BEN), 1))
    await storage.inbox.take([(1, ann.person_id, b"{}"), (2, ben.person_id, b"{}")])
    await storage.languages.choose(ann, "de")
    await storage.languages.choose(ben, "en")

    assert await storage.languages.choose(ann, "de") == "en"
    assert storage.languages.of(CLUB) == "en"


async def test_a_supergroup_speaks_as_the_group_did(storage: Storage) -> None:
    await storage.languages.choose(in_group(ANN, OLD), "de")
    await storage.clubs.migrate(OLD, NEW)
    assert (storage.languages.of(OLD), storage.languages.of(NEW)) == (None, "de")
    await storage.languages.choose(in_group(ANN, OLD), "en")  # handled late: the old number means the new one

    assert (storage.languages.of(OLD), storage.languages.of(NEW)) == (None, "en")


async def test_what_the_supergroup_has_chosen_stays(storage: Storage) -> None:
    await storage.languages.choose(in_group(ANN, OLD), "de")
    await storage.languages.choose(in_group(ANN, NEW), "en")
    await storage.clubs.migrate(OLD, NEW)
    await storage.languages.follow()

    assert storage.languages.of(NEW) == "en"


async def test_digests_are_rendered_in_it(storage: Storage, clock: Clock) -> None:
    await rate_dune(storage)
    for actor in (in_club(ANN), ANN, BEN):
        await switch_on(storage, actor)
    await storage.languages.choose(in_club(ANN), "de")
    await storage.languages.choose(BEN, "de")
    clock.at = FRIDAY_18
    spoken = {each.digest.chat_id: each.language for each in await claim(storage)}

    assert spoken == {CLUB: "de", ANN.chat_id: "en", BEN.chat_id: "de"}
    assert await storage.people.language(BEN.person_id) == "de"


async def test_it_is_given_out_and_erased_with_all_else(storage: Storage) -> None:
    await storage.languages.choose(ANN, "de")
    (profile,) = (await storage.personal.data(ANN.person_id)).profile
    await storage.people.erase(ANN)
    storage.languages.forget(ANN.person_id)
    assert storage.languages.of(ANN.chat_id) is None
    await storage.languages.follow()

    assert profile["language_chosen"] == "de"
    assert storage.languages.of(ANN.chat_id) is None
    assert await storage.audit.verify()


async def test_an_admin_chooses_and_the_whole_club_reads_it(stage: Stage) -> None:
    ann = await stage.client.open(ANNS_ID, CLUBS_ID)
    setting = await ann.asks("/lang")
    assert setting.text.startswith("🌐 I speak English here.\nIn this language everybody here reads")
    assert setting.rows == [["Deutsch", "• English"]]
    toast = await setting.press("Deutsch")

    assert toast.text == "Saved"  # which only Ann reads, and her Telegram speaks English
    assert (await setting.now()).text.startswith("🌐 Ich spreche hier Deutsch.")
    assert (await setting.now()).rows == [["• Deutsch", "English"]]
    assert "Hier: noch keine Bewertungen" in (await ann.as_(BENS_ID).asks("/search the matrix")).text
    assert await stage.client.problems() == []


async def test_who_is_no_admin_cannot(stage: Stage) -> None:
    ann = await stage.client.open(ANNS_ID, CLUBS_ID)
    refusal = "Only admins of this group can choose its language. In our private chat you can choose your own."
    assert (await ann.as_(CHIARA).asks("/lang de")).text == refusal
    toast = await (await ann.asks("/lang")).press("Deutsch", by=CHIARA)

    assert toast.is_alert
    assert stage.storage.languages.of(CLUBS_ID) is None


@pytest.mark.parametrize("word", ["de", "DE", "deutsch", "German", "german.", "de_AT", "\u202edeutsch", "\uff24\uff25"])
async def test_languages_are_known_by_every_name(stage: Stage, word: str) -> None:
    talk = await stage.client.open(ANNS_ID)

    assert (await talk.asks(f"/lang {word}")).text.startswith("🌐 Ich spreche hier Deutsch.\nSo hast du es gewählt.")
    assert (await talk.asks("/start")).text.startswith("👋 Hallo")


async def test_what_is_not_spoken_is_said_with_what_is(stage: Stage) -> None:
    talk = await stage.client.open(ANNS_ID)
    said = await talk.asks("/lang Klingon <b>")

    assert said.text.startswith("I do not speak “Klingon <b>”. I speak Deutsch, English.\n\n🌐 I speak English here.")
    assert said.rows == [["Deutsch", "English"], ["• As my Telegram"]]
    assert stage.storage.languages.of(ANNS_ID) is None


async def test_one_goes_back_to_the_language_of_ones_telegram(stage: Stage) -> None:
    talk = await stage.client.open(ANNS_ID)
    chosen = await talk.asks("/lang deutsch")
    assert chosen.rows == [["• Deutsch", "English"], ["Wie mein Telegram"]]
    card = await (await stage.client.open(ANNS_ID, CLUBS_ID)).asks("/search the matrix")
    assert (await card.press("9")).text == "9 ★ gespeichert"  # her own choice also where the club reads English
    toast = await chosen.press("Wie mein Telegram")

    assert toast.text == "Saved"
    assert (await chosen.now()).text.startswith("🌐 I speak English here.\nI go by your Telegram.")
    assert (await talk.asks("/start")).text.startswith("👋 Hello")


@pytest.mark.parametrize("data", ["l:fr", "l:xx", "l:", "l:auto:1", "l:DE"])
async def test_a_forged_choice_changes_nothing(stage: Stage, data: str) -> None:
    talk = await stage.client.open(ANNS_ID)
    toast = await (await talk.asks("/lang")).forge(data)

    assert toast.text.startswith("This button is too old")
    assert stage.storage.languages.of(ANNS_ID) is None


async def test_who_adds_the_bot_hears_that_it_speaks_their_language(stage: Stage) -> None:
    await stage.client.post("/sim/user", id=DE, first_name="Dora", language_code="de", has_started=True)
    await stage.client.post("/sim/member", chat_id=CLUBS_ID, user_id=DE, status="administrator")
    await stage.client.post("/sim/member", chat_id=CLUBS_ID, user_id=stage.bot_id, status="left", by=DE)
    await settle(stage)
    talk = await stage.client.open(DE, CLUBS_ID)
    await stage.client.post("/sim/member", chat_id=CLUBS_ID, user_id=stage.bot_id, status="member", by=DE)
    hello = await talk.reply()

    assert hello.text.startswith("🍿 Hello!")
    assert hello.text.endswith("🌐 Ich spreche auch Deutsch: Ein Admin kann /lang de senden.")


def test_history_tells_of_it() -> None:
    at = datetime(2026, 11, 28, tzinfo=UTC)
    entry = {"id": 1, "at": at, "actor": 7, "chat_id": 7, "subject": "chat:7", "update_id": None}
    for after, said in (("de", "Language · Deutsch"), (None, "Language · whichever Telegram speaks")):
        change = AuditEntry(**entry, action="language.update", before={"language": "en"}, after={"language": after})
        with i18n.speaking("en"):
            assert said in texts.history(HistoryPage((HistoryLine(change, None, None),), 0, more=False))


async def test_settings_show_all_that_is_chosen_and_lead_to_each(stage: Stage) -> None:
    talk = await stage.client.open(ANNS_ID)
    await talk.asks("/digest friday 18:00")
    shown = await talk.asks("/settings")

    assert shown.text == (
        "⚙️ Settings\n🌐 Language: English\n📬 Weekly digest: Friday, 18:00, UTC\n🔒 Your name in clubs: shown"
    )
    for button, said in (
        ("🌐 Language", "🌐 I speak"),
        ("📬 Digest", "📬 Weekly digest"),
        ("🔒 Privacy", "🔒 Privacy"),
    ):
        await shown.press(button)
        assert (await talk.reply()).text.startswith(said)


async def test_a_groups_settings_say_who_changes_them(stage: Stage) -> None:
    chiara = await stage.client.open(CHIARA, CLUBS_ID)
    shown = await chiara.asks("/settings")

    assert shown.text.startswith("⚙️ Settings\n🌐 Language: English\n📬 Weekly digest: off\n\nAn admin changes them")
    assert shown.rows == []
