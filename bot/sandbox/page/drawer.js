// For developers: the calls the bot made, and what the sandbox found wrong with them.

import { byId, h, icon, iconButton } from "./dom.js";
import { loadOutbox, loadProblems } from "./api.js";
import { on, store } from "./store.js";
import { clockTime } from "./time.js";
import { toast } from "./feedback.js";

const MOST_CALLS = 200;
const MOST_PROBLEMS = 30;

const drawer = byId("drawer");
const count = h("span", { className: "tool-count" });
const toggle = h("button", {
  type: "button", className: "icon-button tool", "aria-expanded": "false", "aria-controls": "drawer", "data-testid": "drawer-toggle",
  title: "Developer drawer", "aria-label": "Developer drawer", onclick: () => (drawer.hidden ? open() : close()),
}, icon("code"), count);
const calls = h("ol", { className: "calls", "data-testid": "calls" });
const problems = h("ul", { className: "problems", "data-testid": "problems" });

byId("tools").append(toggle);
drawer.append(
  h("header", { className: "drawer-head" }, h("h2", {}, "Under the hood"), iconButton("close", "Close", () => close())),
  h("section", { "aria-label": "Problems" }, problems),
  h("section", { className: "drawer-calls", "aria-label": "Calls" }, h("h3", {}, "Bot API calls, newest first"), calls));

async function open() {
  drawer.hidden = false;
  byId("app").classList.add("with-drawer");
  toggle.setAttribute("aria-expanded", "true");
  drawer.querySelector("button").focus();
  await refresh();
}

function close() {
  drawer.hidden = true;
  byId("app").classList.remove("with-drawer");
  toggle.setAttribute("aria-expanded", "false");
  toggle.focus();
}

async function refresh() {
  try {
    const [outbox, found] = await Promise.all([loadOutbox(0), loadProblems()]);
    calls.replaceChildren(...outbox.filter(isTold).slice(-MOST_CALLS).reverse().map(callLine));
    problems.replaceChildren(...found.slice(-MOST_PROBLEMS).reverse().map(problemLine));
    if (!found.length) problems.append(h("li", { className: "fine" }, icon("check"), "No problems so far"));
    countProblems(found.length);
  } catch (error) {
    toast(error.message);
  }
}

const hasFailed = (call) => call.status !== 200;

// Long polling would drown all else.
const isTold = (call) => call.method !== "getUpdates" || hasFailed(call);

function callLine(call) {
  const failed = hasFailed(call);
  const line = h("summary", { className: failed ? "call call-failed" : "call" },
    h("span", { className: "call-at" }, clockTime(call.at)), h("span", { className: "call-method" }, call.method),
    failed ? h("span", { className: "call-status" }, call.status) : null,
    h("span", { className: "call-ms" }, `${Number(call.ms).toFixed(1)} ms`));
  if (!call.params) return h("li", {}, h("div", { className: line.className }, ...line.childNodes));
  const details = h("details", {}, line);
  details.addEventListener("toggle", () => {
    if (details.childElementCount === 1) details.append(h("pre", {}, JSON.stringify({ params: call.params, response: call.response }, null, 1)));
  });
  return h("li", {}, details);
}

const problemLine = (problem) => h("li", {}, h("b", {}, problem.kind), h("span", {}, problem.detail));

function countProblems(number) {
  count.textContent = number > 99 ? "99+" : number;
  count.hidden = !number;
  toggle.setAttribute("aria-label", number ? `Developer drawer, ${number} problems` : "Developer drawer");
}

on("state", () => countProblems(store.problems));
on("call", (call) => {
  if (drawer.hidden || !isTold(call)) return;
  calls.prepend(callLine(call));
  if (calls.childElementCount > MOST_CALLS) calls.lastChild.remove();
});
drawer.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
