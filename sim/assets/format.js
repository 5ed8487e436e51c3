// Times, sizes and money as people read them. It must know nothing of the page.
const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const clock = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const clockShort = new Intl.DateTimeFormat(undefined, { weekday: "short", hour: "2-digit", minute: "2-digit" });
const dayThisYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long" });
const dayOtherYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const shortDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

export const atTime = (unix) => timeOfDay.format(new Date(unix * 1000));
export const exactTime = (unix) => exact.format(new Date(unix * 1000));
export const clockText = (ms, short) => (short ? clockShort : clock).format(new Date(ms));
export const dayKey = (unix) => new Date(unix * 1000).toDateString();

export function dayText(unix, nowMs) {
  const date = new Date(unix * 1000);
  const now = new Date(nowMs);
  const yesterday = new Date(nowMs);
  yesterday.setDate(now.getDate() - 1);
  if (date.toDateString() === now.toDateString()) return "Today";
  if (date.toDateString() === yesterday.toDateString()) return "Yesterday";
  return (date.getFullYear() === now.getFullYear() ? dayThisYear : dayOtherYear).format(date);
}

/** In the list of people: the time today, the day before that. */
export function listTime(unix, nowMs) {
  const date = new Date(unix * 1000);
  return date.toDateString() === new Date(nowMs).toDateString() ? timeOfDay.format(date) : shortDay.format(date);
}

export function ahead(ms) {
  if (Math.abs(ms) < 1000) return "";
  const minutes = Math.round(ms / 60000);
  const days = Math.trunc(minutes / 1440);
  const hours = Math.trunc((minutes % 1440) / 60);
  const parts = [[days, "d"], [hours, "h"], [minutes % 60, "min"]].filter(([n]) => n !== 0).map(([n, unit]) => `${n} ${unit}`);
  return parts.length ? `+${parts.join(" ")}` : "";
}

const NO_MINOR = new Set(["XTR", "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"]);
const THREE_MINOR = new Set(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]);

/** Minor units to text: 1200 EUR is "12.00 EUR", 50 XTR is "50 ⭐". Integer arithmetic only. */
export function money(minor, currency) {
  if (currency === "XTR") return `${minor} ⭐`;
  const digits = NO_MINOR.has(currency) ? 0 : THREE_MINOR.has(currency) ? 3 : 2;
  const sign = minor < 0 ? "−" : "";
  const text = String(Math.abs(minor)).padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits).replace(/\B(?=(\d{3})+$)/g, " ");
  return `${sign}${whole}${digits ? `.${text.slice(-digits)}` : ""} ${currency}`;
}

export function size(bytes) {
  if (!bytes) return "";
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} kB`;
  return `${(bytes / 1048576).toFixed(1)} MB`;
}

export function seconds(total) {
  const whole = Math.max(0, Math.round(total ?? 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
