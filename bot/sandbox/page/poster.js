// A film's poster: only from this computer. Any other address is drawn, for the page loads nothing from the network.

import { h } from "./dom.js";

const HUES = 360;

const isOurs = (url) => URL.canParse(url) && new URL(url).origin === location.origin;

export function poster(url, title, className) {
  if (url && isOurs(url)) return h("img", { className, src: url, alt: "", loading: "lazy" });
  return drawn(title, className);
}

function drawn(title, className) {
  const words = title.replace(/\s*\(\d{4}\)$/, "").split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const face = h("span", { className: `${className} poster-drawn`, "aria-hidden": "true" }, words.slice(0, 2).map((word) => [...word][0]).join("").toUpperCase() || "•");
  face.style.setProperty("--hue", [...title].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % HUES, 7));
  return face;
}
