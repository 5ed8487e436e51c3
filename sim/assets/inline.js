// Inline mode: "@bot words" asks the bot for results and shows them. It must not know the rest of the composer.
import { api } from "./api.js";
import { h } from "./dom.js";
import { act } from "./events.js";
import { botOf, current, selection } from "./state.js";

const PAUSE_MS = 300;

export function attachInline(text, box) {
  let timer = null;
  let asked = 0;
  const hide = () => { box.hidden = true; box.replaceChildren(); };
  text.addEventListener("input", () => {
    clearTimeout(timer);
    asked += 1;
    const name = botOf(selection.bot)?.username;
    const match = /^@(\w+) (.*)$/su.exec(text.value);
    if (!match || !name || match[1].toLowerCase() !== name.toLowerCase()) return hide();
    const turn = asked;
    timer = setTimeout(() => ask(match[2], () => turn === asked), PAUSE_MS);
    return undefined;
  });

  async function ask(query, fresh) {
    const chat = current();
    let answer;
    try { answer = await api.act(chat.person, chat.bot, "inline", { query }); } catch { answer = null; }
    if (!fresh()) return;
    const results = answer?.results ?? [];
    if (results.length === 0) return hide();
    box.replaceChildren(...results.slice(0, 50).map((result) => h("button", { type: "button", on: { click: () => choose(result) } },
      h("b", { dir: "auto" }, result.title ?? result.caption ?? result.type), result.description ? h("span", { dir: "auto" }, result.description) : null)));
    box.hidden = false;
  }

  function choose(result) {
    text.value = "";
    text.dispatchEvent(new Event("input"));
    hide();
    act("inline/choose", { result_id: result.id });
    text.focus();
  }
}
