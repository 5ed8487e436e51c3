// Buttons under a bubble and below the composer. It must not know what they mean to the bot.
import { api } from "./api.js";
import { copy, openLink, pressCallback, sendText } from "./actions.js";
import { fullName, h, icon } from "./dom.js";
import { absorb } from "./events.js";
import { isPayable, payLabel, paySheet } from "./invoice.js";
import { botOf, current, personOf, selection } from "./state.js";
import { confirmBox, toast } from "./toast.js";

/** Button style names of the Bot API; an unknown one is drawn plainly. */
const STYLES = { primary: "primary", success: "success", danger: "danger" };

export function inlineKeyboard(message, fillComposer) {
  const rows = message.reply_markup?.inline_keyboard ?? [];
  const implied = message.invoice && !rows.flat().some((button) => button.pay);
  const all = implied ? [[{ text: payLabel(message), pay: true }], ...rows] : rows;
  if (all.length === 0) return null;
  return h("div", { class: "inline-keyboard", role: "group", "aria-label": "Buttons of this message" },
    all.map((row) => h("div", { class: "key-row" }, row.map((button) => inlineButton(message, button, fillComposer)))));
}

function inlineButton(message, button, fillComposer) {
  const corner = button.url || button.web_app || button.login_url ? "link" : button.copy_text ? "copy" : button.pay ? "card" : null;
  const paid = button.pay && message.invoice && !isPayable(message);
  const node = h("button", { type: "button", class: `key ${STYLES[button.style] ?? ""}`, disabled: paid },
    h("span", { dir: "auto" }, paid ? "Paid" : button.text), corner ? icon(paid ? "check" : corner, "corner") : null);
  node.addEventListener("click", () => press(node, message, button, fillComposer));
  return node;
}

async function press(node, message, button, fillComposer) {
  const url = button.url ?? button.web_app?.url ?? button.login_url?.url;
  if (url) return openLink(url);
  if (button.copy_text) return copy(button.copy_text.text);
  if (button.pay) return paySheet(message);
  if (button.switch_inline_query_current_chat !== undefined || button.switch_inline_query !== undefined) {
    const query = button.switch_inline_query_current_chat ?? button.switch_inline_query;
    return fillComposer(`@${botOf(selection.bot)?.username ?? ""} ${query}`);
  }
  if (button.callback_data === undefined) return toast("This kind of button is not part of the simulated world", "warn");
  if (node.getAttribute("aria-busy") === "true") return undefined;
  node.setAttribute("aria-busy", "true");
  await pressCallback(message, button.callback_data);
  node.removeAttribute("aria-busy");
  return undefined;
}

/** `markup` is a ReplyKeyboardMarkup; `pressed` hears that a button was used. */
export function replyKeyboard(markup, pressed) {
  return h("div", { class: "reply-keyboard", role: "group", "aria-label": "Answers offered by the bot", data: { compact: String(Boolean(markup.resize_keyboard)) } },
    markup.keyboard.map((row) => h("div", { class: "key-row" }, row.map((raw) => {
      const button = typeof raw === "string" ? { text: raw } : raw;
      const sign = button.request_contact ? "person" : button.request_location ? "pin" : button.web_app ? "link" : null;
      return h("button", { type: "button", class: `key ${STYLES[button.style] ?? ""}`, on: { click: () => answer(button, pressed) } },
        h("span", { dir: "auto" }, button.text), sign ? icon(sign, "corner") : null);
    }))));
}

async function answer(button, pressed) {
  const bot = botOf(selection.bot)?.first_name ?? "the bot";
  if (button.request_contact) {
    if (!(await confirmBox(`Share your phone number with ${bot}?`, "Share"))) return;
    await shareContact();
  } else if (button.request_location) {
    if (!(await confirmBox(`Share where you are with ${bot}?`, "Share"))) return;
    await shareLocation(PLACES[0]);
  } else if (button.web_app) {
    openLink(button.web_app.url);
  } else if (button.request_users || button.request_chat || button.request_poll) {
    toast("This kind of button is not part of the simulated world", "warn");
    return;
  } else {
    sendText(button.text);
  }
  pressed();
}

export const PLACES = [
  { label: "Berlin, Alexanderplatz", latitude: 52.52191, longitude: 13.41321 },
  { label: "Cairo, Tahrir", latitude: 30.04442, longitude: 31.23571 },
  { label: "Tashkent, Chorsu", latitude: 41.32682, longitude: 69.23461 },
  { label: "Nairobi, Westlands", latitude: -1.26758, longitude: 36.80741 },
];

export const shareLocation = ({ latitude, longitude }) => quietly("location", { latitude, longitude });

export function shareContact() {
  const person = personOf(selection.person);
  return quietly("contact", { first_name: person?.first_name, last_name: person?.last_name, name: fullName(person ?? {}) });
}

async function quietly(action, body) {
  const chat = current();
  try {
    absorb(chat, await api.act(chat.person, chat.bot, action, body));
  } catch (error) {
    toast(error.message, "bad");
  }
}
