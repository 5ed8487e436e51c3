// Keeps the page in step with the world: event stream, refetch after every reconnect. It draws nothing.
import { api } from "./api.js";
import { chatOf, current, emit, learnClock, learnWorld, mergeNewest, mergeOlder, nextTurn, patch, removeMessages, selection, upsert, world, changed } from "./state.js";
import { toast } from "./toast.js";

export const PAGE = 60;
const OTHERS_EVERY_MS = 8000;
const OTHERS_MAX = 12;

let stream = null;
let streamFor = null;
let backoffMs = 500;
let refetchTimer = null;

export async function loadWorld() {
  learnWorld(await api.state());
}

export async function refetch(chat, limit = PAGE) {
  const asked = nextTurn();
  try {
    mergeNewest(chat, await api.chat(chat.person, chat.bot, { limit }), asked, limit);
  } catch (error) {
    if (!chat.loaded) chat.failed = error.message;
    changed(chat);
  }
}

export async function loadOlder(chat) {
  const before = chat.messages[0]?.message_id;
  if (before) mergeOlder(chat, await api.chat(chat.person, chat.bot, { before, limit: PAGE }), PAGE);
}

/** Several hints that something changed make one request. */
export function refetchSoon(chat) {
  if (refetchTimer) return;
  refetchTimer = setTimeout(() => { refetchTimer = null; refetch(chat); }, 60);
}

export function connect(person) {
  if (stream && streamFor === person && stream.readyState !== EventSource.CLOSED) return;
  stream?.close();
  streamFor = person;
  const opened = new EventSource(`/sim/events?person=${person}`);
  stream = opened;
  opened.addEventListener("open", () => {
    backoffMs = 500;
    online(true);
    const chat = current();
    if (chat) refetch(chat);
    loadWorld().catch(() => online(false));
  });
  opened.addEventListener("message", (event) => {
    let data;
    try { data = JSON.parse(event.data); } catch { return; }
    apply(data, person);
  });
  opened.addEventListener("error", () => {
    if (stream !== opened) return;
    online(false);
    if (opened.readyState !== EventSource.CLOSED) return;
    setTimeout(() => { if (stream === opened) connect(person); }, backoffMs);
    backoffMs = Math.min(backoffMs * 2, 5000);
  });
}

function online(is) {
  if (world.online === is) return;
  world.online = is;
  emit("bar");
}

function apply(event, person) {
  if (event.type === "clock") return learnClock(event.clock ?? event);
  if (event.type === "counters") {
    world.counters = event.counters ?? { kills: event.kills ?? world.counters.kills, doubled_replies: event.doubled_replies ?? world.counters.doubled_replies };
    return emit("bar");
  }
  if (event.type === "people" || event.type === "bots") return void loadWorld().catch(() => online(false));
  if (event.type === "commands") loadWorld().catch(() => online(false));
  // What has no bot happened in a group, which this page does not show.
  if (event.bot_id) applyToChat(event, chatOf(event.person_id ?? person, event.bot_id));
}

function applyToChat(event, chat) {
  const id = event.message_id ?? event.message?.message_id;
  switch (event.type) {
    case "message":
    case "edit":
      if (!event.message?.message_id) return refetchSoon(chat);
      if (event.type === "message" && !event.message.x?.out) chat.typingUntil = 0;
      upsert(chat, event.message);
      break;
    case "delete":
      removeMessages(chat, event.message_ids ?? [id]);
      break;
    case "typing":
      chat.typingUntil = Date.now() + 5000;
      if (chat === current()) emit("typing");
      break;
    case "keyboard":
      if ("reply_keyboard" in event) { chat.keyboard = event.reply_keyboard; chat.forceIsNew = true; changed(chat); } else refetchSoon(chat);
      break;
    case "read":
      if (!patch(chat, id, { x: { delivered: event.delivered ?? true, read: event.read ?? true } })) refetchSoon(chat);
      break;
    case "reaction":
      react(chat, id, event);
      break;
    case "blocked":
      chat.blocked = Boolean(event.blocked);
      changed(chat);
      break;
    case "invoice":
      if (event.message?.message_id) upsert(chat, event.message);
      else if (!(event.state && patch(chat, id, { x: { invoice_state: event.state } }))) refetchSoon(chat);
      break;
    case "callback_answer": // the request that pressed the button has the answer
      break;
    default:
      refetchSoon(chat);
  }
}

/** A message shows one reaction of each side; an empty emoji takes it back. */
function react(chat, id, event) {
  const both = { ...chat.reactions.get(id), [event.by_bot ? "bot" : "person"]: event.emoji };
  chat.reactions.set(id, both);
  patch(chat, id, {});
}

/** The stream tells of one person; what others got is asked for now and then, a few people at most. */
export function watchOthers() {
  const look = async () => {
    if (document.visibilityState === "visible" && world.online) {
      for (const person of world.people.slice(0, OTHERS_MAX)) {
        for (const bot of world.bots) {
          if (person.id === selection.person && bot.id === selection.bot) continue;
          await refetch(chatOf(person.id, bot.id), 20);
        }
      }
    }
    setTimeout(look, OTHERS_EVERY_MS);
  };
  setTimeout(look, 400);
  document.addEventListener("visibilitychange", () => {
    const chat = current();
    if (document.visibilityState === "visible" && chat) refetch(chat);
  });
}

/** Runs an action of the person; a refusal is told where it happened, never swallowed. */
export async function act(action, body) {
  const chat = current();
  try {
    const answer = await api.act(chat.person, chat.bot, action, body);
    absorb(chat, answer);
    return answer;
  } catch (error) {
    toast(error.message, "bad");
    return null;
  }
}

export function absorb(chat, answer) {
  const message = answer?.message ?? answer;
  if (message?.message_id && message.x) upsert(chat, message);
  else refetchSoon(chat);
}
