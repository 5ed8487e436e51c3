// Builds DOM nodes safely (text only, never HTML). It must know nothing of chats.

/** h("a", {class, href, on: {click}, data: {id}}, ...children): strings become text nodes. */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (name === "data") {
      for (const [key, item] of Object.entries(value)) node.dataset[key] = item;
    } else if (name === "class") {
      node.className = value;
    } else if (value === true) {
      node.setAttribute(name, "");
    } else {
      node.setAttribute(name, String(value));
    }
  }
  node.append(...children.flat(4).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(name, extra = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon ${extra}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Brings the icons into the page once, so that they can be drawn while the server is away. */
export async function loadIcons() {
  const answer = await fetch("/assets/icons.svg");
  const sprite = document.importNode(new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement, true);
  for (const symbol of sprite.querySelectorAll("symbol")) symbol.id = `icon-${symbol.id}`;
  sprite.setAttribute("class", "sprite");
  sprite.setAttribute("aria-hidden", "true");
  document.body.append(sprite);
}

export function iconButton(name, label, onClick, extra = {}) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, ...extra, on: { click: onClick } }, icon(name));
}

export const byId = (id) => document.getElementById(id);

/** Only these schemes become links; everything else stays text. */
export function safeHref(raw) {
  try {
    const url = new URL(raw, location.origin);
    return ["http:", "https:", "mailto:", "tel:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

export function initials(name) {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = (word) => (word ? Array.from(word)[0] : "");
  return (words.length > 1 ? first(words[0]) + first(words.at(-1)) : first(words[0])).toUpperCase() || "?";
}

export function avatar(id, name, extra = "") {
  return h("span", { class: `avatar hue-${Math.abs(Number(id) || 0) % 7} ${extra}`, "aria-hidden": "true" }, initials(name));
}

export const fullName = (who) => [who.first_name, who.last_name].filter(Boolean).join(" ");
