// Draws the open chat line by line, keeps scroll and focus where they are. It must not know how a line looks inside.
import { act, loadOlder } from "./events.js";
import { copy, pendingOf } from "./actions.js";
import { bubbleRow, dayRow, serviceRow, serviceText } from "./bubbles.js";
import { avatar, byId, h, icon } from "./dom.js";
import { dayKey, dayText } from "./format.js";
import { botOf, changed, current, markRead, nowMs, on, personOf, selection } from "./state.js";
import { popup, toast } from "./toast.js";

const JOIN_WITHIN_S = 300;
const NEAR_END_PX = 90;
const REACTIONS = ["👍", "❤", "🔥", "🎉", "😁", "👎"];

const log = () => byId("log");
const scroll = () => byId("scroll");
let drawn = new Map();
let drawnFor = null;
let stuck = true;
let unseen = 0;
let lastTop = 0;
let firstShown = 0;
let newestSeen = 0;
let fillComposer = () => {};
let focusComposer = () => {};

export function setUp(composer) {
  fillComposer = composer.fill;
  focusComposer = composer.focus;
  on("chat", draw);
  on("selection", draw);
  on("typing", drawTyping);
  setInterval(drawTyping, 1000);
  scroll().addEventListener("scroll", scrolled, { passive: true });
  new ResizeObserver(() => { if (stuck) jumpToEnd(); }).observe(log());
  new ResizeObserver(() => { if (stuck) jumpToEnd(); }).observe(scroll());
  byId("to-end").addEventListener("click", () => { stuck = true; jumpToEnd(); seen(); toEnd(); focusComposer(); });
  byId("earlier").addEventListener("click", older);
  log().addEventListener("keydown", keys);
}

/** Only a hand that moves up lets go of the end; a line that grows (a picture came) does not. */
function scrolled() {
  const top = scroll().scrollTop;
  if (nearEnd()) { stuck = true; seen(); } else if (top < lastTop) stuck = false;
  lastTop = top;
  toEnd();
}

const nearEnd = () => scroll().scrollHeight - scroll().scrollTop - scroll().clientHeight < NEAR_END_PX;
export function jumpToEnd() { scroll().scrollTop = scroll().scrollHeight; }
export function stickToEnd() { stuck = true; }

function rowsOf(chat) {
  const rows = [];
  let day = null;
  for (const message of [...chat.messages, ...pendingOf(chat)]) {
    const key = dayKey(message.date);
    if (key !== day) rows.push({ kind: "day", key: `d${key}`, text: dayText(message.date, nowMs()), messages: [] });
    day = key;
    const previous = rows.at(-1);
    if (serviceText(message)) {
      rows.push({ kind: "service", key: `s${message.message_id}`, messages: [message] });
    } else if (message.media_group_id && previous?.messages.at(-1)?.media_group_id === message.media_group_id) {
      previous.messages.push(message);
    } else {
      rows.push({ kind: "bubble", key: message.local ? `p${message.local}` : `m${message.message_id}`, messages: [message], joins: joins(previous, message) });
    }
  }
  rows.forEach((row, at) => { row.last = row.kind === "bubble" && !rows[at + 1]?.joins; });
  return rows;
}

function joins(previous, message) {
  const before = previous?.kind === "bubble" ? previous.messages.at(-1) : null;
  return Boolean(before) && Boolean(before.x?.out) === Boolean(message.x?.out) && message.date - before.date < JOIN_WITHIN_S;
}

const same = (a, b) => a.joins === b.joins && a.last === b.last && a.text === b.text && a.messages.length === b.messages.length && a.messages.every((message, i) => message === b.messages[i]);

function draw() {
  const chat = current();
  const box = log();
  if (!chat) return;
  const switched = drawnFor !== chat.key;
  if (switched) {
    box.setAttribute("aria-live", "off");
    box.replaceChildren();
    drawn = new Map();
    drawnFor = chat.key;
    stuck = true;
    unseen = 0;
    newestSeen = chat.messages.at(-1)?.message_id ?? 0;
    setTimeout(() => box.setAttribute("aria-live", "polite"), 800);
  }
  const before = scroll().scrollHeight - scroll().scrollTop;
  const oldFirst = firstShown;
  firstShown = chat.messages[0]?.message_id ?? 0;
  reconcile(box, rowsOf(chat));
  const grewAbove = !switched && oldFirst > firstShown && !stuck;
  countUnseen(chat);
  byId("earlier").hidden = chat.complete || chat.messages.length === 0;
  emptyState(chat);
  drawTyping();
  if (stuck) jumpToEnd();
  else if (grewAbove) scroll().scrollTop = scroll().scrollHeight - before;
  if (stuck && document.visibilityState === "visible" && byId("frame").dataset.view === "chat") markRead(chat);
  toEnd();
}

function reconcile(box, rows) {
  const next = new Map();
  let at = box.firstElementChild;
  const wanted = new Set(rows.map((row) => row.key));
  for (const [key, old] of drawn) if (!wanted.has(key)) { if (at === old.node) at = at.nextElementSibling; keepFocus(old.node, null); old.node.remove(); }
  for (const row of rows) {
    const old = drawn.get(row.key);
    let node = old?.node;
    if (!old || !same(old.row, row)) {
      node = build(row);
      if (old) { if (at === old.node) at = node; old.node.replaceWith(node); keepFocus(old.node, node, old.focus); } else node.classList.add("arrives");
    }
    if (node === at) at = at.nextElementSibling; else box.insertBefore(node, at);
    next.set(row.key, { row, node });
  }
  drawn = next;
}

let focusedAt = null;
document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.(".log > article");
  focusedAt = row ? { row, index: [...row.querySelectorAll("button, a, summary")].indexOf(event.target) } : null;
});

/** A line that is drawn anew keeps the focus at the same button; a deleted one leaves it in the log. */
function keepFocus(oldNode, newNode) {
  if (focusedAt?.row !== oldNode) return;
  const { index } = focusedAt;
  const target = newNode ? [...newNode.querySelectorAll("button, a, summary")][index] ?? newNode : log();
  if (document.activeElement === document.body || oldNode.contains(document.activeElement)) queueMicrotask(() => target.focus({ preventScroll: true }));
}

function build(row) {
  if (row.kind === "day") return dayRow(row.text);
  if (row.kind === "service") return serviceRow(row.messages[0]);
  return bubbleRow(row, { menu: messageMenu, fill: fillComposer, jump: jumpTo, reply: replyTo });
}

function countUnseen(chat) {
  const newest = chat.messages.at(-1);
  if (!newest || newest.message_id <= newestSeen) return;
  const fresh = chat.messages.filter((message) => message.message_id > newestSeen);
  newestSeen = newest.message_id;
  if (fresh.at(-1).x?.out) stuck = true;
  if (!stuck) unseen += fresh.filter((message) => !message.x?.out).length;
}

function seen() {
  unseen = 0;
  const chat = current();
  if (chat && document.visibilityState === "visible") markRead(chat);
}

function toEnd() {
  byId("to-end").hidden = stuck;
  byId("to-end-count").textContent = unseen > 0 ? String(unseen) : "";
}

function emptyState(chat) {
  const box = log();
  box.querySelector(".empty")?.remove();
  if (chat.messages.length + chat.pending.length > 0) return;
  const bot = botOf(selection.bot);
  const person = personOf(selection.person);
  if (chat.failed) {
    box.append(h("div", { class: "empty" }, h("h2", null, "The conversation did not load"), h("p", null, `${chat.failed}. It is tried again when the world answers.`)));
  } else if (chat.loaded) {
    box.append(h("div", { class: "empty" }, avatar(selection.bot, bot?.first_name ?? "?", "square large"),
      h("h2", null, "You are ", h("bdi", null, person?.first_name ?? "somebody")),
      chat.description ? h("p", { dir: "auto", class: "empty-about" }, chat.description) : null,
      h("p", null, "Nothing has been said yet. Press Start and ", h("bdi", null, bot?.first_name ?? "the bot"), " will answer.")));
  }
}

function drawTyping() {
  const chat = current();
  const box = log();
  const old = box.querySelector(".typing");
  const is = chat && chat.typingUntil > Date.now();
  if (!is) return void old?.remove();
  if (old && old === box.lastElementChild) return;
  old?.remove();
  box.append(h("p", { class: "typing", "aria-label": `${botOf(selection.bot)?.first_name ?? "The bot"} is typing` }, h("i"), h("i"), h("i")));
  if (stuck) jumpToEnd();
}

async function older() {
  const chat = current();
  const button = byId("earlier");
  button.disabled = true;
  try { await loadOlder(chat); } catch (error) { toast(error.message, "bad"); }
  button.disabled = false;
}

export function jumpTo(id) {
  const node = log().querySelector(`article[data-id="${Number(id)}"]`);
  if (!node) return toast("That message is further up");
  node.scrollIntoView({ block: "center" });
  node.classList.remove("flash");
  void node.offsetWidth;
  node.classList.add("flash");
  return node.focus({ preventScroll: true });
}

function replyTo(message) {
  const chat = current();
  chat.replyTo = message.message_id;
  chat.editing = null;
  changed(chat);
  focusComposer();
}

export function editMessage(message) {
  const chat = current();
  chat.editing = message.message_id;
  chat.replyTo = null;
  changed(chat);
  fillComposer(message.text);
}

function messageMenu(message, anchor) {
  const text = message.text ?? message.caption;
  const items = [{ node: icon("reply"), label: "Reply", run: () => replyTo(message) }];
  if (text) items.push({ node: icon("copy"), label: "Copy text", run: () => copy(text) });
  if (message.x?.out && message.text !== undefined) items.push({ node: icon("edit"), label: "Edit", run: () => editMessage(message) });
  for (const emoji of REACTIONS) items.push({ label: emoji, node: h("span", { class: "sr" }, "React with"), run: () => act("reaction", { message_id: message.message_id, emoji }) });
  popup(anchor, items, "What to do with this message");
}

/** Arrows walk over the messages, Enter opens the menu of one, Escape goes back to the composer. */
function keys(event) {
  const rows = [...log().querySelectorAll("article")];
  const at = rows.indexOf(document.activeElement?.closest("article"));
  const onRow = event.target === log() || rows.includes(event.target);
  const move = { ArrowUp: at < 0 ? rows.length - 1 : at - 1, ArrowDown: at < 0 ? rows.length - 1 : at + 1, Home: 0, End: rows.length - 1 }[event.key];
  if (move !== undefined && (onRow || event.key.startsWith("Arrow"))) {
    rows[Math.max(0, Math.min(rows.length - 1, move))]?.focus();
    event.preventDefault();
  } else if (event.key === "Enter" && rows.includes(event.target)) {
    event.target.querySelector(".more")?.click();
    event.preventDefault();
  } else if (event.key === "Escape") {
    focusComposer();
    event.preventDefault();
    event.stopPropagation();
  }
}
