"""Comings and goings: the bot's own, which decide where it may write, and those of a club's members."""

from telegram import ChatMember, ChatMemberRestricted, Update, User
from telegram.error import TelegramError

from handlers import i18n, texts
from handlers.context import Context, is_group, viewer_of
from handlers.i18n import choose, speaking
from handlers.screen import send
from storage.values import Actor

HERE = {ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.OWNER}
GONE = {ChatMember.LEFT, ChatMember.BANNED}


async def on_bot(update: Update, context: Context) -> None:
    """The bot was added, blocked, removed or allowed back."""
    change = update.my_chat_member
    if change is None:
        return
    was_here, is_here = (member.status in HERE for member in (change.old_chat_member, change.new_chat_member))
    await context.storage.clubs.set_active(change.chat.id, is_here, viewer_of(update))
    if is_here and not was_here and is_group(change.chat):
        try:
            await send(update, context, _hello(change.chat.id, change.from_user, context))
        except TelegramError:  # it may have been added without the right to write
            return


def _hello(chat_id: int, who: User, context: Context) -> str:
    """And that their own language is spoken here as well, if that is another one."""
    theirs = choose(context.storage.languages.of(who.id) or who.language_code)
    if theirs == i18n.language() or context.storage.languages.of(chat_id):
        return texts.hello_club()
    with speaking(theirs):
        also = texts.speaks_too(theirs)
    return f"{texts.hello_club()}\n\n{also}"


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
    """A service message says that somebody left a club."""
    gone = update.message.left_chat_member if update.message else None
    if gone is not None:
        await _leave(update, context, gone)


async def on_member(update: Update, context: Context) -> None:
    """Where the bot is an admin it hears of every change, also in large groups, which show no service message."""
    change = update.chat_member
    if change is None:
        return
    member = change.new_chat_member
    context.bot_data.admins.pop((change.chat.id, member.user.id), None)
    if member.status in GONE or (isinstance(member, ChatMemberRestricted) and not member.is_member):
        await _leave(update, context, member.user)


async def _leave(update: Update, context: Context, gone: User) -> None:
    """Their ratings no longer count there."""
    chat = update.effective_chat
    if chat is None or gone.is_bot:
        return
    actor = Actor(
        person_id=gone.id,
        name=gone.full_name,
        chat_id=chat.id,
        chat_type=str(chat.type),
        chat_title=chat.title or "",
        update_id=update.update_id,
    )
    await context.storage.clubs.leave(actor)
