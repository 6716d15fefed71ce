// What answers a press: toasts that pass by, and alerts that wait for a click.

import { byId, h } from "./dom.js";

const TOAST_MS = 3500;
const TOASTS = 3;
const ANNOUNCED_MS = 2000;

export function toast(text) {
  const host = byId("toasts");
  const element = h("div", { className: "toast", "data-testid": "toast" }, text);
  while (host.children.length >= TOASTS) host.firstChild.remove();
  host.append(element);
  setTimeout(() => element.remove(), TOAST_MS + 30 * text.length);
}

// A modal dialog: the browser keeps the focus inside, closes it on Escape and gives the focus back.
export function alertBox(text) {
  const ok = h("button", { type: "button", className: "alert-ok", autofocus: true }, "OK");
  const body = h("p", { id: "alert-text" }, text);
  const dialog = h("dialog", { className: "alert", "data-testid": "alert", "aria-labelledby": "alert-text" }, body, ok);
  ok.onclick = () => dialog.close();
  dialog.onclick = (event) => { if (event.target === dialog) dialog.close(); };
  dialog.onclose = () => dialog.remove();
  document.body.append(dialog);
  dialog.showModal();
}

let silence = 0;

// For screen readers: read out once, then gone, so that nobody walks into it later.
export function announce(text) {
  byId("announcer").textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => { byId("announcer").textContent = ""; }, ANNOUNCED_MS);
}

export const connectionLost = (lost) => { byId("connection").hidden = !lost; };
