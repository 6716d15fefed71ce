// Documents, pictures and link previews, kept small: the sandbox fetches nothing from the network.

import { h, icon } from "./dom.js";
import { safeUrl } from "./links.js";

export function attachment(message) {
  if (message.photo) return photo(Array.isArray(message.photo) ? message.photo.at(-1) : message.photo);
  return message.document ? fileCard(message.document) : null;
}

function photo(picture) {
  if (!picture.url?.startsWith("/")) return fileCard({ file_name: "Photo", url: picture.url });
  return h("img", { className: "photo", src: picture.url, alt: picture.file_name ?? "Photo", loading: "lazy" });
}

function fileCard(file) {
  const label = [h("span", { className: "file-icon" }, icon("file")), h("span", { className: "file-name" }, file.file_name ?? "File")];
  const href = file.url?.startsWith("/") ? file.url : safeUrl(file.url ?? "");
  if (!href) return h("span", { className: "file" }, ...label);
  return h("a", { className: "file", href, download: file.file_name ?? "", target: "_blank", rel: "noopener" }, ...label);
}

// Only a link that the bot asked to be shown large: others stand in the text already.
export function linkPreview(message) {
  const options = message.link_preview_options;
  const href = options?.url && !options.is_disabled ? safeUrl(options.url) : null;
  if (!href) return null;
  const { hostname, pathname, origin } = new URL(href);
  if (options.prefer_large_media && origin === location.origin) {
    return h("img", { className: "preview-large", src: href, alt: "", "data-testid": "poster" });
  }
  return h("a", { className: "preview", href, target: "_blank", rel: "noopener noreferrer" },
    h("span", { className: "preview-site" }, hostname), h("span", { className: "preview-path" }, pathname));
}
