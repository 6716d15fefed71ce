// Which links may be followed, and which lead back into this bot.

import { emit, store } from "./store.js";
import { toast } from "./feedback.js";

const ALLOWED = new Set(["http:", "https:", "mailto:", "tg:"]);

export function safeUrl(url) {
  const parsed = tryParse(url);
  return parsed && ALLOWED.has(parsed.protocol) ? parsed.href : null;
}

function tryParse(url) {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}

// https://t.me/<this bot>?start=payload leads to the private chat here: { start, intoGroup }, null for other links.
export function botLink(url) {
  const parsed = tryParse(url);
  if (!parsed || !["t.me", "telegram.me"].includes(parsed.hostname)) return null;
  if (parsed.pathname.slice(1).toLowerCase() !== store.bot?.username?.toLowerCase()) return null;
  return { start: parsed.searchParams.get("start") ?? "", intoGroup: parsed.searchParams.has("startgroup") };
}

export function follow(url) {
  const deep = botLink(url);
  const safe = safeUrl(url);
  if (deep?.intoGroup) toast("Here the bot is in its group already; in Telegram this lets you choose one.");
  else if (deep) emit("start", deep.start);
  else if (safe) window.open(safe, "_blank", "noopener,noreferrer");
  else toast("This address cannot be opened.");
}
