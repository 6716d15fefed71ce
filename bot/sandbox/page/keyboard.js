// Inline keyboards: what each kind of button does, and the spinner until its callback query is answered.

import { h, icon } from "./dom.js";
import { emit, on, store } from "./store.js";
import { press } from "./api.js";
import { toast } from "./feedback.js";
import { follow } from "./links.js";

const PATIENCE_MS = 16_000;
const STYLES = new Set(["primary", "success", "danger"]);

const spinning = new Map();
const answeredEarly = new Set();

export function inlineKeyboard(chatId, message) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows?.length) return null;
  const lines = rows.map((row, y) =>
    h("div", { className: "key-row" }, ...row.map((button, x) => key(chatId, message, button, y, x))));
  return h("div", { className: "keyboard", role: "group", "aria-label": "Buttons" }, ...lines);
}

function key(chatId, message, button, row, col) {
  const style = STYLES.has(button.style) ? ` key-${button.style}` : "";
  const element = h("button", {
    type: "button", className: `key${style}`, "data-testid": "button", "data-label": button.text,
    callbackId: callbackId(chatId, message.message_id, button.callback_data),
  }, h("span", { className: "key-text" }, button.text), corner(button));
  if (spinning.has(element.callbackId)) spin(element, true);
  element.addEventListener("click", () => act(element, { chatId, messageId: message.message_id, button, row, col }));
  return element;
}

function corner(button) {
  if (button.url) return icon("link");
  return button.copy_text ? icon("copy") : null;
}

const callbackId = (chatId, messageId, data) => `${chatId} ${messageId} ${data}`;

function act(element, place) {
  const { button } = place;
  if (button.url) return follow(button.url);
  if (button.callback_data !== undefined) return callBack(element, place);
  if (button.copy_text) return copy(button.copy_text.text);
  if (button.switch_inline_query !== undefined) return emit("share", button.switch_inline_query);
  const query = button.switch_inline_query_current_chat;
  if (query !== undefined) return emit("insert", `@${store.bot.username} ${query}`);
  return toast("This kind of button only works in the real Telegram.");
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied to the clipboard");
  } catch {
    toast(text);
  }
}

async function callBack(element, { chatId, messageId, row, col }) {
  const id = element.callbackId;
  if (spinning.has(id)) return;
  spinning.set(id, { queryId: null, timer: setTimeout(() => stop(id), PATIENCE_MS) });
  spin(element, true);
  try {
    const query = await press({ chat_id: chatId, message_id: messageId, user_id: store.me, row, col });
    const entry = spinning.get(id);
    if (entry) entry.queryId = query.callback_query_id;
    if (answeredEarly.delete(query.callback_query_id)) stop(id);
  } catch (error) {
    stop(id);
    toast(error.message);
  }
}

function spin(element, busy) {
  element.classList.toggle("busy", busy);
  element.setAttribute("aria-busy", busy);
}

function stop(id) {
  clearTimeout(spinning.get(id)?.timer);
  spinning.delete(id);
  emit("unspin");
}

// The answer may overtake the reply to our own request, which names the query.
on("answer", (answer) => {
  for (const [id, entry] of spinning) if (entry.queryId === answer.callback_query_id) return stop(id);
  if (answer.user_id === store.me) answeredEarly.add(answer.callback_query_id);
});

// An edited message was drawn anew, so keys are known by what they call back, not by their element.
on("unspin", () => {
  for (const element of document.querySelectorAll(".key.busy")) {
    if (!spinning.has(element.callbackId)) spin(element, false);
  }
});
