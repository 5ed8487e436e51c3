// The person API of the simulated world over fetch. It must know nothing of the DOM.
export class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function call(method, path, body, timeoutMs = 20000) {
  const init = { method, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(timeoutMs) };
  if (body instanceof FormData) {
    init.body = body;
  } else if (body !== undefined) {
    init.headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, init);
  } catch (cause) {
    throw new ApiError(cause.name === "TimeoutError" ? "No answer in time" : "The simulated world does not answer", 0);
  }
  const text = await response.text();
  let value = null;
  try { value = text ? JSON.parse(text) : null; } catch { /* an answer that is no JSON has no fields */ }
  if (!response.ok) {
    const why = typeof value?.error === "string" ? value.error : value?.error?.message ?? value?.description;
    throw new ApiError(why ?? `The simulated world answered ${response.status}`, response.status);
  }
  return value;
}

const chat = (person, bot) => `/sim/chats/${person}/${bot}`;

export const api = {
  state: () => call("GET", "/sim/state"),
  addPerson: (person) => call("POST", "/sim/people", person),
  chat: (person, bot, { before, limit = 60 } = {}) =>
    call("GET", `${chat(person, bot)}?limit=${limit}${before ? `&before=${before}` : ""}`),
  act: (person, bot, action, body = {}) => call("POST", `${chat(person, bot)}/${action}`, body),
  upload: (person, bot, action, file, caption) => {
    const form = new FormData();
    form.append("file", file, file.name);
    if (caption) form.append("caption", caption);
    return call("POST", `${chat(person, bot)}/${action}`, form, 120000);
  },
  /** The bot answers this one, and the bot may just have been killed: it waits longer. */
  callback: (person, bot, message_id, data) => call("POST", `${chat(person, bot)}/callback`, { message_id, data }, 60000),
  pay: (person, bot, message_id, outcome) => call("POST", `${chat(person, bot)}/pay`, { message_id, outcome }, 60000),
  invoiceLink: (slug) => call("GET", `/sim/invoice-links/${encodeURIComponent(slug)}`),
  payLink: (slug, person, outcome) => call("POST", `/sim/invoice-links/${encodeURIComponent(slug)}/pay`, { person, outcome }, 60000),
  vote: (person, poll, options) => call("POST", `/sim/polls/${encodeURIComponent(poll)}/vote`, { person, options }),
  advance: (ms) => call("POST", "/sim/clock/advance", { ms }, 60000),
  file: (fileId) => `/sim/files/${encodeURIComponent(fileId)}`,
};
