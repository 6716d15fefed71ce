// The list of messages of the open chat. An event costs one row, however long the history is.

import { byId, glide, h } from "./dom.js";
import { loadChat } from "./api.js";
import { emit, on, store } from "./store.js";
import { follows, messageRow } from "./message.js";
import { dayKey, dayLabel } from "./time.js";
import { isAtBottom, keepPlace, messageArrived, shrink, toBottom } from "./scroll.js";
import { toast } from "./feedback.js";

const PAGE = 200;
const MOST_ROWS = 600;

const list = byId("messages");
const rows = new Map();
let limit = PAGE;
let hasEarlier = false;
let loading = null;
let waiting = [];

const newest = () => list.lastElementChild;
const oldest = () => list.querySelector(".row, .service");
const inThread = (message) => store.threadId === null || (message.message_thread_id ?? 0) === store.threadId;

// Load the open chat anew; what happens meanwhile is applied afterwards.
export async function showChat({ keepPosition = false } = {}) {
  const ticket = (loading = {});
  const { chatId } = store;
  waiting = [];
  limit = PAGE;
  try {
    const { messages } = chatId === null ? { messages: [] } : await loadChat(chatId, limit);
    if (ticket !== loading) return;
    if (keepPosition && !isAtBottom()) return keepPlace(() => fill(messages));
    fill(messages);
    toBottom();
  } catch (error) {
    toast(error.message);
  } finally {
    if (ticket === loading) loading = null;
  }
  for (const apply of waiting.splice(0)) apply();
}

on("earlier", loadEarlier);

function fill(messages) {
  rows.clear();
  list.replaceChildren();
  hasEarlier = messages.length === limit;
  for (const message of messages.filter(inThread)) append(message);
  emit("filled", list.childElementCount);
}

function append(message) {
  const previous = newest()?.message;
  if (previous && message.message_id < previous.message_id) return insertInside(message);
  const row = remember(message);
  list.append(...separated(previous, row));
  return row;
}

// Out of turn (its event was overtaken): walk back from the end to where it belongs.
function insertInside(message) {
  let after = newest();
  while (after && !(after.message?.message_id < message.message_id)) after = after.previousElementSibling;
  const row = remember(message);
  if (after) after.after(row);
  else list.prepend(row);
  return row;
}

function remember(message) {
  const row = messageRow(store.chatId, message);
  rows.set(message.message_id, row);
  return row;
}

function separated(previous, row) {
  const { message } = row;
  if (previous && dayKey(previous.date) === dayKey(message.date)) {
    row.classList.toggle("joined", follows(previous, message));
    return [row];
  }
  const day = h("div", { className: "day" }, h("span", {}, dayLabel(message.date)));
  day.date = message.date;
  return [day, row];
}

// Reads a longer tail of the chat and puts what is new above, without moving what the reader sees.
async function loadEarlier() {
  if (!hasEarlier || loading) return;
  const ticket = (loading = {});
  limit += 2 * PAGE;
  try {
    const { messages } = await loadChat(store.chatId, limit);
    if (ticket !== loading) return;
    hasEarlier = messages.length === limit;
    keepPlace(() => prepend(messages.filter((message) => inThread(message) && !rows.has(message.message_id))));
  } catch (error) {
    toast(error.message);
  } finally {
    if (ticket === loading) loading = null;
  }
  for (const apply of waiting.splice(0)) apply();
}

function prepend(messages) {
  const first = oldest();
  const earlier = messages.filter((message) => !first || message.message_id < first.message.message_id);
  if (!earlier.length) return;
  const built = [];
  let previous;
  for (const message of earlier) {
    built.push(...separated(previous, remember(message)));
    previous = message;
  }
  if (first?.previousElementSibling && dayKey(first.message.date) === dayKey(previous.date)) first.previousElementSibling.remove();
  list.prepend(...built);
}

function trim() {
  if (rows.size <= MOST_ROWS || !isAtBottom()) return;
  shrink(() => {
    while (rows.size > MOST_ROWS - PAGE) {
      const first = list.firstElementChild;
      if (first.message) rows.delete(first.message.message_id);
      first.remove();
    }
  });
  limit = rows.size;
  hasEarlier = true;
}

// Apply now, or after the chat that is being loaded has been shown.
function whenShown(chatId, apply) {
  if (chatId !== store.chatId) return;
  if (loading) waiting.push(apply);
  else apply();
}

export function receive(chatId, message) {
  whenShown(chatId, () => {
    if (rows.has(message.message_id) || !inThread(message)) return;
    const row = append(message);
    row.classList.add("arriving");
    trim();
    messageArrived(message.from?.id === store.me);
    emit("filled", list.childElementCount);
    emit("arrived", message);
  });
}

on("edit", ({ chat_id: chatId, message }) => whenShown(chatId, () => {
  const old = rows.get(message.message_id);
  if (!old) return;
  const focused = [...old.querySelectorAll("button, a")].indexOf(document.activeElement);
  const row = remember(message);
  row.classList.toggle("joined", old.classList.contains("joined"));
  row.classList.add("changed");
  old.replaceWith(row);
  if (focused >= 0) [...row.querySelectorAll("button, a")].at(focused)?.focus({ preventScroll: true });
}));

on("delete", ({ chat_id: chatId, message_id: messageId }) => whenShown(chatId, () => {
  const row = rows.get(messageId);
  if (!row) return;
  row.nextElementSibling?.classList.remove("joined");
  rows.delete(messageId);
  row.remove();
}));

on("reveal", (messageId) => {
  const row = rows.get(messageId);
  if (!row) return toast("That message is further up.");
  row.scrollIntoView({ block: "center", behavior: glide() });
  row.classList.remove("pointed");
  void row.offsetWidth;
  row.classList.add("pointed");
});

on("time", () => {
  for (const day of list.querySelectorAll(".day")) day.firstChild.textContent = dayLabel(day.date);
});
