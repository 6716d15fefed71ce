// The list of chats of the person who acts.

import { byId, h } from "./dom.js";
import { avatar } from "./avatar.js";
import { emit, myChats, on, senderOf, store, titleOf, unreadOf } from "./store.js";
import { listMoment } from "./time.js";
import { excerpt } from "./message.js";

const list = byId("chat-list");
let scheduled = false;

// Many events in one frame draw the list once.
function drawChats() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.chat : null;
    list.replaceChildren(...myChats().map(chatItem));
    if (focused) list.querySelector(`[data-chat="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  });
}

function chatItem(chat) {
  const open = chat.id === store.chatId;
  const unread = unreadOf(chat.id);
  const button = h("button", {
    type: "button", className: "chat", onclick: () => emit("open", chat.id),
    "data-testid": `chat-${chat.id}`, "data-chat": chat.id, "aria-current": open ? "true" : null,
  }, avatar(chat.id, titleOf(chat), { isBot: chat.type === "private" }), summary(chat, unread));
  return h("li", {}, button);
}

function summary(chat, unread) {
  const last = chat.last_message;
  const badge = unread ? h("span", { className: "badge", "aria-label": `${unread} unread` }, unread > 99 ? "99+" : unread) : null;
  return h("span", { className: "chat-summary" },
    h("span", { className: "chat-line" },
      h("span", { className: "chat-title" }, titleOf(chat)),
      h("span", { className: "chat-time" }, last ? listMoment(last.date) : "")),
    h("span", { className: "chat-line" }, lastLine(chat, last), badge));
}

function lastLine(chat, last) {
  const line = h("span", { className: "chat-last", dir: "auto" });
  if (!last) {
    line.append(chat.type === "private" ? "Say hello to the bot" : "No messages yet");
    return line;
  }
  const who = speakerOf(chat, last);
  if (who) line.append(h("span", { className: "chat-who" }, `${who}: `));
  line.append(excerpt(last));
  return line;
}

function speakerOf(chat, message) {
  if (message.from?.id === store.me && !message.sender_chat) return "You";
  if (chat.type === "private" || message.sender_chat?.id === chat.id) return null;
  return senderOf(message).name.split(" ")[0];
}

// Tab visits every chat; arrows move inside the list as well.
list.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const buttons = [...list.querySelectorAll(".chat")];
  buttons.at((buttons.indexOf(document.activeElement) + step) % buttons.length)?.focus();
});

for (const name of ["chats", "person", "people", "opened", "time"]) on(name, drawChats);
