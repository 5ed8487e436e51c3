// The list of people one can be, and the head of the chat. It must not know how messages look.
import { api } from "./api.js";
import { avatar, byId, fullName, h, icon, iconButton } from "./dom.js";
import { act, loadWorld, refetch } from "./events.js";
import { exactTime, listTime } from "./format.js";
import { summary } from "./media.js";
import { botOf, chatOf, current, emit, nowMs, on, personOf, recall, remember, selection, unread, world } from "./state.js";
import { dialog, popup, toast } from "./toast.js";

const SHOWN_MAX = 200;
const FIND_FROM = 8;
const LANGUAGES = [["en", "English"], ["ar", "العربية"], ["de", "Deutsch"], ["es", "Español"], ["fa", "فارسی"], ["fr", "Français"], ["hi", "हिन्दी"], ["id", "Indonesia"], ["pt", "Português"], ["ru", "Русский"], ["sw", "Kiswahili"], ["tr", "Türkçe"], ["uz", "Oʻzbekcha"]];

let choose = () => {};
let hintAt = 0;

export function setUp(select) {
  choose = select;
  on("people", drawList);
  on("people", drawHead);
  on("selection", () => { drawList(); drawHead(); drawHint(); });
  on("chat", drawHead);
  on("typing", drawHead);
  on("people", drawHint);
  byId("add-person").addEventListener("click", addPerson);
  byId("people-query").addEventListener("input", drawList);
  byId("people-list").addEventListener("keydown", keys);
  setInterval(drawHead, 1000);
}

/** The newest message of this person over all bots, and with which bot it was. */
function latest(person) {
  let best = null;
  for (const bot of world.bots) {
    const chat = chatOf(person.id, bot.id);
    const message = chat.messages.at(-1);
    if (message && (!best || message.date > best.message.date)) best = { chat, message };
  }
  return best;
}

function drawList() {
  const query = byId("people-query").value.trim().toLowerCase();
  byId("people-find").hidden = world.people.length < FIND_FROM;
  const list = byId("people-list");
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
  const found = world.people.filter((person) => `${fullName(person)} ${person.username ?? ""}`.toLowerCase().includes(query));
  list.replaceChildren(...found.slice(0, SHOWN_MAX).map(item));
  if (found.length > SHOWN_MAX) list.append(h("li", { class: "people-rest" }, `and ${found.length - SHOWN_MAX} more, find them by name`));
  if (found.length === 0 && query) list.append(h("li", { class: "people-rest" }, "Nobody of that name. Add a person with +"));
  if (focused) list.querySelector(`[data-id="${focused}"]`)?.focus({ preventScroll: true });
}

function item(person) {
  const last = latest(person);
  const count = world.bots.reduce((sum, bot) => sum + unread(chatOf(person.id, bot.id)), 0);
  const isCurrent = person.id === selection.person;
  const line = last ? [last.message.x?.out ? h("span", { class: "you" }, "You: ") : null, summary(last.message)] : h("span", null, "nothing said yet");
  return h("li", null, h("button", { type: "button", class: "person", data: { id: person.id }, "aria-current": isCurrent ? "true" : null, tabindex: isCurrent || !selection.person ? "0" : "-1", on: { click: () => choose(person.id, last?.chat.bot) } },
    avatar(person.id, fullName(person)),
    h("span", { class: "person-top" }, h("bdi", { class: "person-name" }, fullName(person)),
      last ? h("time", { title: exactTime(last.message.date) }, listTime(last.message.date, nowMs())) : null),
    h("span", { class: "person-line" }, h("span", { class: "person-last" }, line), count && !isCurrent ? h("span", { class: "badge", "aria-label": `${count} unread` }, String(count)) : null)));
}

function keys(event) {
  const all = [...byId("people-list").querySelectorAll(".person")];
  const at = all.indexOf(document.activeElement);
  const move = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (move === undefined || all.length === 0) return;
  event.preventDefault();
  all[Math.max(0, Math.min(all.length - 1, move))].focus();
}

let headSignature = "";

function drawHead() {
  const bot = botOf(selection.bot);
  const person = personOf(selection.person);
  const chat = current();
  if (!bot || !person || !chat) return;
  const typing = chat.typingUntil > Date.now();
  const waiting = world.people.reduce((sum, who) => sum + world.bots.reduce((n, one) => n + unread(chatOf(who.id, one.id)), 0), 0);
  document.title = `${waiting ? `(${waiting}) ` : ""}${bot.first_name} · you are ${fullName(person)}`;
  const signature = JSON.stringify([bot, person, typing, chat.blocked, world.bots.length, waiting]);
  if (signature === headSignature) return;
  headSignature = signature;
  const status = typing ? "typing" : chat.blocked ? "blocked by you" : null;
  const head = byId("chat-head");
  const focused = head.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
  const more = iconButton("more", "More about this chat", () => chatMenu(more), { "aria-haspopup": "menu" });
  head.replaceChildren(
    iconButton("back", waiting ? `Back to the people, ${waiting} unread` : "Back to the people", () => choose(null), { id: "back" }),
    avatar(bot.id, bot.first_name, "square"),
    h("div", { class: "chat-title" }, h("h2", null, h("bdi", null, bot.first_name)),
      h("p", { class: typing ? "is-typing" : "" }, status ? h("span", null, status, typing ? dots() : null) : [bot.username ? h("bdi", { dir: "ltr" }, `@${bot.username}`) : "bot", " · you are ", h("bdi", null, fullName(person))])),
    ...(world.bots.length > 1 ? [botSwitch()] : []), more);
  if (focused) [...head.querySelectorAll("[aria-label]")].find((node) => node.getAttribute("aria-label") === focused)?.focus();
}

const dots = () => h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));

function botSwitch() {
  const box = h("select", { "aria-label": "Which bot to talk to", class: "bot-switch" }, world.bots.map((bot) => h("option", { value: bot.id, selected: bot.id === selection.bot }, bot.first_name)));
  box.addEventListener("change", () => choose(selection.person, Number(box.value)));
  return box;
}

function chatMenu(anchor) {
  const chat = current();
  popup(anchor, [
    { node: icon("forward"), label: "Start again", note: "sends /start", run: () => act("start", {}) },
    chat.blocked ? { node: icon("check"), label: "Unblock the bot", run: () => block("unblock") } : { node: icon("stop"), label: "Block the bot", danger: true, run: () => block("block") },
  ], "This chat");
}

async function block(action) {
  await act(action);
  await refetch(current());
}

function drawHint() {
  const box = byId("hint");
  const person = personOf(selection.person);
  const hints = world.hints.filter(Boolean);
  box.hidden = !person || hints.length === 0 || recall("hints") === "off";
  if (box.hidden) return;
  // The page itself says who you are; a hint may be a sentence or only the words to say.
  const words = hints[hintAt % hints.length].replace(/^you are [^.]*\.\s*/i, "");
  const text = /^(?!try\b)\p{Ll}/u.test(words) ? `Try: ${words}` : words;
  const signature = `${person.id}|${text}`;
  if (box.dataset.shows === signature) return;
  box.dataset.shows = signature;
  box.replaceChildren(icon("bulb"),
    h("p", null, "You are ", h("b", null, h("bdi", null, person.first_name)), ". ", h("span", { dir: "auto" }, text)),
    ...(hints.length > 1 ? [h("button", { type: "button", class: "link", on: { click: () => { hintAt += 1; drawHint(); box.querySelector(".link")?.focus(); } } }, "Another idea")] : []),
    iconButton("close", "Hide the ideas", () => { remember("hints", "off"); drawHint(); }));
}

async function addPerson() {
  const field = (name, label, extra = {}) => h("label", { class: "form-field" }, h("span", null, label), h("input", { name, dir: "auto", autocomplete: "off", maxlength: 64, ...extra }));
  const values = await dialog("Add a person", "add-person", (close) => {
    const form = h("form", { method: "dialog" }, h("h2", null, "Add a person"),
      field("first_name", "First name", { required: true, autofocus: true }), field("last_name", "Last name (optional)"),
      field("username", "Username (optional)", { pattern: "[A-Za-z][A-Za-z0-9_]{3,31}", title: "letters, digits and _, at least four", dir: "ltr" }),
      h("label", { class: "form-field" }, h("span", null, "Language of their Telegram"), h("select", { name: "language_code" }, LANGUAGES.map(([code, name]) => h("option", { value: code }, name)))),
      h("div", { class: "sheet-actions" }, h("button", { type: "button", class: "button", on: { click: () => close(null) } }, "Cancel"), h("button", { type: "submit", class: "button primary" }, "Add")));
    form.addEventListener("submit", (event) => { event.preventDefault(); close(Object.fromEntries([...new FormData(form)].filter(([, value]) => String(value).trim()))); });
    return form;
  });
  if (!values) return;
  try {
    const person = await api.addPerson(values);
    await loadWorld();
    emit("people");
    choose(person.id);
  } catch (error) {
    toast(error.message, "bad");
  }
}
