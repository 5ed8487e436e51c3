// The thin bar on top: the simulated clock, kills, replies shown twice, dark and light. It must not know any chat.
import { api } from "./api.js";
import { byId, icon } from "./dom.js";
import { ahead, clockText } from "./format.js";
import { learnClock, nowMs, on, remember, world } from "./state.js";
import { toast } from "./toast.js";

const narrow = matchMedia("(max-width: 720px)");
const dark = matchMedia("(prefers-color-scheme: dark)");

export function setUp() {
  on("bar", draw);
  setInterval(tick, 500);
  for (const button of document.querySelectorAll("[data-forward-ms]")) button.addEventListener("click", () => forward(button));
  byId("theme").addEventListener("click", switchTheme);
  dark.addEventListener("change", drawTheme);
  drawTheme();
}

function tick() {
  if (world.clock) byId("clock-now").textContent = clockText(nowMs(), narrow.matches);
}

async function forward(button) {
  const ms = Number(button.dataset.forwardMs);
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await api.advance(ms);
    const clock = answer?.clock ?? answer;
    if (typeof clock?.now_ms === "number") learnClock(clock);
    toast(`The clock ran forward by ${button.textContent.replace("+", "")}`);
  } catch (error) {
    toast(error.message, "bad");
  }
  button.removeAttribute("aria-busy");
}

function draw() {
  tick();
  const far = ahead(world.clock?.offset_ms ?? 0);
  byId("clock-ahead").hidden = !far;
  byId("clock-ahead").textContent = far;
  byId("clock-ahead").title = `${far} ahead of real time`;
  count("kills", world.counters.kills);
  count("doubled", world.counters.doubled_replies);
  byId("offline").hidden = world.online;
}

function count(id, value) {
  const node = byId(id);
  const text = String(value ?? 0);
  if (node.textContent === text) return;
  node.textContent = text;
  node.parentElement.classList.toggle("some", Number(value) > 0);
  node.parentElement.classList.remove("bump");
  void node.offsetWidth;
  node.parentElement.classList.add("bump");
}

const isDark = () => (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";

function switchTheme() {
  const next = isDark() ? "light" : "dark";
  const same = next === (dark.matches ? "dark" : "light");
  if (same) delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = next;
  remember("theme", same ? null : next);
  drawTheme();
}

function drawTheme() {
  const button = byId("theme");
  button.setAttribute("aria-pressed", String(isDark()));
  button.replaceChildren(icon(isDark() ? "sun" : "moon"));
  button.title = isDark() ? "Light colours" : "Dark colours";
}
