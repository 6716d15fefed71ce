"""Showing: answer the press, edit its message, or send a new one; what Telegram calls an error and is none."""

from functools import partial
from typing import Any

from telegram import ForceReply, InlineKeyboardMarkup, LinkPreviewOptions, Message, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated

from handlers.context import Context, Say, is_group, topic_of
from handlers.edits import lane_of


class Preview(LinkPreviewOptions):
    """Ready to be sent, like a Keyboard."""

    __slots__ = ()

    def to_dict(self, recursive: bool = True) -> dict[str, Any]:
        return {**self.api_kwargs}


NO_PREVIEW = Preview(api_kwargs={"is_disabled": True})
GONE = (
    "message to edit not found",
    "message can't be edited",
    "there is no text in the message to edit",
    "message_id_invalid",
)


async def show(
    update: Update,
    context: Context,
    text: str,
    keyboard: InlineKeyboardMarkup | None = None,
    *,
    toast: Say | None = None,
    poster: str | None = None,
) -> None:
    """The result of an update: in place of the pressed message, or as an answer to the command."""
    if update.callback_query is None:
        await send(update, context, text, keyboard, poster=poster)
        return
    ticket = context.bot_data.edits.ticket()  # before the answer: two presses may be answered in another order
    await context.answer(update, toast)
    await _edit(update, context, ticket, text, keyboard, poster)


def preview(poster: str | None) -> LinkPreviewOptions:
    """The poster above the text, large; one message that can be edited like any text."""
    if poster is None:
        return NO_PREVIEW
    return Preview(api_kwargs={"url": poster, "prefer_large_media": True, "show_above_text": True})


async def send(
    update: Update,
    context: Context,
    text: str,
    markup: InlineKeyboardMarkup | ForceReply | None = None,
    *,
    poster: str | None = None,
    reply: bool = False,
) -> Message | None:
    """A new message in the chat and topic of the update; in groups, or if asked, as a reply to the person's."""
    chat = update.effective_chat
    if chat is None:
        return None
    reply_to = update.message.message_id if update.message and (reply or is_group(chat)) else None
    topic = topic_of(update)
    post = partial(
        context.bot.send_message,
        chat.id,
        text,
        parse_mode=ParseMode.HTML,
        reply_markup=markup,
        reply_to_message_id=reply_to,
        allow_sending_without_reply=True if reply_to else None,
        link_preview_options=preview(poster),
    )
    try:
        return await post(message_thread_id=topic)
    except ChatMigrated as error:
        await context.storage.clubs.migrate(chat.id, error.new_chat_id)
        return await context.bot.send_message(
            error.new_chat_id,
            text,
            parse_mode=ParseMode.HTML,
            reply_markup=markup,
            link_preview_options=preview(poster),
        )
    except BadRequest as error:
        if topic is None or "thread not found" not in str(error).lower():
            raise
        return await post(message_thread_id=None)  # the topic was deleted meanwhile


async def _edit(
    update: Update,
    context: Context,
    ticket: int,
    text: str,
    keyboard: InlineKeyboardMarkup | None,
    poster: str | None,
) -> None:
    place = _pressed(update)

    async def call() -> None:
        try:
            await change(context, text, keyboard, poster, **place)
        except ChatMigrated:  # the supergroup has no such message
            await send(update, context, text, keyboard, poster=poster)
        except BadRequest as error:
            reason = str(error).lower()
            if not any(gone in reason for gone in GONE):
                raise
            await send(update, context, text, keyboard, poster=poster)

    await context.bot_data.edits.put(tuple(place.values()), lane_of(place), ticket, call)


async def change(
    context: Context, text: str, keyboard: InlineKeyboardMarkup | None, poster: str | None, **place: Any
) -> None:
    """Edit the message at `place`, its ids as Telegram names them. That nothing differs is no error."""
    try:
        await context.bot.edit_message_text(
            text,
            **place,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard,
            link_preview_options=preview(poster),
        )
    except BadRequest as error:
        if "message is not modified" not in str(error).lower():
            raise


def _pressed(update: Update) -> dict[str, Any]:
    """The pressed message by its ids alone: a deleted or very old one comes without anything else."""
    query = update.callback_query
    if query is None or query.message is None:
        return {"inline_message_id": query.inline_message_id if query else None}
    return {"chat_id": query.message.chat.id, "message_id": query.message.message_id}
