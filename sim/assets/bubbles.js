// One message, or one album, as a bubble. It must not know where in the conversation it stands.
import { linkActions, retry } from "./actions.js";
import { h, icon, iconButton } from "./dom.js";
import { onlyEmoji, renderText } from "./entities.js";
import { atTime, exactTime, money } from "./format.js";
import { invoiceCard } from "./invoice.js";
import { inlineKeyboard } from "./keyboards.js";
import { attachment, isVisual, summary, summaryText, visuals } from "./media.js";
import { botOf, chatOf, personOf, selection } from "./state.js";

export function dayRow(text) {
  return h("p", { class: "day" }, h("span", null, text));
}

/** Quiet centred lines: what happened rather than what was said. */
export function serviceText(message) {
  if (message.successful_payment) return `You paid ${money(message.successful_payment.total_amount, message.successful_payment.currency)}`;
  if (message.refunded_payment) return `You got ${money(message.refunded_payment.total_amount, message.refunded_payment.currency)} back`;
  if (message.pinned_message) return `Pinned: ${summaryText(message.pinned_message)}`;
  if (message.new_chat_members) return `${message.new_chat_members.map((who) => who.first_name).join(", ")} joined`;
  if (message.left_chat_member) return `${message.left_chat_member.first_name} left`;
  if (message.write_access_allowed) return "You allowed the bot to write to you";
  if (message.new_chat_title) return `The chat is now called ${message.new_chat_title}`;
  if (message.forum_topic_created) return `Topic created: ${message.forum_topic_created.name}`;
  return null;
}

export function serviceRow(message) {
  return h("p", { class: "service", title: exactTime(message.date), dir: "auto" }, h("span", null, serviceText(message)));
}

const ownerName = (out) => (out ? "You" : botOf(selection.bot)?.first_name ?? "Bot");

/** `tools`: { menu(message, anchor), fill(text), jump(id) }. */
export function bubbleRow(row, tools) {
  const message = row.messages.at(-1);
  const first = row.messages[0];
  const out = Boolean(message.x?.out);
  const body = messageBody(row, tools);
  const classes = ["row", out ? "out" : "in", row.joins ? "joins" : "", row.last ? "last" : "", body.bare ? "bare" : "", body.media ? "with-media" : "", message.state ?? ""];
  const doubled = row.messages.some((item) => item.x?.doubled);
  const bubble = h("div", { class: "bubble" },
    h("span", { class: "sr" }, `${ownerName(out)}, ${atTime(message.date)}: `),
    forwarded(first), quote(first, tools), body.nodes,
    doubled ? h("p", { class: "doubled", title: "This reply was on the wire when the server was killed, and came again" }, icon("twice"), "shown twice") : null);
  const node = h("article", { class: classes.filter(Boolean).join(" "), tabindex: "-1", data: { id: message.message_id ?? "" } },
    h("div", { class: "stack" }, h("div", { class: "bubble-line" }, bubble, message.message_id ? more(message, tools) : null),
      reactions(message), message.message_id ? inlineKeyboard(message, tools.fill) : null, failure(message)));
  if (message.message_id) {
    node.addEventListener("contextmenu", (event) => {
      if (event.target.closest("a, img, audio, video") || String(getSelection())) return;
      event.preventDefault();
      tools.menu(message, node);
    });
    node.addEventListener("dblclick", (event) => { if (!event.target.closest("button, a")) tools.reply(message); });
  }
  return node;
}

function messageBody(row, tools) {
  const message = row.messages.at(-1);
  const captioned = row.messages.find((item) => item.caption) ?? message;
  const text = message.text ?? captioned.caption;
  const entities = message.text === undefined ? captioned.caption_entities : message.entities;
  const stamp = meta(message);
  const emoji = message.text !== undefined && !message.reply_markup ? onlyEmoji(message.text) : 0;
  if (emoji) return { bare: true, nodes: [h("p", { class: `emoji emoji-${emoji}` }, message.text), stamp] };
  const visual = row.messages.some(isVisual);
  const parts = [];
  if (visual) parts.push(visuals(row.messages));
  if (message.invoice) parts.push(invoiceCard(message));
  for (const item of row.messages) { const extra = attachment(item); if (extra) parts.push(extra); }
  if (text) {
    const words = h("div", { class: "text", dir: "auto" }, renderText(text, entities, linkActions), stamp);
    if (captioned.show_caption_above_media) parts.unshift(words); else parts.push(words);
  } else if (parts.length > 0) {
    stamp.classList.add(visual || message.sticker ? "over" : "below");
    parts.push(stamp);
  } else {
    parts.push(h("div", { class: "text quiet", dir: "auto" }, "A kind of message that this page does not draw", stamp));
  }
  return { bare: Boolean(message.sticker), media: visual, nodes: parts, tools };
}

function meta(message) {
  const x = message.x ?? {};
  const ticks = () => {
    if (message.state === "failed") return null;
    if (message.state === "sending") return mark("clock", "sending");
    return x.delivered || x.read ? mark("tick2", "taken by the bot") : mark("tick1", "sent");
  };
  return h("span", { class: "meta", dir: "ltr" },
    x.edited || message.edit_date ? h("span", { class: "edited" }, "edited") : null,
    h("time", { datetime: new Date(message.date * 1000).toISOString(), title: exactTime(message.date) }, atTime(message.date)),
    x.out ? ticks() : null);
}

function mark(name, words) {
  return h("span", { class: `tick ${name}`, role: "img", "aria-label": words, title: words }, icon(name));
}

function forwarded(message) {
  const origin = message.forward_origin;
  if (!origin) return message.via_bot ? h("p", { class: "forwarded" }, `via @${message.via_bot.username}`) : null;
  const name = origin.sender_user?.first_name ?? origin.sender_user_name ?? origin.chat?.title ?? origin.sender_chat?.title ?? "somebody";
  return h("p", { class: "forwarded" }, "Forwarded from ", h("bdi", null, name));
}

function quote(message, tools) {
  const target = message.reply_to_message ?? (message.reply_to ? chatOf(selection.person, selection.bot).messages.find((item) => item.message_id === message.reply_to) : null);
  if (!target) return null;
  const own = target.x?.out ?? target.from?.id === selection.person;
  return h("button", { type: "button", class: "quote", on: { click: () => tools.jump(target.message_id) } },
    h("bdi", null, own ? personOf(selection.person)?.first_name ?? "You" : ownerName(false)),
    message.quote?.text ? h("span", { dir: "auto" }, message.quote.text) : summary(target));
}

function reactions(message) {
  const both = chatOf(selection.person, selection.bot).reactions.get(message.message_id) ?? {};
  const list = [["You", both.person], [ownerName(false), both.bot]].filter(([, emoji]) => typeof emoji === "string" && emoji);
  if (list.length === 0) return null;
  return h("p", { class: "reactions" }, list.map(([who, emoji]) => h("span", { title: who }, h("span", { class: "sr" }, `${who}: `), emoji)));
}

function more(message, tools) {
  const button = iconButton("more", "More about this message", () => tools.menu(message, button), { tabindex: "-1", "aria-haspopup": "menu" });
  button.classList.add("more");
  return button;
}

function failure(message) {
  if (message.state !== "failed") return null;
  return h("p", { class: "not-sent", role: "alert" }, `Not sent: ${message.error}. `, h("button", { type: "button", class: "link", on: { click: () => retry(message.local) } }, "Send again"));
}
