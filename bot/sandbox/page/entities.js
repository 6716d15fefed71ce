// Formatted text as DOM nodes. Offsets count UTF-16 units, which is how JavaScript counts too.

import { h } from "./dom.js";
import { entityMoment, fullMoment } from "./time.js";
import { botLink, safeUrl } from "./links.js";

const PLAIN = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code" };
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);

export function richText(text, entities = []) {
  const ordered = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const fragment = document.createDocumentFragment();
  fragment.append(...nodes(text, ordered, 0, text.length));
  return fragment;
}

// Nodes of text[start, end): an entity takes those that begin inside it as its children, clipped to its own end.
function nodes(text, ordered, start, end) {
  const built = [];
  let at = start;
  for (let i = 0; i < ordered.length; ) {
    const entity = ordered[i];
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    const inside = [];
    for (i += 1; i < ordered.length && ordered[i].offset < to; i += 1) inside.push(ordered[i]);
    if (to <= from) continue;
    if (from > at) built.push(text.slice(at, from));
    built.push(wrap(entity, text.slice(from, to), () => nodes(text, inside, from, to)));
    at = BLOCKS.has(entity.type) && text[to] === "\n" ? to + 1 : to;
  }
  if (at < end) built.push(text.slice(at, end));
  return built;
}

function wrap(entity, text, children) {
  if (entity.type in PLAIN) return h(PLAIN[entity.type], {}, ...children());
  return (RENDERERS[entity.type] ?? plain)(entity, text, children);
}

const plain = (_entity, _text, children) => h("span", {}, ...children());

const RENDERERS = {
  spoiler: (_entity, _text, children) => spoiler(children()),
  pre: (entity, _text, children) => h("pre", { "data-language": entity.language || null }, h("code", {}, ...children())),
  blockquote: (_entity, _text, children) => h("blockquote", {}, ...children()),
  expandable_blockquote: (_entity, text, children) => expandable(text, children()),
  text_link: (entity, _text, children) => link(entity.url, children()),
  url: (_entity, text, children) => link(/^[a-z]+:/i.test(text) ? text : `https://${text}`, children()),
  email: (_entity, text, children) => link(`mailto:${text}`, children()),
  mention: (_entity, _text, children) => h("span", { className: "mention" }, ...children()),
  text_mention: (_entity, _text, children) => h("span", { className: "mention" }, ...children()),
  hashtag: (_entity, _text, children) => h("span", { className: "mention" }, ...children()),
  cashtag: (_entity, _text, children) => h("span", { className: "mention" }, ...children()),
  bot_command: (_entity, text, children) =>
    h("button", { type: "button", className: "command-link", "data-command": text }, ...children()),
  date_time: moment,
};

function link(url, children) {
  const safe = safeUrl(url);
  if (!safe) return h("span", {}, ...children);
  return h("a", { href: safe, target: "_blank", rel: "noopener noreferrer", "data-deep": botLink(safe) ? "" : null }, ...children);
}

function spoiler(children) {
  return h("span", { className: "spoiler", role: "button", tabIndex: 0, "aria-label": "Hidden text, press to reveal" }, h("span", {}, ...children));
}

const isShort = (text) => text.length < 120 && text.split("\n").length <= 3;

function expandable(text, children) {
  if (isShort(text)) return h("blockquote", {}, ...children);
  const toggle = h("button", { type: "button", className: "quote-toggle", "aria-expanded": "false" }, "Show more");
  return h("blockquote", { className: "expandable" }, h("div", { className: "quote-text" }, ...children), toggle);
}

function moment(entity, _text, children) {
  const shown = entity.date_time_format ? [entityMoment(entity.unix_time, entity.date_time_format)] : children();
  return h("time", { dateTime: new Date(entity.unix_time * 1000).toISOString(), title: fullMoment(entity.unix_time) }, ...shown);
}

// Clicks and keys on what richText built, for any container that holds it. True when the event was for it.
export function activateText(target) {
  const hidden = target.closest(".spoiler");
  if (hidden) {
    hidden.classList.add("revealed");
    hidden.removeAttribute("role");
    hidden.removeAttribute("aria-label");
    return true;
  }
  const toggle = target.closest(".quote-toggle");
  if (!toggle) return false;
  const open = toggle.parentElement.classList.toggle("open");
  toggle.setAttribute("aria-expanded", open);
  toggle.textContent = open ? "Show less" : "Show more";
  return true;
}
