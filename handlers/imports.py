"""Import: a file shows what it would change, and a button changes it. In private: it is nobody else's.

The button's message answers the one with the file, which Telegram brings along with the press: nothing is remembered.
"""

from telegram import Document, Message, Update
from telegram.constants import ChatAction, FileSizeLimit
from telegram.error import BadRequest

from handlers import data_keyboards, keyboards, texts
from handlers.callback_data import Import, data_of
from handlers.context import Context, actor_of, is_group, message_of, owner_of
from handlers.screen import send, show
from storage.errors import TooManyRatings, UnreadableRatings
from storage.values import RatingFile


async def on_import(update: Update, context: Context) -> None:
    """Which files can be sent, and where other services give them out."""
    if is_group(update.effective_chat):
        await send(update, context, texts.in_private(), keyboards.in_private(context.bot.username, "import"))
    else:
        await send(update, context, texts.how_to_import())


async def on_file(update: Update, context: Context) -> None:
    """A file in a private chat: what is in it, beside what the person has. Nothing is changed yet."""
    document = update.message and update.message.document
    if not document:
        return
    actor = actor_of(update)
    await context.bot.send_chat_action(actor.chat_id, ChatAction.TYPING)
    try:
        file = await _read(context, document)
    except TooManyRatings as error:
        await send(update, context, texts.too_many_ratings(document.file_name, error.most))
        return
    except UnreadableRatings:
        await send(update, context, texts.no_ratings_in(document.file_name))
        return
    found = await context.storage.imports.compare(actor.person_id, file.ratings)
    keyboard = data_keyboards.bring(found, actor.person_id)
    await send(update, context, texts.brought(found, file.unreadable, document.file_name), keyboard, reply=True)


async def on_answer(update: Update, context: Context) -> None:
    """Store what was chosen. The press is answered at once, for looking all films up may take longer than it waits."""
    tap = Import.decode(data_of(update))
    actor = owner_of(update, tap.person_id)
    if tap.what == "none":
        await show(update, context, texts.left_as_it_is())
        return
    await context.answer(update, texts.importing)
    file = await _again(update, context)
    if file is None:
        await show(update, context, texts.file_gone())
        return
    found = await context.storage.imports.compare(actor.person_id, file.ratings)
    chosen = found.new if tap.what == "new" else (*found.new, *found.other)
    changed = await context.storage.imports.store(actor, chosen)
    await show(update, context, texts.imported(found, file.unreadable, changed))


async def _again(update: Update, context: Context) -> RatingFile | None:
    """What is in the file that the pressed message answers; null once that was deleted."""
    message = message_of(update)
    asked = message.reply_to_message if isinstance(message, Message) else None
    try:
        return await _read(context, asked.document) if asked and asked.document else None
    except UnreadableRatings:
        return None


async def _read(context: Context, document: Document) -> RatingFile:
    """What is in a file. Raises UnreadableRatings, also for what is larger than bots may fetch, or gone."""
    if (document.file_size or 0) > FileSizeLimit.FILESIZE_DOWNLOAD:
        raise UnreadableRatings("it is too large to be fetched")
    try:
        file = await context.bot.get_file(document.file_id)
    except BadRequest as error:
        raise UnreadableRatings("Telegram has it no longer") from error
    return await context.storage.imports.read(bytes(await file.download_as_bytearray()))
