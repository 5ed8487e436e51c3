// Pictures, files, voices, places, people and polls inside a bubble. It must not know who sent them.
import { api } from "./api.js";
import { avatar, fullName, h, icon, iconButton } from "./dom.js";
import { seconds, size } from "./format.js";
import { refetchSoon } from "./events.js";
import { current, selection } from "./state.js";
import { dialog, toast } from "./toast.js";

export const isVisual = (message) => Boolean(message.photo?.length || message.video || message.animation || paid(message).length);
const paid = (message) => (message.paid_media?.paid_media ?? []).filter((item) => item.photo?.length);
const largest = (message) => message.photo?.at(-1) ?? paid(message)[0]?.photo?.at(-1);

/** An album or a single picture: up to ten in a mosaic, each opens large. */
export function visuals(messages) {
  const all = messages.filter(isVisual);
  const album = h("div", { class: `album count-${Math.min(all.length, 10)}` });
  for (const message of all) album.append(message.video || message.animation ? video(message) : picture(message, all));
  return album;
}

function picture(message, album) {
  const photo = largest(message);
  const alt = message.caption ? `Photo: ${message.caption}` : "Photo";
  const image = h("img", { src: api.file(photo.file_id), alt, width: photo.width, height: photo.height, decoding: "async" });
  const box = h("button", { type: "button", class: `picture${message.has_media_spoiler ? " veiled" : ""}`, "aria-label": `${alt}. Open large` }, image);
  image.addEventListener("error", () => { box.classList.add("broken"); box.append(h("span", null, "The picture did not load")); }, { once: true });
  box.addEventListener("click", () => {
    if (box.classList.contains("veiled")) box.classList.remove("veiled");
    else lightbox(album.filter((item) => largest(item)), message);
  });
  if (message.paid_media) box.append(h("span", { class: "price" }, `${message.paid_media.star_count} ⭐`));
  return box;
}

function video(message) {
  const item = message.video ?? message.animation;
  const loop = Boolean(message.animation);
  return h("video", { class: "video", src: api.file(item.file_id), width: item.width, height: item.height, controls: !loop, loop, autoplay: loop && !matchMedia("(prefers-reduced-motion: reduce)").matches, muted: loop, playsinline: true, preload: "metadata" });
}

function lightbox(messages, first) {
  let at = messages.indexOf(first);
  dialog("Photo", "lightbox", (close) => {
    const image = h("img", { alt: "" });
    const caption = h("p", { dir: "auto" });
    const count = h("span", { class: "lightbox-count" });
    const show = (next) => {
      at = (next + messages.length) % messages.length;
      image.src = api.file(largest(messages[at]).file_id);
      image.alt = messages[at].caption ?? "Photo";
      caption.textContent = messages[at].caption ?? "";
      count.textContent = messages.length > 1 ? `${at + 1} of ${messages.length}` : "";
    };
    show(at);
    const box = h("div", { class: "lightbox-box" },
      h("div", { class: "lightbox-head" }, count, iconButton("close", "Close", () => close(), { autofocus: true })), image, caption);
    box.addEventListener("keydown", (event) => {
      if (event.key === "ArrowRight") show(at + 1);
      if (event.key === "ArrowLeft") show(at - 1);
    });
    image.addEventListener("click", () => (messages.length > 1 ? show(at + 1) : close()));
    return box;
  });
}

/** Everything that is not a picture; null when the message has none of it. */
export function attachment(message) {
  if (message.document && !message.animation) return document_(message.document);
  if (message.voice) return sound(message.voice, "Voice message");
  if (message.audio) return sound(message.audio, [message.audio.performer, message.audio.title].filter(Boolean).join(" – ") || message.audio.file_name || "Audio");
  if (message.video_note) return h("video", { class: "video round", src: api.file(message.video_note.file_id), controls: true, preload: "metadata" });
  if (message.sticker) return sticker(message.sticker);
  if (message.venue) return place(message.venue.location, message.venue.title, message.venue.address);
  if (message.location) return place(message.location, "Location", "");
  if (message.contact) return contact(message.contact);
  if (message.poll) return poll(message.poll);
  if (message.dice) return h("p", { class: "dice" }, message.dice.emoji, h("small", null, `shows ${message.dice.value}`));
  if (message.game) return h("p", null, h("strong", { dir: "auto" }, message.game.title), " ", h("span", { dir: "auto" }, message.game.description ?? ""));
  return null;
}

function document_(file) {
  const name = file.file_name ?? "file";
  return h("a", { class: "file", href: api.file(file.file_id), download: name, "aria-label": `Download ${name}` },
    h("span", { class: "file-sign" }, icon("download")),
    h("span", { class: "file-name" }, h("bdi", null, name), h("small", null, [size(file.file_size), file.mime_type].filter(Boolean).join(" · "))));
}

function sound(item, label) {
  return h("figure", { class: "sound" },
    h("figcaption", { dir: "auto" }, label, h("small", null, ` ${seconds(item.duration)}`)),
    h("audio", { controls: true, preload: "none", src: api.file(item.file_id) }));
}

function sticker(item) {
  const text = item.emoji ?? "🙂";
  if (item.is_animated || item.is_video) return h("span", { class: "sticker-emoji", role: "img", "aria-label": `Sticker ${text}` }, text);
  const image = h("img", { class: "sticker", src: api.file(item.file_id), alt: `Sticker ${text}`, width: item.width, height: item.height });
  image.addEventListener("error", () => image.replaceWith(h("span", { class: "sticker-emoji", role: "img", "aria-label": `Sticker ${text}` }, text)), { once: true });
  return image;
}

function place(location, title, address) {
  const at = `${location.latitude.toFixed(5)}, ${location.longitude.toFixed(5)}`;
  return h("figure", { class: "place" },
    h("span", { class: "place-map" }, icon("pin")),
    h("figcaption", null, h("strong", { dir: "auto" }, title), address ? h("span", { dir: "auto" }, address) : null, h("small", null, h("bdi", { dir: "ltr" }, at))));
}

function contact(who) {
  const name = fullName(who);
  return h("div", { class: "contact" }, avatar(who.user_id ?? name.length, name),
    h("span", null, h("strong", { dir: "auto" }, name), h("bdi", { dir: "ltr" }, who.phone_number)));
}

function poll(item) {
  const total = item.total_voter_count ?? 0;
  const options = item.options.map((option, at) => {
    const share = total ? Math.round((100 * option.voter_count) / total) : 0;
    const bar = h("meter", { min: 0, max: 100, value: share, "aria-hidden": "true" });
    const choose = () => vote(item, at);
    return h("li", null, h("span", { class: "poll-share" }, `${share} %`),
      item.is_closed ? h("span", { dir: "auto" }, option.text) : h("button", { type: "button", class: "link", dir: "auto", on: { click: choose } }, option.text), bar);
  });
  const kind = [item.is_anonymous === false ? "Public" : "Anonymous", item.type === "quiz" ? "quiz" : "poll", item.is_closed ? "closed" : ""].filter(Boolean).join(" ");
  return h("div", { class: "poll" }, h("strong", { dir: "auto" }, item.question), h("small", null, kind), h("ul", null, options),
    h("small", null, total === 1 ? "1 vote" : `${total} votes`));
}

async function vote(item, at) {
  try {
    await api.vote(selection.person, item.id, [at]);
    refetchSoon(current());
  } catch (error) {
    toast(error.message, "bad");
  }
}

function kindOf(message) {
  const known = [
    [message.photo || message.paid_media, "Photo"], [message.animation, "GIF"], [message.video, "Video"],
    [message.document, message.document?.file_name ?? "File"], [message.voice, "Voice message"], [message.audio, "Audio"],
    [message.sticker, `Sticker ${message.sticker?.emoji ?? ""}`], [message.venue || message.location, "Location"],
    [message.contact, "Contact"], [message.poll, "Poll"], [message.invoice, "Invoice"], [message.successful_payment, "Payment"],
    [message.dice, message.dice?.emoji],
  ];
  return known.find(([has]) => has)?.[1] ?? "";
}

/** What a message is about in one line, for quotes and the list of people; the text keeps its own direction. */
export function summary(message) {
  const kind = kindOf(message);
  const text = message.text ?? message.caption ?? message.poll?.question ?? message.invoice?.title ?? "";
  if (!text) return h("bdi", { class: "summary" }, kind || "Message");
  return h("span", { class: "summary", dir: kind ? null : "auto" }, kind ? [`${kind}: `, h("bdi", null, text)] : text);
}

export const summaryText = (message) => summary(message).textContent;
