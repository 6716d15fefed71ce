// Inline mode: what stands above the field while somebody types after the bot's name, and where to share a card.

import { byId, h } from "./dom.js";
import { askInline, chooseInline } from "./api.js";
import { avatar } from "./avatar.js";
import { canWrite, currentChat, emit, myChats, on, store, titleOf } from "./store.js";
import { receive } from "./conversation.js";
import { poster } from "./poster.js";
import { toast } from "./feedback.js";

const PAUSE_MS = 250;
const WAIT_S = 10;
const NEAR_PX = 120;

const panel = h("ul", {
  id: "inline-panel", className: "command-menu inline-panel", role: "listbox", "aria-label": "Results",
  "data-testid": "inline-panel", hidden: true,
});
let latest = 0;
let timer = 0;
let chosen = 0;
let asked = null;
let clear = null;
let afterOpening = null;

byId("composer-area").before(panel);

const input = () => byId("composer-area").querySelector("textarea");
const name = () => `@${store.bot.username}`;

// `text` is the whole draft. `write` replaces it.
export function suggestInline(text, write) {
  clear = () => write("");
  const lower = text.toLowerCase();
  if (lower.startsWith(`${name().toLowerCase()} `)) return later(text.slice(name().length + 1).trim());
  if (text.startsWith("@") && !/\s/.test(text) && name().toLowerCase().startsWith(lower)) return offerName(write);
  return closeInline();
}

function offerName(write) {
  stopAsking();
  show([row("inline-name", () => write(`${name()} `), avatar(store.bot.id, store.bot.first_name, { isBot: true, small: true }),
    h("b", {}, name()), h("span", {}, "Find a film and send its card"))]);
}

function later(query) {
  clearTimeout(timer);
  const number = ++latest;
  timer = setTimeout(() => ask(query, number), PAUSE_MS);
}

async function ask(query, number, offset = "") {
  const chat = currentChat();
  if (!chat) return;
  try {
    const found = await askInline({ chat_id: chat.id, user_id: store.me, query, offset, wait: WAIT_S });
    if (number !== latest) return;
    const answer = found.answer ?? { results: [] };
    asked = { id: found.inline_query_id, query, next: answer.next_offset ?? "" };
    const entries = answer.results.map((result) => resultRow(result, asked.id));
    if (offset) panel.append(...entries);
    else show([...topButton(answer.button), ...entries]);
    if (!panel.childElementCount) show([h("li", { className: "command-none" }, "The bot did not answer")]);
  } catch (error) {
    toast(error.message);
  }
}

function topButton(button) {
  if (!button) return [];
  return [row("inline-button", () => { clear(); emit("start", button.start_parameter ?? ""); }, h("b", {}, button.text))];
}

function resultRow(result, queryId) {
  const picture = poster(result.thumbnail_url, result.title, "inline-thumbnail");
  const words = h("div", { className: "inline-words" }, h("b", {}, result.title), h("span", {}, result.description ?? ""));
  return row(`inline-result-${result.id}`, () => send(queryId, result.id), picture, words);
}

function row(hook, act, ...children) {
  const item = h("li", { className: "command inline-row", role: "option", "data-testid": hook, onclick: act }, ...children);
  item.addEventListener("mousedown", (event) => event.preventDefault());
  return item;
}

async function send(queryId, resultId) {
  const chat = currentChat();
  clear();
  closeInline();
  const thread = store.threadId ? { thread_id: store.threadId } : {};
  try {
    const sent = await chooseInline({ chat_id: chat.id, user_id: store.me, inline_query_id: queryId, result_id: resultId, ...thread });
    receive(chat.id, sent.message);
  } catch (error) {
    toast(error.message);
  }
}

// A card's share button: first to whom, then the results there.
function share(query) {
  const text = `${name()} ${query}`;
  const chats = myChats().filter(canWrite);
  stopAsking();
  show([h("li", { className: "command-none" }, "Send it to …"), ...chats.map((chat) => row(`share-${chat.id}`, () => shareTo(chat.id, text),
    avatar(chat.id, titleOf(chat), { isBot: chat.type === "private", small: true }), h("b", {}, titleOf(chat))))]);
}

function shareTo(chatId, text) {
  closeInline();
  afterOpening = text;
  emit("open", chatId);
}

function show(entries) {
  chosen = 0;
  panel.replaceChildren(...entries);
  panel.hidden = entries.length === 0;
  panel.scrollTop = 0;
  mark();
}

const rows = () => [...panel.querySelectorAll(".inline-row")];

function mark() {
  rows().forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
  rows()[chosen]?.scrollIntoView({ block: "nearest" });
}

function stopAsking() {
  clearTimeout(timer);
  latest += 1;
}

export function closeInline() {
  stopAsking();
  panel.hidden = true;
  panel.replaceChildren();
}

// True when the key was for the panel.
export function inlineKey(event) {
  const entries = rows();
  if (panel.hidden || !entries.length) return false;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    chosen = (chosen + step + entries.length) % entries.length;
    mark();
  } else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) entries[chosen].click();
  else if (event.key === "Escape") closeInline();
  else return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}

panel.addEventListener("scroll", () => {
  if (!asked?.next || panel.scrollHeight - panel.scrollTop - panel.clientHeight > NEAR_PX) return;
  const { query, next } = asked;
  asked.next = "";
  ask(query, latest, next);
});
document.addEventListener("pointerdown", (event) => {
  const inside = panel.contains(event.target) || event.target === input() || event.target.closest?.(".key");
  if (!inside) closeInline();
});
on("share", share);
on("opened", () => {
  const text = afterOpening;
  afterOpening = null;
  if (text) setTimeout(() => emit("insert", text));
});
