// Which links may be followed, and which lead back into this bot.

import { store } from "./store.js";

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

// https://t.me/<this bot>?start=payload opens the private chat here: { start } or null for every other link.
export function botLink(url) {
  const parsed = tryParse(url);
  if (!parsed || !["t.me", "telegram.me"].includes(parsed.hostname)) return null;
  if (parsed.pathname.slice(1).toLowerCase() !== store.bot?.username?.toLowerCase()) return null;
  return { start: parsed.searchParams.get("start") ?? "" };
}

export const openOutside = (url) => window.open(url, "_blank", "noopener,noreferrer");
