// One message as a row: avatar, bubble, keyboard. Rows know their message, so the list needs no second index.

import { h, iconButton } from "./dom.js";
import { avatar, colourOf } from "./avatar.js";
import { currentChat, emit, senderOf, statusOf, store } from "./store.js";
import { clockTime, fullMoment } from "./time.js";
import { inlineKeyboard } from "./keyboard.js";
import { richText } from "./entities.js";
import { serviceText } from "./service.js";
import { attachment, linkPreview } from "./attachments.js";

const JOIN_WITHIN_S = 300;

export function messageRow(chatId, message) {
  const service = serviceText(message);
  const row = service ? h("div", { className: "service" }, service) : spokenRow(chatId, message);
  row.message = message;
  row.setAttribute("data-testid", `message-${chatId}-${message.message_id}`);
  return row;
}

function spokenRow(chatId, message) {
  const chat = currentChat();
  const own = !message.sender_chat && message.from?.id === store.me;
  const named = !own && chat?.type !== "private" && chat?.type !== "channel";
  const sender = senderOf(message);
  const face = named ? avatar(sender.id, sender.name, { isBot: message.from?.is_bot && !message.sender_chat, small: true }) : null;
  const column = h("div", { className: "column" }, bubble(message, named ? sender : null), inlineKeyboard(chatId, message));
  const reply = iconButton("reply", "Reply", () => emit("reply", message), { className: "icon-button reply-button", tabIndex: -1 });
  return h("article", { className: own ? "row own" : "row" }, face, column, reply);
}

function bubble(message, sender) {
  const text = message.text ?? message.caption ?? "";
  const entities = message.entities ?? message.caption_entities;
  const body = h("div", { className: "text", dir: "auto" }, richText(text, entities), meta(message));
  const heading = sender ? senderLine(message, sender) : null;
  const preview = linkPreview(message);
  const [above, below] = message.link_preview_options?.show_above_text ? [preview, null] : [null, preview];
  return h("div", { className: "bubble" }, heading, via(message), replyQuote(message), attachment(message), above, body, below, reactions(message));
}

// Sent by way of the bot, or by the bot as a guest that somebody called.
function via(message) {
  if (message.via_bot) return h("div", { className: "via" }, "via ", h("b", {}, `@${message.via_bot.username}`));
  const caller = message.guest_bot_caller_user;
  return caller ? h("div", { className: "via" }, "called by ", h("b", {}, caller.first_name)) : null;
}

function senderLine(message, sender) {
  const title = message.sender_chat ? "admin" : rank(message);
  const topic = store.threadId === null ? topicName(message) : null;
  return h("div", { className: `sender colour-${colourOf(sender.id)}` },
    h("span", { className: "sender-name" }, sender.name),
    topic ? h("span", { className: "sender-topic" }, topic) : null,
    title ? h("span", { className: "rank" }, title) : null);
}

function rank(message) {
  if (message.from?.is_bot) return "bot";
  const chat = currentChat();
  const status = chat && message.from ? statusOf(chat, message.from.id) : "";
  return { creator: "owner", administrator: "admin" }[status] ?? null;
}

const topicName = (message) =>
  currentChat()?.topics?.find((topic) => topic.thread_id === message.message_thread_id)?.name ?? null;

function meta(message) {
  const time = h("time", { dateTime: new Date(message.date * 1000).toISOString(), title: fullMoment(message.date) }, clockTime(message.date));
  return h("span", { className: "meta" }, message.edit_date ? h("span", { className: "edited" }, "edited ") : null, time);
}

function reactions(message) {
  const emoji = message.reactions?.map((reaction) => reaction.emoji).filter(Boolean);
  return emoji?.length ? h("div", { className: "reactions", "aria-label": "Reactions" }, emoji.join(" ")) : null;
}

function replyQuote(message) {
  const quoted = message.reply_to_message;
  if (!quoted || quoted.forum_topic_created) return null;
  const sender = senderOf(quoted);
  return h("button", {
    type: "button", className: `quote colour-${colourOf(sender.id)}`, onclick: () => emit("reveal", quoted.message_id),
    "aria-label": `In reply to ${sender.name}`,
  }, h("span", { className: "quote-name" }, sender.name), h("span", { className: "quote-line" }, excerpt(quoted)));
}

export const excerpt = (message) =>
  (unspoiled(message) ?? serviceText(message) ?? attachmentName(message)).replace(/\s+/g, " ").slice(0, 120);

// Its text with a block for each letter that a spoiler hides.
function unspoiled(message) {
  let text = message.text ?? message.caption;
  for (const { type, offset, length } of message.entities ?? message.caption_entities ?? []) {
    if (type === "spoiler") text = text.slice(0, offset) + "▒".repeat(length) + text.slice(offset + length);
  }
  return text;
}

const attachmentName = (message) => message.document?.file_name ?? (message.photo ? "Photo" : "Message");

const speaker = (message) => `${message.sender_chat?.id ?? ""} ${message.from?.id ?? ""} ${message.message_thread_id ?? ""}`;

// Messages of one person within five minutes stand close together, the name only above the first.
export function follows(previous, message) {
  if (!previous || serviceText(previous) || serviceText(message)) return false;
  return speaker(previous) === speaker(message) && message.date - previous.date < JOIN_WITHIN_S;
}
