// Starts the page: who we are, which chat is open, back and forward. It must not know how anything is drawn.
import * as clockbar from "./clockbar.js";
import { composer, setUp as setUpComposer } from "./composer.js";
import { setUp as setUpConversation } from "./conversation.js";
import { byId, loadIcons } from "./dom.js";
import { connect, loadWorld, refetch, watchOthers } from "./events.js";
import * as people from "./people.js";
import { botOf, current, emit, personOf, selection, world } from "./state.js";

const phone = matchMedia("(max-width: 720px)");

function view(name) {
  byId("frame").dataset.view = name;
}

/** Opens a chat, or the list (on a phone) when no person is named. */
function select(person, bot, { push = true, start = null, focus = true } = {}) {
  if (person === null) {
    view("list");
    if (push) history.pushState({ list: true }, "", "/");
    document.querySelector(".person[aria-current]")?.focus();
    return;
  }
  selection.person = person;
  selection.bot = bot && botOf(bot) ? bot : selection.bot && botOf(selection.bot) ? selection.bot : world.bots[0]?.id ?? null;
  selection.start = start;
  view("chat");
  if (push && selection.bot) history.pushState({}, "", `/?person=${person}&bot=${selection.bot}`);
  connect(person);
  const chat = current();
  emit("selection");
  emit("people");
  emit("chat");
  if (chat) refetch(chat);
  if (focus && !phone.matches) queueMicrotask(() => setTimeout(composer.focus));
}

function fromAddress() {
  const query = new URL(location.href).searchParams;
  const person = Number(query.get("person")) || null;
  const bot = Number(query.get("bot")) || null;
  return { person: personOf(person) ? person : null, bot, start: query.get("start") };
}

function openFromAddress() {
  const { person, bot, start } = fromAddress();
  const wanted = person ?? (phone.matches && world.people.length > 1 && start === null ? null : world.people[0]?.id ?? null);
  if (wanted) select(wanted, bot, { push: false, start });
  else view("list");
}

/** The world may start after the page, and a bot may come after a person: ask until there is a chat. */
async function boot() {
  try {
    await loadWorld();
    world.online = true;
    emit("bar");
    if (world.people.length && world.bots.length) {
      openFromAddress();
      watchOthers();
      return;
    }
  } catch {
    world.online = false;
    emit("bar");
  }
  setTimeout(boot, 1000);
}

function keys(event) {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], .popup")) return;
  if (phone.matches) select(null);
  else document.querySelector(".person[aria-current]")?.focus();
}

loadIcons().catch(() => { /* without icons the labels remain */ });
clockbar.setUp();
people.setUp((person, bot) => select(person, bot));
setUpComposer();
setUpConversation(composer);
addEventListener("popstate", (event) => {
  const { person, bot, start } = fromAddress();
  if (event.state?.list || !person) view(phone.matches ? "list" : "chat");
  else select(person, bot, { push: false, start, focus: false });
});
document.addEventListener("keydown", keys);
boot();
