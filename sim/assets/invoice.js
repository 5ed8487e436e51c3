// Invoices as cards, and the simulated payment sheet. It must not know any real payment method.
import { api } from "./api.js";
import { h, icon } from "./dom.js";
import { refetchSoon } from "./events.js";
import { money } from "./format.js";
import { botOf, current, selection } from "./state.js";
import { dialog, toast } from "./toast.js";

const STATES = { paid: ["check", "Paid"], failed: ["stop", "Payment failed, you can try again"], open: ["card", "Waiting for payment"] };

export function invoiceCard(message) {
  const { title, description, currency, total_amount: total } = message.invoice;
  const state = message.x?.invoice_state ?? "open";
  const [sign, words] = STATES[state] ?? STATES.open;
  const photo = message.invoice.photo?.at(-1);
  return h("div", { class: `invoice ${state}` },
    photo ? h("img", { class: "invoice-photo", src: api.file(photo.file_id), alt: "" }) : null,
    h("p", { class: "invoice-kind" }, icon("card"), "Invoice"),
    h("h3", { dir: "auto" }, title),
    description ? h("p", { class: "invoice-description", dir: "auto" }, description) : null,
    h("p", { class: "invoice-total" }, h("span", null, "Total"), h("bdi", null, money(total, currency))),
    h("p", { class: "invoice-state" }, icon(sign), words));
}

export const payLabel = (message) => `Pay ${money(message.invoice.total_amount, message.invoice.currency)}`;
export const isPayable = (message) => Boolean(message.invoice) && (message.x?.invoice_state ?? "open") !== "paid";

/** The form of an invoice that is a message. */
export async function paySheet(message) {
  const chat = current();
  await sheet(message.invoice, (outcome) => api.pay(chat.person, chat.bot, message.message_id, outcome));
}

/** The form of an invoice link, t.me/$slug. */
export async function payLinkSheet(slug) {
  const chat = current();
  try {
    const invoice = await api.invoiceLink(slug);
    await sheet(invoice, (outcome) => api.payLink(slug, chat.person, outcome));
  } catch (error) {
    toast(error.message, "bad");
  }
}

/** Pay, decline or cancel; the world asks the bot (pre-checkout) before it says paid. */
async function sheet(invoice, pay) {
  const chat = current();
  const bot = botOf(selection.bot);
  const { title, currency, total_amount: total, subscription_period: period } = invoice;
  const state = h("p", { class: "pay-state", role: "status" });
  const result = await dialog(`Pay for ${title}`, "pay-sheet", (close) => {
    const choose = async (outcome) => {
      for (const button of buttons) button.disabled = true;
      state.className = "pay-state busy";
      state.textContent = outcome === "ok" ? `Asking ${bot?.first_name ?? "the shop"} to confirm` : "Asking the bank";
      try {
        const answer = await pay(outcome);
        await settle(answer, outcome, state, close);
      } catch (error) {
        fail(state, error.message);
      }
      for (const button of buttons) button.disabled = false;
      buttons[0].focus();
    };
    const buttons = [
      h("button", { type: "button", class: "button primary wide", autofocus: true, on: { click: () => choose("ok") } }, `Pay ${money(total, currency)}`),
      h("button", { type: "button", class: "button wide danger", on: { click: () => choose("decline") } }, "Let the card be declined"),
      h("button", { type: "button", class: "button wide", on: { click: () => close("cancelled") } }, "Cancel"),
    ];
    return [
      h("h2", null, "Checkout"),
      h("p", { class: "pay-what" }, h("span", { dir: "auto" }, title), h("bdi", null, money(total, currency))),
      ...(period ? [h("p", null, `Renewed every ${Math.round(period / 86400)} days until you stop it`)] : []),
      h("p", { class: "pay-card" }, icon("card"), h("span", null, "Simulated card ", h("bdi", { dir: "ltr" }, "•••• 4242")), h("small", null, "no real money moves")),
      state, h("div", { class: "pay-buttons" }, buttons),
    ];
  });
  if (result === "paid") toast(`You paid ${money(total, currency)}`, "good");
  refetchSoon(chat);
}

async function settle(answer, outcome, state, close) {
  if (answer?.status === "paid") {
    close("paid");
  } else if (outcome === "decline") {
    fail(state, "The card was declined, nothing was charged");
  } else if (answer?.status === "cancelled") {
    close("cancelled");
  } else {
    fail(state, answer?.error ?? "The payment did not go through");
  }
}

function fail(state, text) {
  state.className = "pay-state bad";
  state.textContent = text;
}
