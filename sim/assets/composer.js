// Where a person writes: text, commands, files, replies, edits. It must not know what the world does with it.
import { api } from "./api.js";
import { sendText, start } from "./actions.js";
import { editMessage, stickToEnd } from "./conversation.js";
import { avatar, byId, fullName, h, icon, iconButton } from "./dom.js";
import { absorb, act, refetch } from "./events.js";
import { PLACES, replyKeyboard, shareContact, shareLocation } from "./keyboards.js";
import { summary } from "./media.js";
import { attachInline } from "./inline.js";
import { changed, chatOf, current, emit, on, personOf, remember, selection } from "./state.js";
import { popup, toast } from "./toast.js";

let text;
let send;
let parts;
let keyboardOpen = true;
let keyboardSeen = null;
let shownFor = null;
let suggestionAt = 0;

export const composer = {
  fill(value) { text.value = value; input(); text.focus(); text.setSelectionRange(value.length, value.length); },
  focus() { text.focus({ preventScroll: true }); },
};

export function setUp() {
  const file = h("input", { type: "file", hidden: true, multiple: true });
  text = h("textarea", { id: "composer-text", rows: "1", dir: "auto", placeholder: "Message", "aria-label": "Message", autocomplete: "off", enterkeyhint: "send", "aria-controls": "suggestions" });
  send = h("button", { type: "submit", class: "send", "aria-label": "Send", title: "Send (Enter)" }, icon("send"));
  const attach = iconButton("clip", "Attach", () => attachMenu(attach, file), { "aria-haspopup": "menu" });
  const menu = h("button", { type: "button", class: "menu-button", "aria-haspopup": "menu", on: { click: () => commandMenu(menu) } }, icon("menu"), h("span", null, "Menu"));
  const keys = iconButton("keys", "Buttons offered by the bot", toggleKeyboard, { "aria-expanded": "true" });
  const form = h("form", { class: "composer", autocomplete: "off" }, menu, attach, h("div", { class: "field" }, text, keys), send, file);
  parts = { menu, keys, form, about: h("div", { class: "about", hidden: true }), suggestions: h("ul", { class: "suggestions", id: "suggestions", role: "listbox", "aria-label": "Commands", hidden: true }), inline: h("div", { class: "inline-results", hidden: true }), keyboard: h("div", { class: "keyboard-slot" }), bar: h("div", { class: "start-bar", hidden: true }) };
  byId("foot").append(parts.inline, parts.suggestions, parts.about, form, parts.bar, parts.keyboard);
  form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  text.addEventListener("input", input);
  text.addEventListener("keydown", keydown);
  text.addEventListener("paste", (event) => { if (event.clipboardData.files.length) { event.preventDefault(); upload(event.clipboardData.files); } });
  file.addEventListener("change", () => { upload(file.files); file.value = ""; });
  const chat = byId("chat");
  chat.addEventListener("dragover", (event) => event.preventDefault());
  chat.addEventListener("drop", (event) => { event.preventDefault(); upload(event.dataTransfer.files); });
  attachInline(text, parts.inline);
  on("chat", draw);
  on("selection", draw);
}

function draw() {
  const chat = current();
  if (!chat) return;
  if (shownFor !== chat.key) {
    shownFor = chat.key;
    text.value = chat.draft;
    keyboardSeen = null;
    grow();
  }
  const startable = chat.loaded && (chat.messages.length + chat.pending.length === 0 || selection.start !== null);
  const barred = chat.blocked || startable;
  parts.form.hidden = barred;
  parts.bar.hidden = !barred;
  if (barred) drawBar(chat);
  parts.menu.hidden = chat.commands.length === 0;
  drawAbout(chat);
  drawKeyboard(chat, barred);
  suggest();
  send.disabled = text.value.trim() === "";
}

function drawBar(chat) {
  const wanted = chat.blocked ? "unblock" : "start";
  if (parts.bar.dataset.shows === wanted && parts.bar.firstElementChild) return;
  parts.bar.dataset.shows = wanted;
  parts.bar.replaceChildren(h("button", { type: "button", class: "button primary wide", on: { click: async () => {
    stickToEnd();
    if (chat.blocked) { await act("unblock"); await refetch(current()); } else await start(selection.start ?? "");
    composer.focus();
  } } }, chat.blocked ? "Unblock the bot" : "Start"));
}

function drawAbout(chat) {
  const forced = forcedReply(chat);
  const target = chat.messages.find((message) => message.message_id === (chat.editing ?? chat.replyTo ?? (chat.dismissedForce === forced ? null : forced)));
  const hints = chat.keyboard?.keyboard || forced ? chat.keyboard.input_field_placeholder : null;
  text.placeholder = hints ?? "Message";
  parts.about.hidden = !target;
  if (!target) return;
  const drop = () => { if (chat.editing) { text.value = ""; input(); } chat.dismissedForce = forced; chat.editing = null; chat.replyTo = null; changed(chat); composer.focus(); };
  parts.about.replaceChildren(icon(chat.editing ? "edit" : "reply"),
    h("span", null, h("b", null, chat.editing ? "Edit the message" : "Reply"), summary(target)),
    iconButton("close", chat.editing ? "Stop editing" : "Do not reply", drop));
  chat.answering = chat.editing ? null : target.message_id;
}

/** The message that a ForceReply wants answered: the newest of the bot, until the person has said something. */
function forcedReply(chat) {
  if (!chat.keyboard?.force_reply || chat.editing) return null;
  const asked = chat.messages.findLast((message) => !message.x?.out);
  const said = chat.messages.findLast((message) => message.x?.out);
  if (!asked || said?.message_id > asked.message_id) return null;
  return chat.forceIsNew ?? !said?.reply_to_message ? asked.message_id : null;
}

function drawKeyboard(chat, barred) {
  const markup = chat.keyboard?.keyboard ? chat.keyboard : null;
  parts.keys.hidden = !markup;
  const signature = markup ? JSON.stringify(markup) : null;
  if (signature !== keyboardSeen) {
    keyboardSeen = signature;
    keyboardOpen = true;
    parts.keyboard.replaceChildren(...(markup ? [replyKeyboard(markup, () => { stickToEnd(); if (markup.one_time_keyboard) { keyboardOpen = false; showKeyboard(); } })] : []));
  }
  showKeyboard(barred || !markup);
}

function showKeyboard(never = false) {
  parts.keyboard.hidden = never || !keyboardOpen;
  parts.keys.setAttribute("aria-expanded", String(keyboardOpen));
}

function toggleKeyboard() { keyboardOpen = !keyboardOpen; showKeyboard(); }

function grow() {
  text.style.blockSize = "auto";
  text.style.blockSize = `${text.scrollHeight}px`;
}

function input() {
  const chat = current();
  if (chat && !chat.editing) { chat.draft = text.value; remember(`draft:${chat.key}`, text.value); }
  suggestionAt = 0;
  grow();
  suggest();
  send.disabled = text.value.trim() === "";
}

async function submit() {
  const chat = current();
  const value = text.value.trim();
  if (!value) return;
  stickToEnd();
  const { editing } = chat;
  const reply = parts.about.hidden ? null : chat.answering;
  chat.editing = null;
  chat.replyTo = null;
  chat.forceIsNew = false;
  text.value = "";
  input();
  if (editing) await act("edit", { message_id: editing, text: value });
  else await sendText(value, reply);
  emit("chat");
}

function matching() {
  const query = /^\/(\w*)$/u.exec(text.value);
  return query ? (current()?.commands ?? []).filter((item) => item.command.startsWith(query[1].toLowerCase())) : [];
}

function suggest() {
  const list = matching();
  parts.suggestions.hidden = list.length === 0;
  text.removeAttribute("aria-activedescendant");
  if (list.length === 0) return;
  suggestionAt = Math.min(suggestionAt, list.length - 1);
  const bot = selection.bot;
  parts.suggestions.replaceChildren(...list.map((item, at) => h("li", {
    id: `suggestion-${at}`, role: "option", "aria-selected": String(at === suggestionAt),
    on: { pointerdown: (event) => event.preventDefault(), click: () => command(item.command) },
  }, avatar(bot, "/"), h("b", { dir: "ltr" }, `/${item.command}`), h("span", { dir: "auto" }, item.description))));
  text.setAttribute("aria-activedescendant", `suggestion-${suggestionAt}`);
}

function command(name) {
  text.value = "";
  input();
  stickToEnd();
  sendText(`/${name}`);
}

function keydown(event) {
  const list = matching();
  if (list.length && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    suggestionAt = (suggestionAt + (event.key === "ArrowDown" ? 1 : -1) + list.length) % list.length;
    suggest();
    event.preventDefault();
  } else if (list.length && event.key === "Tab" && !event.shiftKey) {
    composer.fill(`/${list[suggestionAt].command} `);
    event.preventDefault();
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (list.length) command(list[suggestionAt].command); else submit();
  } else if (event.key === "ArrowUp" && text.value === "") {
    const own = current()?.messages.findLast((message) => message.x?.out && message.text !== undefined);
    if (own) { editMessage(own); event.preventDefault(); }
  } else if (event.key === "Escape" && !parts.about.hidden) {
    parts.about.querySelector("button").click();
    event.preventDefault();
    event.stopPropagation();
  } else if (event.key === "Escape" && text.value) {
    composer.fill("");
    event.preventDefault();
    event.stopPropagation();
  }
}

function commandMenu(anchor) {
  popup(anchor, current().commands.map((item) => ({ label: `/${item.command}`, note: item.description, run: () => command(item.command) })), "Commands of the bot");
}

function attachMenu(anchor, file) {
  const pick = (accept) => () => { file.accept = accept; file.click(); };
  popup(anchor, [
    { node: icon("photo"), label: "Photo", run: pick("image/png,image/jpeg,image/webp,image/gif") },
    { node: icon("file"), label: "File", run: pick("") },
    { node: icon("pin"), label: "Location", run: () => popup(anchor, PLACES.map((place) => ({ node: icon("pin"), label: place.label, run: () => { stickToEnd(); shareLocation(place); } })), "Where you are") },
    { node: icon("person"), label: "Your contact", note: fullName(personOf(selection.person) ?? {}), run: () => { stickToEnd(); shareContact(); } },
  ], "What to attach");
}

async function upload(files) {
  const { person, bot } = current();
  const chat = chatOf(person, bot);
  const caption = text.value.trim();
  for (const [at, file] of [...files].entries()) {
    const action = /^image\/(?:png|jpe?g|webp)$/.test(file.type) ? "photo" : /^audio\/ogg/.test(file.type) ? "voice" : "document";
    try {
      stickToEnd();
      absorb(chat, await api.upload(person, bot, action, file, at === 0 ? caption : ""));
      if (at === 0 && caption) { text.value = ""; input(); }
    } catch (error) {
      toast(`${file.name} was not sent: ${error.message}`, "bad");
    }
  }
}
