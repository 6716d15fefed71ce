// What an empty conversation says: what to try first.

import { byId, h } from "./dom.js";
import { canWrite, currentChat, emit, on, store } from "./store.js";

const hint = byId("hint");

const TRY = {
  private: ["/start", "The Godfather", "/top"],
  group: ["/rate", "/top", "/week"],
};

const WHAT = "It remembers what your film club has seen. Search a film, tap some stars, look at the top list; " +
  "then let time pass at the top of the page and read the weekly digest. In any other chat, type @ and its name.";

function draw(count) {
  const chat = currentChat();
  hint.hidden = count > 0 && chat !== undefined;
  if (hint.hidden) return;
  hint.replaceChildren(...(chat ? introduction(chat) : nothingOpen()));
}

const picture = () => h("img", { src: "/static/icon.svg", alt: "", width: 64, height: 64 });

const nothingOpen = () => [picture(), h("h2", {}, "Choose a chat"), h("p", {}, "Everything you see here happens on this computer only.")];

function introduction(chat) {
  if (!canWrite(chat)) return [h("h2", {}, "Nothing posted yet"), h("p", {}, "What the channel’s admins post shows here.")];
  const fresh = chat.type === "private" && !store.users.get(store.me)?.has_started;
  return [
    picture(),
    h("h2", {}, chat.type === "private" ? `This is ${store.bot.first_name}` : "Quiet in here"),
    h("p", {}, fresh && store.about.description ? store.about.description : WHAT),
    fresh ? h("p", { className: "hint-next" }, "Press Start below to begin.") : suggestions(chat),
  ];
}

function suggestions(chat) {
  const words = TRY[chat.type === "private" ? "private" : "group"];
  return h("div", { className: "hint-try" }, ...words.map((text) =>
    h("button", { type: "button", className: "chip", onclick: () => emit(text.startsWith("/") ? "command" : "send", text) }, text)));
}

on("filled", draw);
