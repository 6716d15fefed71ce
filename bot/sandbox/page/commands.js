// The command menu: opened by its button or by typing "/", moved through by arrows while the focus stays in the text.

import { byId, h } from "./dom.js";
import { loadCommands } from "./api.js";
import { on, store } from "./store.js";
import { toast } from "./feedback.js";

const menu = h("ul", { id: "command-menu", className: "command-menu", role: "listbox", "aria-label": "Commands", "data-testid": "command-menu", hidden: true });
const cache = new Map();
let chosen = 0;
let pick = null;

byId("composer-area").before(menu);

async function commands() {
  const { chatId, me } = store;
  const key = `${chatId}:${me}`;
  if (!cache.has(key)) cache.set(key, await loadCommands(chatId, me));
  return chatId === store.chatId && me === store.me ? cache.get(key) : [];
}

export async function openCommands(onPick) {
  if (!menu.hidden) return closeCommands();
  return list("", onPick, true);
}

// `text` is the whole draft: the menu stays while it is one word that begins a command.
export async function suggestCommands(text, onPick) {
  if (!/^\/[a-z0-9_]*$/i.test(text)) return closeCommands();
  return list(text.slice(1).toLowerCase(), onPick, false);
}

async function list(prefix, onPick, focus) {
  try {
    const matching = (await commands()).filter((command) => command.command.startsWith(prefix));
    pick = onPick;
    chosen = 0;
    menu.replaceChildren(...matching.map(entry));
    if (!matching.length && focus) menu.append(h("li", { className: "command-none" }, "The bot has no commands here"));
    menu.hidden = menu.childElementCount === 0;
    mark();
    if (focus) byId("composer-area").querySelector("textarea")?.focus();
  } catch (error) {
    toast(error.message);
  }
}

function entry(command, index) {
  const item = h("li", {
    id: `command-${index}`, className: "command", role: "option", "data-command": `/${command.command}`, "data-testid": `command-${command.command}`,
    onclick: () => choose(index),
  }, h("b", {}, `/${command.command}`), h("span", {}, command.description));
  item.addEventListener("mousedown", (event) => event.preventDefault());
  return item;
}

const entries = () => menu.querySelectorAll(".command");

function mark() {
  entries().forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
  entries()[chosen]?.scrollIntoView({ block: "nearest" });
  const input = byId("composer-area").querySelector("textarea");
  input?.setAttribute("aria-activedescendant", menu.hidden ? "" : `command-${chosen}`);
}

function choose(index, options) {
  const item = entries()[index];
  closeCommands();
  if (item) pick(item.dataset.command, options);
}

export function closeCommands() {
  menu.hidden = true;
  menu.replaceChildren();
  byId("composer-area").querySelector("textarea")?.removeAttribute("aria-activedescendant");
}

// True when the key was for the menu: Enter sends the command, Tab writes it out for its words to follow.
export function commandKey(event) {
  if (menu.hidden || !entries().length) return false;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    chosen = (chosen + step + entries().length) % entries().length;
    mark();
  } else if (event.key === "Enter" && !event.shiftKey) choose(chosen);
  else if (event.key === "Tab" && !event.shiftKey) choose(chosen, { complete: true });
  else if (event.key === "Escape") closeCommands();
  else return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}

document.addEventListener("pointerdown", (event) => {
  if (!menu.contains(event.target) && !event.target.closest("[data-testid=commands]")) closeCommands();
});
on("commands-changed", () => cache.clear());
