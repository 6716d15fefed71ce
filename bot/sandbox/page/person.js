// Who acts: "You are Ann", and a menu to become somebody else.

import { byId, h, icon } from "./dom.js";
import { avatar } from "./avatar.js";
import { choosePerson, nameOf, on, store } from "./store.js";
import { menuKeys } from "./menu.js";

const host = byId("person");
const menu = h("div", { className: "menu person-menu", role: "menu", "aria-label": "Who are you?", hidden: true });
const name = h("b", {});
const face = h("span", { className: "person-face" });
const toggle = h("button", {
  type: "button", className: "person-toggle", "data-testid": "person-switch",
  "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => (menu.hidden ? open() : close()),
}, face, h("span", { className: "person-label" }, h("span", { className: "person-you" }, "You are "), name), icon("chevron"));

host.append(toggle, menu);

function draw() {
  const user = store.users.get(store.me);
  name.textContent = user?.first_name ?? "nobody";
  face.replaceChildren(avatar(store.me ?? 0, nameOf(user), { small: true }));
  menu.replaceChildren(...[...store.users.values()].map(entry));
}

function entry(user) {
  const chosen = user.id === store.me;
  return h("button", {
    type: "button", role: "menuitemradio", "aria-checked": String(chosen), tabIndex: -1,
    "data-testid": `person-${user.id}`, "data-name": user.first_name,
    onclick: () => { close(); choosePerson(user.id); },
  }, avatar(user.id, nameOf(user), { small: true }), h("span", { className: "menu-label" }, nameOf(user)), chosen ? icon("check") : null);
}

function open() {
  menu.hidden = false;
  toggle.setAttribute("aria-expanded", "true");
  (menu.querySelector('[aria-checked="true"]') ?? menu.firstChild)?.focus();
}

function close() {
  if (menu.hidden) return;
  const inside = menu.contains(document.activeElement);
  menu.hidden = true;
  toggle.setAttribute("aria-expanded", "false");
  if (inside) toggle.focus();
}

menuKeys(menu, close);
document.addEventListener("pointerdown", (event) => { if (!host.contains(event.target)) close(); });

for (const event of ["person", "people"]) on(event, draw);
