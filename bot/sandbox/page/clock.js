// The virtual clock: what it shows, and the buttons that move it. It only ever moves forward.

import { byId, h, icon } from "./dom.js";
import { emit, on } from "./store.js";
import { moveClock } from "./api.js";
import { headerMoment, landmarkMoment, now, setNow } from "./time.js";
import { toast } from "./feedback.js";

const HOUR_S = 3600;
const STEPS = [["+1 hour", HOUR_S], ["+1 day", 24 * HOUR_S], ["+1 week", 168 * HOUR_S]];

const host = byId("clock");
const date = h("span", { className: "clock-date" });
const time = h("span", { className: "clock-time" });
const face = h("button", {
  type: "button", className: "clock-face", "data-testid": "clock", "aria-expanded": "false",
  "aria-label": "Virtual clock", "aria-controls": "clock-panel", onclick: () => toggle(),
}, icon("clock"), date, time);
const landmarks = h("div", { className: "landmarks" });
const steps = h("div", { className: "steps", role: "group", "aria-label": "Let time pass" },
  ...STEPS.map(([label, seconds]) => h("button", {
    type: "button", className: "step", onclick: () => move({ advance_s: seconds }), "data-testid": `advance-${seconds}`,
  }, label)));
const panel = h("div", { className: "clock-panel", id: "clock-panel" }, steps, landmarks);

host.append(face, panel);

const slug = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

function takeClock(clock) {
  setNow(clock.now);
  draw();
  drawLandmarks();
  emit("time");
}

let known = [];

function takeLandmarks(list) {
  known = [...list].sort((a, b) => a.at - b.at);
  drawLandmarks();
}

// A landmark that has passed is nowhere to jump to: the bot announces the next one.
const ahead = () => known.filter((landmark) => landmark.at > now());

function drawLandmarks() {
  const focused = landmarks.contains(document.activeElement);
  landmarks.replaceChildren(...ahead().map((landmark) => h("button", {
    type: "button", className: "jump", "data-testid": `jump-${slug(landmark.name)}`,
    "aria-label": `Jump to ${landmark.name}, ${landmarkMoment(landmark.at)}`,
    onclick: () => move({ to: landmark.at }),
  }, icon("skip"), h("span", { className: "jump-name" }, `Jump to ${lower(landmark.name)}`),
  h("span", { className: "jump-at" }, landmarkMoment(landmark.at)))));
  if (focused) (landmarks.firstChild ?? face).focus();
}

const lower = (name) => name.charAt(0).toLowerCase() + name.slice(1);

async function move(change) {
  toggle(false);
  try {
    takeClock(await moveClock(change));
    face.classList.remove("moved");
    void face.offsetWidth;
    face.classList.add("moved");
  } catch (error) {
    toast(error.message);
  }
}

function draw() {
  const shown = headerMoment(now());
  date.textContent = shown.date;
  time.textContent = shown.time;
}

function tick() {
  draw();
  if (landmarks.childElementCount !== ahead().length) drawLandmarks();
}

// On a phone the buttons are behind the clock's face; on a wide screen they always show.
function toggle(open = !host.classList.contains("open")) {
  host.classList.toggle("open", open);
  face.setAttribute("aria-expanded", open);
}

host.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !host.classList.contains("open")) return;
  toggle(false);
  face.focus();
});
document.addEventListener("pointerdown", (event) => { if (!host.contains(event.target)) toggle(false); });
setInterval(tick, 1000);

on("clock", takeClock);
on("landmarks", ({ landmarks: list }) => takeLandmarks(list));
on("state", (state) => { takeLandmarks(state.landmarks); takeClock(state.clock); });
