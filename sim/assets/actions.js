// What a person does in the open chat: send, press, follow a link. It draws nothing but notices.
import { api } from "./api.js";
import { absorb, refetch } from "./events.js";
import { payLinkSheet } from "./invoice.js";
import { botOf, current, emit, nowMs, selection, changed } from "./state.js";
import { alertBox, toast } from "./toast.js";

let locals = 0;

/** Shows the text at once as pending, then as what the world made of it. */
export async function sendText(text, replyTo = null) {
  const chat = current();
  if (!chat || !text.trim()) return;
  locals += 1;
  const pending = {
    local: locals, date: Math.floor(nowMs() / 1000), text, reply_to: replyTo, state: "sending",
    after: chat.messages.at(-1)?.message_id ?? 0, x: { out: true },
  };
  chat.pending.push(pending);
  changed(chat);
  await deliver(chat, pending);
}

export async function retry(local) {
  const chat = current();
  const pending = chat?.pending.find((item) => item.local === local);
  if (!pending) return;
  replacePending(chat, pending, { state: "sending" });
  await deliver(chat, chat.pending.find((item) => item.local === local));
}

async function deliver(chat, pending) {
  try {
    const body = { text: pending.text };
    if (pending.reply_to) body.reply_to_message_id = pending.reply_to;
    const answer = await api.act(chat.person, chat.bot, "send", body);
    const message = answer?.message ?? answer;
    if (message?.message_id && message.x) absorb(chat, message);
    else await refetch(chat);
    chat.pending = chat.pending.filter((item) => item.local !== pending.local);
    changed(chat);
  } catch (error) {
    replacePending(chat, pending, { state: "failed", error: error.message });
  }
}

function replacePending(chat, pending, change) {
  chat.pending = chat.pending.map((item) => (item.local === pending.local ? { ...item, ...change } : item));
  changed(chat);
}

/** Pending lines that the conversation does not show yet under their real id. */
export function pendingOf(chat) {
  const taken = new Set();
  return chat.pending.filter((pending) => {
    const real = chat.messages.find((message) => message.x?.out && message.message_id > pending.after && message.text === pending.text.trim() && !taken.has(message.message_id));
    if (real && pending.state !== "failed") { taken.add(real.message_id); return false; }
    return true;
  });
}

export async function start(payload) {
  const chat = current();
  selection.start = null;
  try {
    const answer = await api.act(chat.person, chat.bot, "start", payload ? { payload } : {});
    absorb(chat, answer);
    if (chat.blocked) await refetch(chat);
  } catch (error) {
    toast(error.message, "bad");
  }
  const url = new URL(location.href);
  url.searchParams.delete("start");
  history.replaceState(history.state, "", url);
  emit("chat");
}

/** The toast or alert of an answered callback query. */
export async function pressCallback(message, data) {
  const chat = current();
  try {
    showAnswer(await api.callback(chat.person, chat.bot, message.message_id, data));
  } catch (error) {
    toast(error.status === 0 ? "The bot did not answer in time" : error.message, "bad");
  }
}

function showAnswer(answer) {
  if (!answer) return;
  if (answer.answered === false) return toast("No answer yet, the bot may be busy or down", "warn");
  if (answer.url) openLink(answer.url);
  if (answer.text) { if (answer.show_alert) alertBox(answer.text); else toast(answer.text); }
}

export function openLink(url) {
  if (!linkActions.internal(url)) window.open(url, "_blank", "noopener,noreferrer");
}

/** The links t.me/<this bot>?start=… and t.me/$<invoice> stay in the page; all others open in a new tab. */
export const linkActions = {
  command: (text) => sendText(text),
  invoice: (slug) => payLinkSheet(slug),
  internal(raw) {
    const url = new URL(raw, location.origin);
    if (!["t.me", "telegram.me"].includes(url.hostname)) return false;
    const name = url.pathname.split("/")[1] ?? "";
    if (name.startsWith("$")) {
      linkActions.invoice(name.slice(1));
      return true;
    }
    const bot = botOf(selection.bot);
    if (!bot?.username || name.toLowerCase() !== bot.username.toLowerCase()) return false;
    if (url.searchParams.has("start")) {
      selection.start = url.searchParams.get("start");
      emit("chat");
    } else {
      toast("You are talking to this bot already");
    }
    return true;
  },
};

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast(`Could not copy. The text is: ${text}`, "warn");
  }
}
