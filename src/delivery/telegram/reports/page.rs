//! A person's data as one page that opens in any browser, in their language. Knows no database.

use std::fmt::Write;

use actors::texts::{self, escape};
use actors::{Conversation, Dossier};
use serde_json::Value;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;\
padding:0 1rem;color:#1c1e21;background:#fff}h1{font-size:1.75rem}h2{font-size:1.25rem;\
margin-block-start:2rem;border-block-end:1px solid #d5d8dc}dt{color:#5b6470}dd{margin:0 0 .5rem}\
table{border-collapse:collapse;width:100%}th,td{text-align:start;padding:.25rem .5rem;\
border-block-end:1px solid #d5d8dc;vertical-align:top}pre{white-space:pre-wrap;\
overflow-wrap:anywhere;font-size:.8125rem;background:#f4f5f6;padding:.75rem;border-radius:6px}\
@media(prefers-color-scheme:dark){body{color:#e8eaed;background:#17191c}dt{color:#a2abb5}\
h2,th,td{border-color:#3a3f45}pre{background:#22262b}}";

/// `2026-11-20T16:56:35.303Z` as people read it.
fn when(instant: &str) -> String {
    match instant.get(..16) {
        Some(minutes) => format!("{} UTC", minutes.replace('T', " ")),
        None => instant.to_owned(),
    }
}

struct Page<'l> {
    html: String,
    lang: &'l str,
}

pub(super) fn page(dossier: &Dossier, lang: &str) -> String {
    let mut page = Page { html: String::new(), lang };
    let direction = if texts::is_rtl(lang) { "rtl" } else { "ltr" };
    let title = page.text("export-title");
    page.add(&format!(
        "<!doctype html>\n<html lang=\"{lang}\" dir=\"{direction}\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n<h1>{title}</h1>\n"
    ));
    page.terms(&[
        ("export-made", Some(when(&dossier.made_at))),
        ("export-telegram-id", Some(dossier.telegram_id.to_string())),
    ]);
    for conversation in &dossier.conversations {
        page.conversation(conversation);
    }
    if !dossier.updates_not_understood.is_empty() {
        page.heading("export-updates");
        for update in &dossier.updates_not_understood {
            page.add(&format!("<pre dir=\"ltr\">{}</pre>\n", escape(update)));
        }
    }
    page.html
}

impl Page<'_> {
    fn add(&mut self, html: &str) {
        self.html.push_str(html);
    }

    /// Already escaped.
    fn text(&self, key: &str) -> String {
        escape(&texts::plain(self.lang, key, &[]))
    }

    fn heading(&mut self, key: &str) {
        let text = self.text(key);
        self.add(&format!("<h2>{text}</h2>\n"));
    }

    /// What is known, one beneath the other; what is not is left out.
    fn terms(&mut self, terms: &[(&str, Option<String>)]) {
        self.add("<dl>\n");
        for (key, value) in terms {
            if let Some(value) = value {
                let name = self.text(key);
                self.add(&format!("<dt>{name}</dt><dd><bdi>{}</bdi></dd>\n", escape(value)));
            }
        }
        self.add("</dl>\n");
    }

    fn table(&mut self, head: &[&str], rows: impl Iterator<Item = Vec<String>>) {
        self.add("<table>\n<tr>");
        for key in head {
            let name = self.text(key);
            self.add(&format!("<th>{name}</th>"));
        }
        self.add("</tr>\n");
        for row in rows {
            let mut line = String::from("<tr>");
            for cell in row {
                write!(line, "<td><bdi>{}</bdi></td>", escape(&cell)).expect("a String takes all");
            }
            self.add(&format!("{line}</tr>\n"));
        }
        self.add("</table>\n");
    }

    fn conversation(&mut self, one: &Conversation) {
        let title = self.text("export-conversation");
        self.add(&format!("<h2>{title}: <bdi>{}</bdi></h2>\n", escape(&one.bot)));
        let answer = if one.reminders { "settings-news-on" } else { "settings-news-off" };
        self.terms(&[
            ("button-name", one.name.clone()),
            ("button-language", one.language.clone()),
            ("button-phone", one.phone.clone()),
            ("button-email", one.email.clone()),
            ("button-zone", one.time_zone.clone()),
            ("button-currency", one.currency.clone()),
            ("button-quiet", one.quiet_hours.clone()),
            ("export-reminders", Some(texts::plain(self.lang, answer, &[]))),
            ("export-terms", one.terms_version.clone()),
            ("export-agreed", one.terms_agreed_at.as_deref().map(when)),
            ("export-came-by", one.came_by.clone()),
            ("export-first-seen", one.first_seen.as_deref().map(when)),
        ]);
        self.orders(one);
        for questionnaire in &one.questionnaires {
            let title = self.text("export-questionnaire");
            self.add(&format!("<h2>{title}: <bdi>{}</bdi></h2>\n", escape(&questionnaire.name)));
            let text =
                |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let answers = questionnaire.answers.as_object().into_iter().flatten();
            let rows = answers.map(|(name, value)| vec![name.clone(), text(value)]);
            self.table(&["export-question", "export-answer"], rows);
        }
        self.heading("export-history");
        let events = one.history.iter().map(|event| {
            let details = match &event.details {
                Value::Object(of) => {
                    of.values().map(ToString::to_string).collect::<Vec<_>>().join(", ")
                }
                Value::String(_) | Value::Null => String::new(),
                other => other.to_string(),
            };
            vec![when(&event.at), event.what.replace('_', " "), details]
        });
        self.table(&["export-when", "export-what", "export-details"], events);
        self.heading("export-memory");
        let memory = serde_json::to_string_pretty(&one.memory).unwrap_or_default();
        self.add(&format!("<pre dir=\"ltr\">{}</pre>\n", escape(&memory)));
    }

    fn orders(&mut self, one: &Conversation) {
        if one.orders.is_empty() {
            return;
        }
        self.heading("button-orders");
        let rows = one.orders.iter().map(|order| {
            let line = |line: &actors::DossierLine| format!("{} × {}", line.quantity, line.title);
            let lines = order.lines.iter().map(line).collect::<Vec<_>>().join(", ");
            let paid = order.payment.as_ref().map_or_else(String::new, |payment| {
                format!("{} ({})", payment.captured, payment.state)
            });
            vec![
                order.number.clone(),
                when(&order.placed_at),
                lines,
                order.total.clone(),
                order.state.clone(),
                paid,
                order.address.clone().unwrap_or_default(),
            ]
        });
        let head = [
            "export-number",
            "export-when",
            "export-what",
            "export-total",
            "export-state",
            "export-paid",
            "export-address",
        ];
        self.table(&head, rows);
    }
}
