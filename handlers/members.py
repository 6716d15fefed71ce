"""Comings and goings: the bot's own, which decide where it may write, and those of a club's members."""

from telegram import ChatMember, Update
from telegram.error import TelegramError

from handlers import texts
from handlers.context import Context, is_group, viewer_of
from handlers.screen import send
from storage.values import Actor

HERE = {ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.OWNER}


async def on_bot(update: Update, context: Context) -> None:
    """The bot was added, blocked, removed or allowed back."""
    change = update.my_chat_member
    if change is None:
        return
    was_here, is_here = (member.status in HERE for member in (change.old_chat_member, change.new_chat_member))
    await context.storage.clubs.set_active(change.chat.id, is_here, viewer_of(update))
    if is_here and not was_here and is_group(change.chat):
        try:
            await send(update, context, texts.hello_club())
        except TelegramError:  # it may have been added without the right to write
            return


async def on_migrated(update: Update, context: Context) -> None:
    """The group became a supergroup: the old chat says so, and the new one; either may be missing."""
    message = update.message
    if message is None:
        return
    if message.migrate_to_chat_id:
        await context.storage.clubs.migrate(message.chat.id, message.migrate_to_chat_id, _mover(update))
    elif message.migrate_from_chat_id:
        await context.storage.clubs.migrate(message.migrate_from_chat_id, message.chat.id, _mover(update))


def _mover(update: Update) -> Actor | None:
    return viewer_of(update) if update.effective_user else None


async def on_left(update: Update, context: Context) -> None:
    """Somebody left a club: their ratings no longer count there."""
    message = update.message
    gone = message.left_chat_member if message else None
    if message is None or gone is None or gone.is_bot:
        return
    actor = Actor(
        person_id=gone.id,
        name=gone.full_name,
        chat_id=message.chat.id,
        chat_type=str(message.chat.type),
        chat_title=message.chat.title or "",
        update_id=update.update_id,
    )
    await context.storage.clubs.leave(actor)
