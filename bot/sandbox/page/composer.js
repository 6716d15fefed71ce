// Where messages are written: drafts per chat, the command menu, replies, and what stands here when one may not write.

import { byId, h, icon, iconButton } from "./dom.js";
import { sendDocument, sendMessage, unblock } from "./api.js";
import { canWrite, currentChat, emit, isAdmin, on, senderOf, store, titleOf } from "./store.js";
import { closeCommands, commandKey, openCommands, suggestCommands } from "./commands.js";
import { excerpt } from "./message.js";
import { receive } from "./conversation.js";
import { closeInline, inlineKey, suggestInline } from "./inline.js";
import { toast } from "./feedback.js";

const MAX_LENGTH = 4096;
const TALLEST_PX = 168;

const area = byId("composer-area");
const drafts = new Map();
const lastSent = new Map();
let replyTo = null;
let anonymous = false;
let shown = "";

const input = h("textarea", {
  className: "composer-input", rows: 1, maxLength: MAX_LENGTH, "data-testid": "composer", "aria-label": "Message",
  autocomplete: "off", enterKeyHint: "send", dir: "auto",
  "aria-autocomplete": "list", "aria-controls": "command-menu",
});
const slash = iconButton("slash", "Commands", () => openCommands(pickCommand), { className: "icon-button slash", "data-testid": "commands" });
const picker = h("input", { type: "file", hidden: true, "data-testid": "file", onchange: () => give(picker.files[0]) });
const attach = iconButton("attach", "Attach a file", () => picker.click(), { className: "icon-button attach", "data-testid": "attach" });
const send = h("button", { type: "submit", className: "send", "aria-label": "Send", title: "Send", "data-testid": "send" }, icon("send"));
const replyBar = h("div", { className: "reply-bar", hidden: true });
const identity = h("button", { type: "button", className: "identity", onclick: () => { anonymous = !anonymous; drawIdentity(); } });
const form = h("form", { className: "composer", autocomplete: "off" }, slash, h("div", { className: "composer-field" }, input, identity), picker, attach, send);

const placeholder = () =>
  replyTo?.reply_keyboard?.input_field_placeholder ?? (currentChat()?.type === "channel" ? "Broadcast a message" : "Message");
const place = () => `${store.me}:${store.chatId}:${store.threadId ?? ""}`;

function show() {
  const chat = currentChat();
  if (place() !== shown) leave();
  shown = place();
  swapContents(chat);
  const draft = drafts.get(place()) ?? "";
  if (input.value !== draft) input.value = draft;
  input.placeholder = placeholder();
  drawIdentity();
  fit();
}

function leave() {
  cancelReply();
  closeCommands();
  closeInline();
  anonymous = false;
}

// Elements that stay keep the focus and the caret.
function swapContents(chat) {
  const wanted = chat ? contents(chat) : [];
  if (wanted.includes(form) && area.contains(form)) return;
  area.replaceChildren(...wanted);
}

function contents(chat) {
  if (!canWrite(chat)) return [h("p", { className: "read-only" }, icon("mute"), "Only admins can post in this channel")];
  const me = store.users.get(store.me);
  if (chat.type === "private" && me?.blocked) return [wideButton("Unblock", () => unblock(me.id).catch((error) => toast(error.message)))];
  const fresh = chat.type === "private" && !me?.has_started;
  if (!fresh) return [replyBar, form];
  return [wideButton("Start", () => submit("/start"))];
}

const wideButton = (label, onclick) =>
  h("button", { type: "button", className: "start", onclick, "data-testid": label.toLowerCase() }, label);

// Admins of a group may speak in its name, as they can in Telegram; files are for the bot alone.
function drawIdentity() {
  const chat = currentChat();
  attach.hidden = chat?.type !== "private";
  identity.hidden = !chat || !chat.type.endsWith("group") || !isAdmin(chat);
  identity.setAttribute("aria-pressed", anonymous);
  identity.title = anonymous ? "You post in the group’s name" : "You post as yourself";
  identity.textContent = anonymous ? "as group" : `as ${store.users.get(store.me)?.first_name}`;
}

// The field grows with its text; only here is its height measured, never on an event from outside.
function fit() {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, TALLEST_PX)}px`;
  form.classList.toggle("filled", input.value.trim() !== "");
}

async function submit(text) {
  const chat = currentChat();
  if (!chat || !text.trim()) return;
  const body = { chat_id: chat.id, user_id: store.me, text };
  if (replyTo) body.reply_to = replyTo.message_id;
  if (store.threadId) body.thread_id = store.threadId;
  if (chat.type === "channel" || anonymous) body.as_chat = chat.id;
  try {
    const { message } = await sendMessage(body);
    receive(chat.id, message);
  } catch (error) {
    toast(error.message);
    if (chat.id === store.chatId && !input.value) setText(text);
  }
}

// A file goes at once, as it is; what stands in the box stays there.
async function give(file) {
  const chat = currentChat();
  picker.value = "";
  if (!chat || !file) return;
  try {
    const content = (await dataUrl(file)).split(",")[1] ?? "";
    const { message } = await sendDocument({ chat_id: chat.id, user_id: store.me, name: file.name, content });
    receive(chat.id, message);
  } catch (error) {
    toast(error.message);
  }
}

const dataUrl = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result);
  reader.onerror = () => reject(new Error("The browser cannot read that file."));
  reader.readAsDataURL(file);
});

function submitInput() {
  const text = input.value;
  if (!text.trim()) return;
  lastSent.set(place(), text);
  submit(text.trim());
  setText("");
  cancelReply();
  closeCommands();
  closeInline();
}

function setText(text) {
  input.value = text;
  drafts.set(place(), text);
  fit();
}

// In groups a command names its bot, so that it reaches this one whatever the privacy mode hides.
function addressed(command) {
  return currentChat()?.type === "private" || command.includes("@") ? command : `${command}@${store.bot.username}`;
}

function pickCommand(command, { complete = false } = {}) {
  input.focus();
  if (complete) return setText(`${command} `);
  setText("");
  return submit(addressed(command));
}

function reply(message) {
  replyTo = message;
  const sender = senderOf(message);
  replyBar.replaceChildren(icon("reply"),
    h("div", { className: "reply-text" }, h("b", {}, sender.name || titleOf(currentChat())), h("span", {}, excerpt(message))),
    iconButton("close", "Cancel reply", cancelReply));
  replyBar.hidden = false;
  input.placeholder = placeholder();
  input.focus();
}

// A bot can ask for a reply: of everybody, or of the person alone to whose message it replied.
function replyIfAsked(message) {
  const asked = message.reply_keyboard;
  const asksMe = !asked?.selective || message.reply_to_message?.from?.id === store.me;
  if (asked?.force_reply && asksMe) reply(message);
}

function cancelReply() {
  replyTo = null;
  replyBar.hidden = true;
  input.placeholder = placeholder();
}

function keydown(event) {
  if (event.isComposing || commandKey(event) || inlineKey(event)) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    submitInput();
  } else if (event.key === "ArrowUp" && input.value === "" && lastSent.has(place())) {
    event.preventDefault();
    setText(lastSent.get(place()));
  } else if (event.key === "Escape" && replyTo) {
    event.stopPropagation();
    cancelReply();
  }
}

function suggest() {
  suggestCommands(input.value, pickCommand);
  suggestInline(input.value, (text) => { setText(text); input.focus(); suggest(); });
}

input.addEventListener("keydown", keydown);
input.addEventListener("input", () => {
  drafts.set(place(), input.value);
  fit();
  suggest();
});
form.addEventListener("submit", (event) => { event.preventDefault(); submitInput(); input.focus(); });

on("opened", show);
on("reply", reply);
on("arrived", replyIfAsked);
on("command", (command) => submit(addressed(command)));
on("insert", (text) => { setText(text); input.focus(); suggest(); });
on("send", submit);
on("focus-composer", () => input.focus({ preventScroll: true }));
