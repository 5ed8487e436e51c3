// Turns text and Telegram entities (UTF-16 offsets, as JavaScript counts) into DOM. It must never make HTML.
import { h, icon, safeHref } from "./dom.js";

const LEAF_BREAK = /^(?:pre|code)$/;
const BLOCK = /^(?:pre|blockquote|expandable_blockquote)$/;

/** `actions`: { command(text), internal(url) → bool } from the page. */
export function renderText(text, entities, actions) {
  const sorted = [...(entities ?? [])]
    .filter((entity) => Number.isInteger(entity.offset) && entity.length > 0 && entity.offset < text.length)
    .sort((a, b) => a.offset - b.offset || b.length - a.length);
  const fragment = document.createDocumentFragment();
  fragment.append(...span(text, sorted, 0, text.length, actions));
  return fragment;
}

function span(text, entities, start, end, actions) {
  const nodes = [];
  let at = start;
  for (let i = 0; i < entities.length; i += 1) {
    const entity = entities[i];
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    if (to <= from) continue;
    if (from > at) nodes.push(text.slice(at, from));
    const inner = entities.slice(i + 1).filter((other) => other.offset < to && other.offset + other.length > from);
    const children = LEAF_BREAK.test(entity.type) ? [text.slice(from, to)] : span(text, inner, from, to, actions);
    nodes.push(dress(entity, text.slice(from, to), children, actions));
    // The line break after a block is the block's own.
    at = BLOCK.test(entity.type) && text[to] === "\n" ? to + 1 : to;
  }
  if (at < end) nodes.push(text.slice(at, end));
  return nodes;
}

function dress(entity, raw, children, actions) {
  switch (entity.type) {
    case "bold": return h("strong", null, children);
    case "italic": return h("em", null, children);
    case "underline": return h("u", null, children);
    case "strikethrough": return h("s", null, children);
    case "spoiler": return spoiler(children);
    case "code": return h("code", { dir: "ltr" }, children);
    case "pre": return h("pre", { dir: "ltr", tabindex: "0" }, entity.language ? h("span", { class: "pre-language" }, entity.language) : null, h("code", null, children));
    case "blockquote": return h("blockquote", { dir: "auto" }, children);
    case "expandable_blockquote": return expandable(children);
    case "text_link": return link(entity.url, children, actions);
    case "url": return link(/^[a-z][a-z0-9+.-]*:/i.test(raw) ? raw : `https://${raw}`, children, actions);
    case "email": return link(`mailto:${raw}`, children, actions);
    case "phone_number": return link(`tel:${raw.replace(/[^\d+]/g, "")}`, children, actions);
    case "bot_command": return h("button", { type: "button", class: "link", on: { click: () => actions.command(raw) } }, children);
    case "mention": return link(`https://t.me/${raw.slice(1)}`, children, actions);
    case "text_mention":
    case "hashtag":
    case "cashtag": return h("span", { class: "tag" }, children);
    default: return h("span", null, children); // custom_emoji and kinds to come: their own text
  }
}

function link(href, children, actions) {
  const safe = safeHref(href);
  if (!safe) return h("span", null, children);
  return h("a", {
    href: safe, target: "_blank", rel: "noopener noreferrer", title: safe,
    on: { click: (event) => { if (actions.internal(safe)) event.preventDefault(); } },
  }, children);
}

function spoiler(children) {
  const node = h("button", { type: "button", class: "spoiler", "aria-label": "Hidden text, press to show" }, h("span", null, children));
  node.addEventListener("click", () => {
    if (node.classList.contains("shown")) return;
    node.classList.add("shown");
    node.removeAttribute("aria-label");
  });
  return node;
}

function expandable(children) {
  const node = h("blockquote", { class: "folded", dir: "auto" }, children);
  const toggle = h("button", { type: "button", class: "unfold", "aria-expanded": "false", "aria-label": "Show the whole quote" }, icon("down"));
  toggle.addEventListener("click", () => {
    const folded = node.classList.toggle("folded");
    toggle.setAttribute("aria-expanded", String(!folded));
  });
  node.append(toggle);
  return node;
}

/** One to three emoji alone are drawn large, without a bubble. */
export function onlyEmoji(text) {
  if (!text || text.length > 40) return 0;
  const parts = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text.trim())].map((part) => part.segment);
  return parts.length <= 3 && parts.every((part) => /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2})/u.test(part)) ? parts.length : 0;
}
