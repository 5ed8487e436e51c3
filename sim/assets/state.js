// What the page knows, and how answers and events merge into it. It must know nothing of the DOM.
const listeners = new Map();
const due = new Set();

export function on(topic, listener) {
  if (!listeners.has(topic)) listeners.set(topic, []);
  listeners.get(topic).push(listener);
}

/** Topics: people, chat, bar, selection, typing. Several changes in one turn draw once. */
export function emit(topic) {
  if (due.size === 0) queueMicrotask(flush);
  due.add(topic);
}

function flush() {
  const topics = [...due];
  due.clear();
  for (const topic of topics) for (const listener of listeners.get(topic) ?? []) listener();
}

export const world = { clock: null, clockSeenAt: 0, bots: [], people: [], counters: { kills: 0, doubled_replies: 0 }, hints: [], online: true };
export const selection = { person: null, bot: null, start: null };

export const nowMs = () => (world.clock ? world.clock.now_ms + (performance.now() - world.clockSeenAt) : Date.now());

export function learnWorld(state) {
  world.bots = state.bots ?? [];
  world.people = state.people ?? [];
  world.hints = state.hints ?? [];
  if (state.counters) world.counters = state.counters;
  learnClock(state.clock);
  emit("people");
  emit("bar");
}

export function learnClock(clock) {
  if (!clock || typeof clock.now_ms !== "number") return;
  world.clock = clock;
  world.clockSeenAt = performance.now();
  emit("bar");
}

export const personOf = (id) => world.people.find((person) => person.id === id);
export const botOf = (id) => world.bots.find((bot) => bot.id === id);

const chats = new Map();
let turn = 0;
export const nextTurn = () => (turn += 1);

export function chatOf(person, bot) {
  const key = `${person}:${bot}`;
  if (!chats.has(key)) {
    chats.set(key, {
      key, person, bot, messages: [], pending: [], keyboard: null, commands: [], blocked: false, typingUntil: 0,
      loaded: false, complete: false, failed: null, readUpTo: Number(recall(`read:${key}`) ?? 0), draft: recall(`draft:${key}`) ?? "",
      replyTo: null, editing: null, touched: new Map(), gone: new Map(), reactions: new Map(),
    });
  }
  return chats.get(key);
}

export const current = () => (selection.person && selection.bot ? chatOf(selection.person, selection.bot) : null);

export function recall(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

export function remember(key, value) {
  try { value === null || value === "" ? localStorage.removeItem(key) : localStorage.setItem(key, value); } catch { /* private mode */ }
}

function place(messages, message) {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (messages[middle].message_id < message.message_id) low = middle + 1;
    else high = middle;
  }
  const found = messages[low]?.message_id === message.message_id;
  messages.splice(low, found ? 1 : 0, message);
}

/** Keeps the known object when nothing that is drawn differs, so that its line is not drawn anew. */
function taken(chat, message) {
  const fresh = message.x?.out ? message : { ...message, x: { ...message.x, read: true, delivered: true } };
  const known = chat.messages.find((old) => old.message_id === fresh.message_id);
  return known && JSON.stringify(known) === JSON.stringify(fresh) ? known : fresh;
}

export function upsert(chat, raw) {
  const message = taken(chat, raw);
  const seen = nextTurn();
  chat.touched.set(message.message_id, seen);
  chat.gone.delete(message.message_id);
  place(chat.messages, message);
  changed(chat);
}

export function removeMessages(chat, ids) {
  const seen = nextTurn();
  const out = new Set(ids);
  for (const id of out) chat.gone.set(id, seen);
  chat.messages = chat.messages.filter((message) => !out.has(message.message_id));
  if (chat.replyTo && out.has(chat.replyTo)) chat.replyTo = null;
  changed(chat);
}

export function patch(chat, id, change) {
  const at = chat.messages.findIndex((message) => message.message_id === id);
  if (at < 0) return false;
  const old = chat.messages[at];
  if (!old.x?.out && ("read" in (change.x ?? {}))) return true;
  chat.messages[at] = { ...old, ...change, x: { ...old.x, ...(change.x ?? {}) } };
  changed(chat);
  return true;
}

/**
 * Merges the newest page, asked for at turn `asked`. The page is the truth for its own range of ids,
 * except for what an event told us after we asked; older lines stay while the page reaches them.
 */
export function mergeNewest(chat, page, asked, limit) {
  const got = new Map((page.messages ?? []).map((message) => [message.message_id, taken(chat, message)]));
  const ids = [...got.keys()];
  const oldest = Math.min(...ids);
  const full = ids.length >= limit;
  const later = (id) => (chat.touched.get(id) ?? 0) > asked;
  const known = chat.messages;
  const gap = full && known.length > 0 && !known.some((message) => got.has(message.message_id));
  const kept = known.filter(({ message_id: id }) => later(id) || (full && !gap && id < oldest));
  for (const message of kept) got.set(message.message_id, message);
  for (const [id, seen] of chat.gone) if (seen > asked) got.delete(id);
  chat.messages = [...got.values()].sort((a, b) => a.message_id - b.message_id);
  if (!full) chat.complete = true;
  else if (gap || known.length === 0) chat.complete = false;
  chat.keyboard = page.reply_keyboard ?? null;
  chat.commands = page.commands ?? [];
  chat.blocked = Boolean(page.blocked);
  chat.description = page.description ?? "";
  chat.typingUntil = page.typing ? Date.now() + 5000 : 0;
  chat.loaded = true;
  chat.failed = null;
  changed(chat);
}

export function mergeOlder(chat, page, limit) {
  for (const message of page.messages ?? []) {
    place(chat.messages, taken(chat, message));
  }
  chat.complete = (page.messages ?? []).length < limit;
  changed(chat);
}

export function markRead(chat) {
  const newest = chat.messages.at(-1)?.message_id ?? 0;
  if (newest <= chat.readUpTo) return;
  chat.readUpTo = newest;
  remember(`read:${chat.key}`, String(newest));
  emit("people");
}

export const unread = (chat) => chat.messages.filter((message) => !message.x?.out && message.message_id > chat.readUpTo).length;

export function changed(chat) {
  emit("people");
  if (chat === current()) emit("chat");
}
