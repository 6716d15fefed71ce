// A round picture with initials, in a colour that stays the same for the same id.

import { h } from "./dom.js";

const COLOURS = 7;

export const colourOf = (id) => Math.abs(id) % COLOURS;

function initials(name) {
  const words = name.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return letters.map((word) => [...word].find((letter) => /[\p{L}\p{N}]/u.test(letter))).join("").toUpperCase() || "•";
}

export function avatar(id, name, { isBot = false, small = false } = {}) {
  const classes = ["avatar", `colour-${colourOf(id)}`, isBot && "avatar-bot", small && "avatar-small"];
  const face = isBot ? h("img", { src: "/static/icon.svg", alt: "" }) : initials(name);
  return h("span", { className: classes.filter(Boolean).join(" "), "aria-hidden": "true" }, face);
}
