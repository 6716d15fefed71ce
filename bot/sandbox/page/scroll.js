// Where the reader is: at the newest message the view follows along, anywhere else it stays and offers a jump.

import { byId, glide, icon } from "./dom.js";
import { emit } from "./store.js";

const NEAR_PX = 60;
const EARLIER_PX = 300;

const scroller = byId("scroller");
const jump = byId("newest");
let atBottom = true;
let missed = 0;
let lastTop = 0;

export const isAtBottom = () => atBottom;

export function toBottom() {
  atBottom = true;
  missed = 0;
  pinDown();
  showJump();
}

function pinDown() {
  scroller.scrollTop = scroller.scrollHeight;
  lastTop = scroller.scrollTop;
}

export function messageArrived(own) {
  if (own || atBottom) {
    atBottom = true;
    missed = 0;
  } else {
    missed += 1;
  }
  showJump();
}

export function keepPlace(change) {
  const fromBottom = scroller.scrollHeight - scroller.scrollTop;
  change();
  scroller.scrollTop = scroller.scrollHeight - fromBottom;
}

// For rows that are taken away while the reader is at the bottom: the view that slides up is not the reader's doing.
export function shrink(change) {
  change();
  pinDown();
}

function showJump() {
  jump.hidden = atBottom;
  jump.lastChild.textContent = missed ? `${missed} new` : "";
  jump.setAttribute("aria-label", missed ? `Jump to newest message, ${missed} new` : "Jump to newest message");
}

jump.append(icon("down"), "");
jump.addEventListener("click", () => {
  scroller.scrollTo({ top: scroller.scrollHeight, behavior: glide() });
});

// Only moving up leaves the bottom: in a flood of messages the bottom itself moves away between two scroll events.
scroller.addEventListener("scroll", () => {
  const top = scroller.scrollTop;
  if (scroller.scrollHeight - top - scroller.clientHeight < NEAR_PX) atBottom = true;
  else if (top < lastTop - 1) atBottom = false;
  lastTop = top;
  if (atBottom) missed = 0;
  showJump();
  if (top < EARLIER_PX) emit("earlier");
}, { passive: true });

// New rows, edits that grow and a phone's keyboard all change a size; one pin per frame serves them all.
const resized = new ResizeObserver(() => {
  if (atBottom) pinDown();
});
resized.observe(scroller);
resized.observe(byId("messages"));
