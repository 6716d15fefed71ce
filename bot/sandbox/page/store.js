// What the page knows, and a bus on which its parts tell each other what changed.

const bus = new EventTarget();

export const on = (name, listener) => bus.addEventListener(name, (event) => listener(event.detail));
export const emit = (name, detail) => bus.dispatchEvent(new CustomEvent(name, { detail }));

export const store = {
  bot: null,
  users: new Map(),
  chats: new Map(),
  me: null,
  chatId: null,
  threadId: null,
  unread: new Map(),
  problems: 0,
  about: {},
};

const PRESENT = new Set(["creator", "administrator", "member", "restricted"]);
const ADMINS = new Set(["creator", "administrator"]);

export function takeState(state) {
  store.bot = state.bot;
  store.problems = state.problems;
  store.about = state.about ?? {};
  store.users = new Map(state.users.filter((user) => !user.is_bot).map((user) => [user.id, user]));
  store.chats = new Map(state.chats.map((chat) => [chat.id, chat]));
  if (!store.users.has(store.me)) store.me = rememberedPerson();
  for (const chat of state.chats) takeUnread(chat);
}

function rememberedPerson() {
  const id = Number(localStorage.getItem("matinee.me"));
  return store.users.has(id) ? id : (store.users.keys().next().value ?? null);
}

function takeUnread(chat) {
  for (const [userId, count] of Object.entries(chat.unread_for ?? {})) {
    const key = unreadKey(chat.id, Number(userId));
    if (!store.unread.has(key)) store.unread.set(key, count);
  }
}

const unreadKey = (chatId, userId) => `${userId}:${chatId}`;

export const unreadOf = (chatId) => store.unread.get(unreadKey(chatId, store.me)) ?? 0;
export const markRead = (chatId) => store.unread.set(unreadKey(chatId, store.me), 0);

// A message is unread for everyone of the chat but its sender and the person who is looking at it.
export function countUnread(chatId, message) {
  const chat = store.chats.get(chatId);
  for (const userId of store.users.keys()) {
    const seen = userId === message.from?.id || (userId === store.me && chatId === store.chatId && !document.hidden);
    if (seen || !chat || !belongs(chat, userId)) continue;
    const key = unreadKey(chatId, userId);
    store.unread.set(key, (store.unread.get(key) ?? 0) + 1);
  }
}

export const statusOf = (chat, userId) => chat.members?.find((member) => member.user_id === userId)?.status ?? "left";

export const belongs = (chat, userId) =>
  chat.type === "private" ? chat.id === userId : PRESENT.has(statusOf(chat, userId));

export const isAdmin = (chat, userId = store.me) => ADMINS.has(statusOf(chat, userId));

export const canWrite = (chat) => chat.type !== "channel" || isAdmin(chat);

// The chats of the person who acts, the newest message first.
export const myChats = () =>
  [...store.chats.values()]
    .filter((chat) => belongs(chat, store.me) && !chat.migrated_to)
    .sort((a, b) => newestOf(b) - newestOf(a));

// The chat with the bot waits at the top for its first message.
const newestOf = (chat) => chat.last_message?.date ?? (chat.type === "private" ? Infinity : 0);

export const titleOf = (chat) => (chat.type === "private" ? store.bot.first_name : (chat.title ?? "Chat"));

export const currentChat = () => store.chats.get(store.chatId);

export function nameOf(user) {
  return user ? [user.first_name, user.last_name].filter(Boolean).join(" ") : "";
}

// Channels and anonymous admins speak under a chat's name.
export function senderOf(message) {
  const chat = message.sender_chat;
  if (chat) return { id: chat.id, name: chat.title ?? "Channel" };
  return { id: message.from?.id ?? 0, name: nameOf(message.from) };
}

export function choosePerson(userId) {
  store.me = userId;
  localStorage.setItem("matinee.me", userId);
  emit("person");
}
