// Above the messages: whose chat it is, and its topics.

import { byId, h, iconButton } from "./dom.js";
import { avatar } from "./avatar.js";
import { currentChat, emit, isAdmin, on, store, titleOf } from "./store.js";

const TYPING_MS = 5500;

const header = byId("chat-header");
const topics = byId("topics");
let typingTimer = 0;

function draw() {
  const chat = currentChat();
  header.replaceChildren();
  if (!chat) return drawTopics(null);
  header.append(
    iconButton("back", "Back to chats", () => emit("back"), { className: "icon-button back" }),
    avatar(chat.id, titleOf(chat), { isBot: chat.type === "private" }),
    h("div", { className: "chat-heading" },
      h("h1", {}, titleOf(chat)),
      h("p", { id: "subtitle", className: "subtitle" }, subtitle(chat))));
  return drawTopics(chat);
}

function subtitle(chat) {
  if (chat.type === "private") return "bot";
  const people = (chat.members ?? []).filter((member) => store.users.has(member.user_id)).length;
  if (chat.type === "channel") return `channel · ${people} ${people === 1 ? "subscriber" : "subscribers"}`;
  const members = `${people} ${people === 1 ? "member" : "members"}`;
  return isAdmin(chat) ? `${members} · you are an admin` : members;
}

function drawTopics(chat) {
  topics.hidden = !chat?.topics?.length;
  topics.replaceChildren();
  if (topics.hidden) return;
  const all = [{ thread_id: null, name: "All" }, { thread_id: 0, name: "General" }, ...chat.topics];
  for (const topic of all) {
    topics.append(h("button", {
      type: "button", className: "chip", "aria-pressed": String(store.threadId === topic.thread_id),
      onclick: () => emit("topic", topic.thread_id), "data-testid": `topic-${topic.thread_id ?? "all"}`,
    }, topic.name));
  }
}

export function showTyping(chatId) {
  const line = byId("subtitle");
  if (chatId !== store.chatId || !line) return;
  line.replaceChildren(h("span", { className: "typing" },
    `${store.bot.first_name} is typing`, h("i", {}), h("i", {}), h("i", {})));
  clearTimeout(typingTimer);
  typingTimer = setTimeout(endTyping, TYPING_MS);
}

export function endTyping() {
  clearTimeout(typingTimer);
  const chat = currentChat();
  const line = byId("subtitle");
  if (chat && line) line.textContent = subtitle(chat);
}

for (const name of ["opened", "people"]) on(name, draw);
