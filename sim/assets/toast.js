// Short notices and the alert of an answered callback. It must know nothing of chats.
import { byId, h } from "./dom.js";

export function toast(text, kind = "info") {
  const box = byId("toasts");
  const node = h("p", { class: `toast ${kind}`, dir: "auto" }, text);
  box.append(node);
  while (box.children.length > 3) box.firstElementChild.remove();
  setTimeout(() => node.remove(), Math.min(8000, 3000 + text.length * 40));
}

/** Opens a modal dialog with what `fill(close)` returns; focus goes back to where it came from. */
export function dialog(label, className, fill) {
  const before = document.activeElement;
  const node = h("dialog", { class: `sheet ${className}`, "aria-label": label });
  return new Promise((resolve) => {
    let result = null;
    const close = (value) => { result = value; node.close(); };
    node.append(...[fill(close)].flat());
    node.addEventListener("click", (event) => { if (event.target === node) node.close(); });
    node.addEventListener("close", () => {
      node.remove();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      resolve(result);
    });
    document.body.append(node);
    node.showModal();
  });
}

export function alertBox(text) {
  return dialog("Message from the bot", "alert", (close) => [
    h("p", { class: "alert-text", dir: "auto" }, text),
    h("div", { class: "sheet-actions" }, h("button", { type: "button", class: "button primary", autofocus: true, on: { click: () => close(true) } }, "OK")),
  ]);
}

export function confirmBox(text, yes) {
  return dialog("Confirm", "alert", (close) => [
    h("p", { class: "alert-text", dir: "auto" }, text),
    h("div", { class: "sheet-actions" },
      h("button", { type: "button", class: "button", on: { click: () => close(false) } }, "Cancel"),
      h("button", { type: "button", class: "button primary", autofocus: true, on: { click: () => close(true) } }, yes)),
  ]);
}

/** A floating menu at `anchor`; items are {icon, label, run, danger}. Arrows move, Esc closes. */
export function popup(anchor, items, label) {
  document.querySelector(".popup")?.remove();
  const close = (back) => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    if (back && anchor.isConnected) anchor.focus();
  };
  const outside = (event) => { if (!menu.contains(event.target)) close(false); };
  const buttons = items.map((item) => h("button", { type: "button", role: "menuitem", class: item.danger ? "danger" : "", on: { click: () => { close(true); item.run(); } } }, item.node ?? null, h("span", { dir: "auto" }, item.label), item.note ? h("small", { dir: "auto" }, item.note) : null));
  const menu = h("div", { class: "popup", role: "menu", "aria-label": label }, buttons);
  menu.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const move = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (move !== undefined) { buttons[(move + buttons.length) % buttons.length].focus(); event.preventDefault(); }
    if (event.key === "Escape" || event.key === "Tab") { close(true); event.preventDefault(); event.stopPropagation(); }
  });
  document.body.append(menu);
  const box = anchor.getBoundingClientRect();
  const own = menu.getBoundingClientRect();
  const above = box.bottom + own.height + 8 > innerHeight;
  menu.style.left = `${Math.max(8, Math.min(box.left, innerWidth - own.width - 8))}px`;
  menu.style.top = `${Math.max(8, above ? box.top - own.height - 6 : box.bottom + 6)}px`;
  document.addEventListener("pointerdown", outside, true);
  buttons[0]?.focus();
}
