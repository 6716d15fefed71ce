"""Whole conversations over HTTP, in a local Telegram that refuses what the real one refuses."""

from datetime import timedelta

import aiohttp
import pytest
import sqlalchemy as sa

from bot.sandbox.seed import ANN, BEN, CHIARA, CLUB
from storage.models import movie
from tests.conversations import TOKEN, Stage


async def test_the_journey_of_a_rating_leaves_exactly_its_entries(stage: Stage) -> None:
    talk = await stage.client.open()
    start = await talk.asks("/start")
    assert "Ann" in start.text
    card = await talk.asks("godfahter")
    assert card.text.startswith("🎬 The Godfather (1972)")
    toasts = []
    for button in ("8", "• 8", "9", "✕ Remove", "7"):
        toasts.append((await card.press(button)).text)
        card = await card.now()

    assert toasts == ["8 ★ saved", "Already 8 ★", "8 → 9 ★", "Rating removed.", "7 ★ saved"]
    assert [(entry.action, entry.before, entry.after) for entry in await stage.trail()] == [
        ("rating.create", None, {"stars": 8}),
        ("rating.update", {"stars": 8}, {"stars": 9}),
        ("rating.delete", {"stars": 9}, None),
        ("rating.create", None, {"stars": 7}),
    ]
    assert {(entry.actor, entry.chat_id) for entry in await stage.trail()} == {(ANN, ANN)}
    assert all(entry.update_id for entry in await stage.trail())


async def test_my_top_week_and_history_answer_after_it(stage: Stage) -> None:
    talk = await stage.client.open()
    await (await talk.asks("godfahter")).press("9")

    assert "The Godfather (1972) · 9 ★" in (await talk.asks("/my")).text
    assert "from 5 ratings on" in (await talk.asks("/top")).text
    assert "1 film\n" in (await talk.asks("/week")).text
    assert "The Godfather (1972) · rated 9 ★" in (await talk.asks("/history")).text
    assert await stage.client.problems() == []


async def test_undo_restores_the_former_stars(stage: Stage) -> None:
    talk = await stage.client.open()
    card = await talk.asks("the matrix")
    await card.press("8")
    await card.press("3")
    card = await card.now()
    toast = await card.press("↶ Undo")

    assert toast.text == "3 → 8 ★"
    assert "You: 8 ★" in (await card.now()).text


async def test_namesakes_are_told_apart_and_open_their_cards(stage: Stage) -> None:
    talk = await stage.client.open()
    hits = await talk.asks("dune")
    assert hits.buttons[:2] == ["Dune (2021)", "Dune (1984)"]
    await hits.press("Dune (1984)")

    assert (await hits.now()).text.startswith("🎬 Dune (1984)")


async def test_hits_for_only_some_of_the_words_are_offered_as_a_guess(stage: Stage) -> None:
    talk = await stage.client.open()
    guess = await talk.asks("dune xyzzy")

    assert guess.text.startswith("🔎 I found no “dune xyzzy”. Did you mean one of these?\n\n1. Dune")


async def test_pages_of_a_search_go_on_and_back(stage: Stage) -> None:
    talk = await stage.client.open()
    first = await talk.asks("/search harry")
    await first.press("Next ›")
    second = await first.now()
    assert "11. " in second.text
    await second.press("‹ Previous")

    assert (await first.now()).text == first.text


async def test_a_card_that_a_search_opened_leads_to_the_other_hits(stage: Stage) -> None:
    talk = await stage.client.open()
    card = await talk.asks("alien")
    assert card.text.startswith("🎬 Alien (1979)")
    assert card.rows[-1] == ["🔎 More hits"]
    await card.press("🔎 More hits")
    hits = await card.now()
    await hits.press("Aliens (1986)")

    assert (await hits.now()).text.startswith("🎬 Aliens (1986)")
    assert (await hits.now()).rows[-1] == ["🔎 More hits"]
    assert "🔎 More hits" not in (await talk.asks("tt0078748")).buttons


async def test_a_hit_leads_back_to_its_page_also_when_it_was_rated(stage: Stage) -> None:
    talk = await stage.client.open()
    hits = await talk.asks("/search harry")
    await hits.press("Next ›")
    page = await hits.now()
    await page.press(page.buttons[0])
    for button in ("8", "• 8", "↶ Undo", "9", "✕ Remove", "🔎 More hits"):
        shown = await hits.now()
        await shown.press(button if button in shown.buttons else "7")

    assert (await hits.now()).text == page.text


async def test_in_a_club_everybodys_stars_leave_the_way_back(stage: Stage) -> None:
    ann = await stage.client.open(ANN, CLUB)
    card = await ann.asks("/search alien")
    await card.press("8", by=BEN)
    await (await card.now()).press("9", by=CHIARA)

    assert (await card.now()).rows[-1] == ["🔎 More hits"]


async def test_a_film_that_was_rated_by_its_name_can_turn_out_to_be_another(stage: Stage) -> None:
    talk = await stage.client.open()
    card = await talk.asks("/rate star wars 8")
    await card.press("🔎 More hits")

    assert "Star Wars: Episode VI – Return of the Jedi (1983)" in (await card.now()).buttons


async def test_a_far_better_known_film_is_offered_beside_the_title_itself(stage: Stage) -> None:
    talk = await stage.client.open()

    assert (await talk.asks("terminator 2")).buttons[:2] == [
        "Terminator II (1990)",
        "Terminator 2: Judgment Day (1991)",
    ]


async def test_the_bots_own_name_is_no_part_of_a_title(stage: Stage) -> None:
    talk = await stage.client.open()

    assert (await talk.asks("@matinee_demo_bot the matrix")).text.startswith("🎬 The Matrix (1999)")
    assert (await talk.asks("@matinee_demo_bot")).text.startswith("Send me a few words of a title")


async def test_nothing_found_says_what_to_try(stage: Stage) -> None:
    talk = await stage.client.open()

    assert "I found nothing for “xqzwv <b>&”" in (await talk.asks("xqzwv <b>&")).text


async def test_a_command_for_another_bot_is_not_called_unknown(stage: Stage) -> None:
    talk = await stage.client.open()

    told = await talk.asks("/search@other_bot dune")
    assert told.text == "That is for @other_bot, and I am another bot. To me send /search alone."
    assert (await talk.asks("/nonsense@Matinee_demo_bot")).text.startswith("I do not know /nonsense.")
    assert (await talk.asks("/topp")).text == "I do not know /topp. Did you mean /top?\n/help lists what I know."


async def test_a_club_shares_one_card_with_everybodys_voices(stage: Stage) -> None:
    ann = await stage.client.open(ANN, CLUB)
    card = await ann.asks("/search@matinee_demo_bot the matrix")
    await card.press("9", by=ANN)
    await card.press("6", by=BEN)
    shown = await card.now()

    assert "Here: 7.5 ★ · 2 ratings" in shown.text
    assert "Ann Hart\N{NO-BREAK SPACE}9 · Ben Okafor\N{NO-BREAK SPACE}6" in shown.text
    assert not any(label.startswith("•") for label in shown.buttons)


async def test_anothers_undo_changes_nothing(stage: Stage) -> None:
    ann = await stage.client.open(ANN, CLUB)
    card = await ann.asks("/search the matrix")
    await card.press("9", by=ANN)
    card = await card.now()
    toast = await card.press("↶ Undo", by=BEN)

    assert (toast.text, toast.is_alert) == ("This button belongs to somebody else.", True)
    assert len(await stage.trail()) == 1


async def test_an_anonymous_admin_is_asked_to_press_as_themselves(stage: Stage) -> None:
    talk = await stage.client.open(ANN, CLUB)
    reply = await talk.asks("/rate the matrix 9", as_chat=CLUB)

    assert "Write as yourself, or press a button" in reply.text
    await reply.press("9", by=ANN)
    assert [entry.actor for entry in await stage.trail()] == [ANN]


@pytest.mark.parametrize("said", ["9/10", "9 / 10", "9 ★", "9", "9!", "9 stars", "9 ⭐️", "9*"])
async def test_rate_with_stars_rates_at_once(stage: Stage, said: str) -> None:
    talk = await stage.client.open()
    card = await talk.asks(f"/rate the matrix {said}")

    assert card.text.startswith("9 ★ saved")
    assert [entry.after for entry in await stage.trail()] == [{"stars": 9}]


async def test_a_year_is_no_bad_stars(stage: Stage) -> None:
    talk = await stage.client.open()
    card = await talk.asks("/rate alien 1979 ★")

    assert "Nothing was rated" not in card.text


async def test_stars_are_not_forgotten_when_the_title_is_not_clear(stage: Stage) -> None:
    talk = await stage.client.open()
    hits = await talk.asks("/rate dune 8")
    assert hits.text.startswith("Which one gets 8 ★? Nothing is stored until you tap.")
    toast = await hits.press("Dune (1984)")

    assert toast.text == "8 ★ saved"
    assert (await hits.now()).text.startswith("🎬 Dune (1984)")


async def test_stars_go_along_to_the_next_page_of_hits(stage: Stage) -> None:
    talk = await stage.client.open()
    hits = await talk.asks("/rate dune 8")
    await hits.press("Next ›")
    more = await hits.now()
    assert more.text.startswith("Which one gets 8 ★? Nothing is stored until you tap.\n\n11. ")

    assert (await more.press(more.buttons[0])).text == "8 ★ saved"


async def test_in_a_club_stars_wait_for_who_wrote_them_and_others_get_the_card(stage: Stage) -> None:
    ann = await stage.client.open(ANN, CLUB)
    hits = await ann.asks("/rate dune 8")
    assert hits.text.startswith("Which one gets 8 ★? Nothing is stored until you tap.")
    await hits.press("Dune (2021)", by=BEN)
    card = await ann.reply()
    assert card.text.startswith("🎬 Dune (2021)")
    assert await stage.trail() == []
    toast = await hits.press("Dune (1984)")

    assert toast.text == "8 ★ saved"
    assert [(entry.actor, entry.after) for entry in await stage.trail()] == [(ANN, {"stars": 8})]


async def test_an_anonymous_admin_whose_title_is_not_clear_is_told_so_too(stage: Stage) -> None:
    ann = await stage.client.open(ANN, CLUB)
    hits = await ann.asks("/rate dune 8", as_chat=CLUB)
    assert "Write as yourself, or press a button" in hits.text
    await hits.press("Dune (2021)")

    assert (await hits.now()).text.startswith("🎬 Dune (2021)")
    assert await stage.trail() == []


async def test_a_number_in_a_title_is_no_rating(stage: Stage) -> None:
    talk = await stage.client.open()
    card = await talk.asks("/rate alien 3")

    assert "🎬 Alien 3 (1992)" in card.text
    assert await stage.trail() == []
    assert card.text.startswith("That is a film. For stars write /rate alien 3/10.")
    assert (await talk.asks("/rate alien 3/10")).text.startswith("3 ★ saved\n\n🎬 Alien (1979)")


async def test_stars_without_a_title_are_not_taken_for_one(stage: Stage) -> None:
    talk = await stage.client.open()

    assert (await talk.asks("/rate 🎬 8")).text == "Which film? Send its title before the stars: /rate heat 9."


async def test_what_is_no_stars_is_told_and_the_film_is_offered(stage: Stage) -> None:
    talk = await stage.client.open()
    told = {said: (await talk.asks(f"/rate jaws {said}")).text for said in ("11", "0", "-1", "7.5", "ten")}

    for said, text in told.items():
        assert text.startswith(f"Nothing was rated: “{said}” is none of the stars 1, 2, 3 … 10.\n\n🎬 Jaws (1975)")
    assert await stage.trail() == []


async def test_a_number_of_the_title_or_a_year_is_not_taken_for_stars(stage: Stage) -> None:
    talk = await stage.client.open()

    assert (await talk.asks("/rate apollo 13")).text.startswith("🎬 Apollo 13 (1995)")
    assert (await talk.asks("/rate jaws 1975")).text.startswith("🎬 Jaws (1975)")
    assert (await talk.asks("/rate the hateful eight")).text.startswith("🎬 The Hateful Eight")


async def test_rate_alone_in_a_club_says_where_the_round_is_and_what_goes_there(stage: Stage) -> None:
    told = await (await stage.client.open(ANN, CLUB)).asks("/rate")

    assert told.text == "The round of films to rate is in our private chat. Here, name a film: /rate dune 8."
    assert told.buttons == ["Open our chat"]


async def test_the_round_of_well_known_films_goes_on_after_stars_and_after_havent_seen(stage: Stage) -> None:
    talk = await stage.client.open()
    first = await talk.asks("/rate")
    toast = await first.press("8")
    second = await first.now()
    await second.press("Haven’t seen ›")
    third = await first.now()

    assert toast.text == "8 ★ saved"
    assert len({first.text, second.text, third.text}) == 3
    assert len(await stage.trail()) == 1


async def test_my_ratings_can_be_opened_changed_and_left_again(stage: Stage) -> None:
    talk = await stage.client.open()
    await talk.asks("/rate the matrix 9")
    mine = await talk.asks("/my")
    await mine.press("1")
    await (await mine.now()).press("‹ Your ratings")

    assert (await mine.now()).text == mine.text


async def test_my_ratings_are_still_one_press_away_when_one_was_changed_or_removed(stage: Stage) -> None:
    talk = await stage.client.open()
    await talk.asks("/rate the matrix 9")
    mine = await talk.asks("/my")
    await mine.press("1")
    for button in ("6", "✕ Remove"):
        await (await mine.now()).press(button)
        assert (await mine.now()).rows[-1] == ["‹ Your ratings"]
    await (await mine.now()).press("‹ Your ratings")

    assert (await mine.now()).text.startswith("You have not rated anything yet.")


async def test_top_list_is_switched_in_the_same_message(stage: Stage) -> None:
    ann = await stage.client.open(ANN, CLUB)
    card = await ann.asks("/search the matrix")
    for person, stars in ((ANN, "9"), (BEN, "7")):
        await card.press(stars, by=person)
    top = await ann.asks("/top")
    assert "1. The Matrix (1999) · 8.0\N{NO-BREAK SPACE}★\N{NO-BREAK SPACE}(2)" in top.text
    await top.press("Decade")
    await (await top.now()).press("1990s")
    assert "1990s" in (await top.now()).text
    await (await top.now()).press("Everyone")

    assert "Nothing here yet" in (await top.now()).text


async def test_a_digest_is_set_up_with_buttons_by_admins_only(stage: Stage) -> None:
    ben = await stage.client.open(BEN, CLUB)
    setting = await ben.asks("/digest")
    await setting.press("✅ Switch on")
    await (await setting.now()).press("📅 Friday")
    await (await setting.now()).press("Monday")
    await (await setting.now()).press("🕕 18:00")
    await (await setting.now()).press("20:00")
    toast = await (await setting.now()).press("• 20:00" if "• 20:00" in (await setting.now()).buttons else "📅 Monday")
    found = await ben.asks("/digest zone berlin")
    assert found.rows[-1] == ["‹ Back"]
    await found.press("Europe/Berlin")
    chosen = await stage.storage.digests.setting(CLUB)

    assert toast.text == ""
    assert (chosen.enabled, chosen.weekday, chosen.minute, chosen.zone) == (True, 0, 1200, "Europe/Berlin")
    assert (
        await setting.press("Switch off" if "Switch off" in setting.buttons else "✅ Switch on", by=CHIARA)
    ).is_alert


async def test_the_weekly_digest_comes_once_when_its_time_has_come(stage: Stage) -> None:
    ann = await stage.client.open(ANN, CLUB)
    card = await ann.asks("/search the matrix")
    for person, stars in ((ANN, "9"), (BEN, "7")):
        await card.press(stars, by=person)
    await (await ann.asks("/digest")).press("✅ Switch on")
    ann.begin_here()
    setting = await stage.storage.digests.setting(CLUB)
    assert setting.next_run_at is not None
    stage.clock.move(setting.next_run_at - stage.clock.now())
    digest = await ann.reply()

    assert "Your week in films" in digest.text
    assert "🥇 The Matrix (1999) · 8.0\N{NO-BREAK SPACE}★\N{NO-BREAK SPACE}(2)" in digest.text
    await digest.press("🏆 Top list", by=BEN)
    assert (await ann.reply()).text.startswith("🏆 Friday Film Club")
    assert (await digest.now()).text == digest.text  # with the fingerprint that is to be kept
    stage.clock.move(timedelta(days=7, hours=1))
    assert await ann.stays_silent()


async def test_the_name_can_be_hidden_and_a_club_left(stage: Stage) -> None:
    club = await stage.client.open(ANN, CLUB)
    card = await club.asks("/search the matrix")
    await card.press("9")
    talk = await stage.client.open()
    privacy = await talk.asks("/privacy")
    await privacy.press("Hide my name")
    assert "hidden" in (await privacy.now()).text
    toast = await privacy.press("Leave Friday Film Club")

    assert toast.text == ("Your ratings no longer count in Friday Film Club. To come back, rate any film there.")
    again = await stage.client.open(BEN, CLUB)
    assert "Here: no ratings yet" in (await again.asks("/search the matrix")).text


async def test_edited_messages_run_no_command_again(stage: Stage) -> None:
    talk = await stage.client.open()
    await talk.asks("/rate the matrix 9")
    message = await talk.says("hello there general")
    await talk.reply()
    await talk.says("/rate the matrix 2", edit=message["message_id"])

    assert await talk.stays_silent()
    assert [entry.after for entry in await stage.trail()] == [{"stars": 9}]


async def test_every_press_is_answered_once_and_no_call_is_refused(stage: Stage) -> None:
    talk = await stage.client.open()
    for command in ("/start", "/help", "/privacy", "/digest", "/top", "/my", "/history", "/week", "/rate", "dune"):
        shown = await talk.asks(command)
        for row in shown.body.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                if "callback_data" in button:
                    await shown.forge(button["callback_data"])

    refused = [call for call in await stage.client.outbox() if call["status"] != 200]
    assert all("message is not modified" in str(call["response"]) for call in refused)
    assert await stage.client.problems("unanswered_callback") == []


async def test_a_forum_is_answered_in_the_topic_that_asked(stage: Stage) -> None:
    forum = await stage.client.post(
        "/sim/chat", type="supergroup", title="Forum", members=[ANN], admins=[ANN], is_forum=True, topics=["Films"]
    )
    (topic,) = [each["thread_id"] for each in forum["topics"] if each["name"] == "Films"]
    talk = await stage.client.open(ANN, forum["id"], topic)
    await stage.client.post("/sim/member", chat_id=forum["id"], user_id=stage.bot_id, status="administrator")
    card = await talk.asks("/search the matrix")
    assert card.body["message_thread_id"] == topic
    await (await talk.asks("/digest")).press("✅ Switch on")
    setting = await talk.asks("/digest")
    await setting.press("Post in this topic")

    assert (await stage.storage.digests.setting(forum["id"])).thread_id == topic


async def test_who_leaves_a_club_no_longer_counts_there(stage: Stage) -> None:
    ann = await stage.client.open(ANN, CLUB)
    card = await ann.asks("/search the matrix")
    await card.press("9", by=CHIARA)
    await stage.client.post("/sim/member", chat_id=CLUB, user_id=CHIARA, status="left")

    assert "Here: no ratings yet" in (await ann.asks("/search the matrix")).text
    assert [entry.action for entry in await stage.trail("club.")] == ["club.leave"]


async def test_a_bot_that_is_removed_and_comes_back_is_told_apart(stage: Stage) -> None:
    ann = await stage.client.open(ANN, CLUB)
    await (await ann.asks("/digest")).press("✅ Switch on")
    for status in ("kicked", "member"):
        await stage.client.post("/sim/member", chat_id=CLUB, user_id=stage.bot_id, status=status)
    assert "Hello" in (await ann.reply()).text

    assert [entry.action for entry in await stage.trail("chat.")] == ["chat.deactivate", "chat.activate"]


async def test_a_press_on_a_message_deleted_meanwhile_is_shown_anew(stage: Stage) -> None:
    talk = await stage.client.open()
    card = await talk.asks("the matrix")
    deleted = {"chat_id": ANN, "message_id": card.id}
    async with aiohttp.ClientSession() as http:
        await http.post(f"{stage.sandbox.url}/bot{TOKEN}/deleteMessage", data=deleted)
    toast = await card.press("8")

    assert toast.text == "8 ★ saved"
    assert "You: 8 ★" in (await talk.reply()).text


async def test_a_press_without_a_message_is_answered(stage: Stage) -> None:
    person = {"id": ANN, "is_bot": False, "first_name": "Ann"}
    for at, data in enumerate(({"data": "r:1:8"}, {"data": "t:all:all:::0"}, {"game_short_name": "chess"}), 1):
        query = {"id": str(at), "from": person, "chat_instance": "1", "inline_message_id": "A" * 24, **data}
        await stage.client.post("/sim/raw", callback_query=query)
    since = 0
    for _ in range(3):
        _event, since = await stage.client.wait_for(
            lambda event: event["type"] == "call" and event["method"] == "answerCallbackQuery", since
        )

    assert [entry.after for entry in await stage.trail()] == [{"stars": 8}]


async def test_a_card_shows_what_was_imported_of_the_film(stage: Stage) -> None:
    facts = {
        "imdb_score": 87, "imdb_votes": 2_100_000, "overview": "A <hacker> & his choice.", "poster": "https://x.test/1.jpg"
    }  # fmt: skip
    change = sa.update(movie).where(movie.c.imdb_id == "tt0133093").values(facts)
    await stage.storage.database.write(lambda connection: connection.execute(change))
    talk = await stage.client.open()
    card = await talk.asks("the matrix")
    await card.press("9")
    preview = {"url": "https://x.test/1.jpg", "prefer_large_media": True, "show_above_text": True}

    assert "IMDb: 8.7 ★ · 2,100,000" in card.text
    assert "A <hacker> & his choice." in card.text
    assert [each["link_preview_options"] for each in (card.body, (await card.now()).body)] == [preview, preview]
    assert await stage.client.problems() == []
