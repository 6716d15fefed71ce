// Puts the parts together: what the person does and what the stream tells, to what is shown.

import { byId } from "./dom.js";
import { loadState } from "./api.js";
import { belongs, countUnread, emit, markRead, myChats, on, senderOf, store, takeState, titleOf } from "./store.js";
import { receive, showChat } from "./conversation.js";
import { activateText } from "./entities.js";
import { alertBox, announce, toast } from "./feedback.js";
import { endTyping, showTyping } from "./header.js";
import { follow } from "./links.js";
import { listen } from "./events.js";
import { excerpt } from "./message.js";
import "./chats.js";
import "./clock.js";
import "./composer.js";
import "./drawer.js";
import "./hint.js";
import "./person.js";

const app = byId("app");
const isPhone = matchMedia("(max-width: 719px)");

// People and chats may have changed; after a lost connection the messages too.
async function reload({ messages = false } = {}) {
  try {
    const state = await loadState();
    takeState(state);
    emit("state", state);
    emit("people");
  } catch (error) {
    return toast(error.message);
  }
  const current = store.chats.get(store.chatId);
  if (!current || !belongs(current, store.me)) return isPhone.matches ? showNothing() : openFirst();
  emit("opened");
  return messages ? showChat({ keepPosition: true }) : undefined;
}

function openFirst() {
  const remembered = store.chats.get(Number(localStorage.getItem("matinee.chat")));
  const chat = remembered && belongs(remembered, store.me) ? remembered : (store.chats.get(store.me) ?? myChats()[0]);
  if (chat) openChat(chat.id);
  else showNothing();
}

function showNothing() {
  store.chatId = null;
  app.dataset.view = "list";
  emit("opened");
  showChat();
}

function openChat(chatId, threadId = null) {
  store.chatId = chatId;
  store.threadId = threadId;
  localStorage.setItem("matinee.chat", chatId);
  markRead(chatId);
  emit("opened");
  document.title = `${titleOf(store.chats.get(chatId))} · Matinee`;
  return showChat();
}

// A person's tap, unlike a re-load: on a phone it turns to the conversation, elsewhere one can type at once.
function enterChat(chatId) {
  app.dataset.view = "chat";
  openChat(chatId);
  if (!isPhone.matches) emit("focus-composer");
  else byId("chat-header").querySelector("button")?.focus();
}

function personChanged() {
  const current = store.chats.get(store.chatId);
  if (current && belongs(current, store.me) && current.type !== "private") openChat(current.id, store.threadId);
  else if (current || !isPhone.matches) openChat(store.me);
}

function arrived({ chat_id: chatId, message }) {
  const chat = store.chats.get(chatId);
  if (!chat) return reload();
  chat.last_message = message;
  countUnread(chatId, message);
  if (message.from?.is_bot) endTyping();
  receive(chatId, message);
  emit("chats");
  if (chatId === store.chatId && message.from?.id !== store.me) announce(`${senderOf(message).name}: ${excerpt(message)}`);
}

function changed({ chat_id: chatId, message }) {
  const chat = store.chats.get(chatId);
  if (chat?.last_message?.message_id !== message.message_id) return;
  chat.last_message = message;
  emit("chats");
}

function answered(answer) {
  if (answer.user_id !== store.me) return;
  if (answer.url) follow(answer.url);
  if (!answer.text) return;
  if (answer.show_alert) alertBox(answer.text);
  else toast(answer.text);
}

// As a t.me link does: into the private chat, and the payload goes with /start.
async function startWith(payload) {
  app.dataset.view = "chat";
  await openChat(store.me);
  emit("send", `/start ${payload}`.trim());
}

function conversationClick(event) {
  if (activateText(event.target)) return;
  const command = event.target.closest("[data-command]");
  if (command && command.matches("button")) return emit("command", command.dataset.command);
  const deep = event.target.closest("a[data-deep]");
  if (!deep) return;
  event.preventDefault();
  follow(deep.href);
}

byId("messages").addEventListener("click", conversationClick);
byId("messages").addEventListener("keydown", (event) => {
  if ((event.key === "Enter" || event.key === " ") && event.target.matches(".spoiler") && activateText(event.target)) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden || store.chatId === null) return;
  markRead(store.chatId);
  emit("chats");
});

on("connected", () => reload({ messages: true }));
on("reload", () => reload());
on("open", enterChat);
on("topic", (threadId) => openChat(store.chatId, threadId));
on("back", () => { app.dataset.view = "list"; byId("chat-list").querySelector("[aria-current]")?.focus(); });
on("person", personChanged);
on("message", arrived);
on("edit", changed);
on("answer", answered);
on("start", startWith);
on("typing", ({ chat_id: chatId }) => showTyping(chatId));
on("call", ({ method }) => { if (method.endsWith("MyCommands")) emit("commands-changed"); });

listen();
