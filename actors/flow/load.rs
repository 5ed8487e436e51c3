//! One flow file, from its text to a [`Flow`], or to everything that is wrong with it.

use sha2::{Digest, Sha256};
use toml::de::DeTable;

use super::draft::{Draft, Place};
use super::read::{Fields, Report};
use super::words::is_language;
use super::{Binding, Flow, FlowError, SOURCE_MAX_BYTES};

const FLOW_KEYS: [&str; 9] =
    ["name", "language", "command", "on", "payload", "matches", "when_done", "time_out", "steps"];

/// The first 16 hex digits of the source's SHA-256.
pub(super) fn version_of(source: &str) -> String {
    let digest = Sha256::digest(source.as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

impl Flow {
    /// Reads one file; `file` only names it in the errors.
    pub fn parse(file: &str, source: &str) -> Result<Flow, Vec<FlowError>> {
        let mut report = Report::new(file, source);
        if source.len() > SOURCE_MAX_BYTES {
            report.error(0, format!("the file has more than {SOURCE_MAX_BYTES} bytes"));
            return Err(report.into_errors());
        }
        let (table, errors) = DeTable::parse_recoverable(source);
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            report.error(at, lower_first(error.message()));
        }
        if !errors.is_empty() {
            return Err(report.into_errors());
        }
        let fields = Fields { table: table.get_ref(), at: 0 };
        let mut draft = Draft {
            report,
            language: "en".to_owned(),
            names: Vec::new(),
            uses: Vec::new(),
            blind: false,
            shown_by: Vec::new(),
        };
        let flow = draft.flow(&fields, source);
        match (flow, draft.report.is_empty()) {
            (Some(flow), true) => Ok(flow),
            _ => Err(draft.report.into_errors()),
        }
    }
}

impl Draft<'_> {
    fn flow(&mut self, fields: &Fields<'_, '_>, source: &str) -> Option<Flow> {
        fields.only(&mut self.report, &FLOW_KEYS, "a flow");
        let name = self.name(fields);
        self.language(fields);
        let binding = self.binding(fields);
        let drafts = self.steps(fields);
        let when_done = self.text(fields, "when_done", Place::Done);
        let steps = self.resolve(drafts)?;
        let slots = self.slots(&steps);
        Some(Flow {
            name: name?.into(),
            version: version_of(source).into(),
            file: self.report.file().into(),
            source: source.into(),
            binding: binding?,
            when_done,
            steps,
            slots,
        })
    }

    fn name(&mut self, fields: &Fields<'_, '_>) -> Option<String> {
        let Some(value) = fields.get("name") else {
            self.report.error(0, "the flow has no `name`");
            return None;
        };
        let name = self.report.string(value, "`name`")?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if name.is_empty() || name.len() > 64 || !name.bytes().all(plain) {
            let hint = "use letters, digits, `_` and `-`, at most 64";
            let reason = format!("`{name}` cannot be a flow's `name`");
            self.report.error_with_hint(value.span().start, reason, hint);
        }
        Some(name.to_owned())
    }

    fn language(&mut self, fields: &Fields<'_, '_>) {
        let Some(value) = fields.get("language") else {
            return;
        };
        match self.report.string(value, "`language`") {
            Some(language) if is_language(language) => self.language = language.to_owned(),
            Some(other) => {
                self.report.error(value.span().start, format!("`{other}` is not a language"));
            }
            None => {}
        }
    }

    fn binding(&mut self, fields: &Fields<'_, '_>) -> Option<Binding> {
        let on = fields.get("on");
        let on = on.map(|value| (self.report.string(value, "`on`").unwrap_or(""), value.span()));
        let on = on.as_ref().map(|(on, span)| (*on, span.start));
        if on.is_none_or(|(on, _)| on != "start") {
            self.refuse_keys(fields, &["payload"], "needs `on = \"start\"`");
        }
        if on.is_none_or(|(on, _)| on != "text") {
            self.refuse_keys(fields, &["matches"], "needs `on = \"text\"`");
        }
        match (fields.get("command"), on) {
            (Some(_), Some((_, at))) => {
                self.report.error(at, "a flow has either `command` or `on`, not both");
                None
            }
            (None, None) => {
                let hint = "`command = \"/name\"`, or `on = \"start\"`, \"text\" or \"call\"";
                self.report.error_with_hint(0, "nothing starts the flow", hint);
                None
            }
            (Some(value), None) => {
                let command = self.report.string(value, "`command`")?;
                let name = command.strip_prefix('/').unwrap_or("");
                let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
                if name.is_empty() || name.len() > 32 || !name.bytes().all(plain) {
                    let reason = format!("`{command}` cannot be a command");
                    let hint = "`/`, then up to 32 of a-z, 0-9 and `_`";
                    self.report.error_with_hint(value.span().start, reason, hint);
                }
                Some(Binding::Command(name.to_owned()))
            }
            (None, Some(("start", _))) => {
                let payload = fields.get("payload");
                let payload = payload.map(|value| self.report.string(value, "`payload`"));
                Some(Binding::Start(payload.flatten().unwrap_or("").to_owned()))
            }
            (None, Some(("text", _))) => {
                let matches = fields.get("matches");
                Some(Binding::Text(matches.and_then(|value| self.pattern(value, "`matches`"))))
            }
            (None, Some(("call", _))) => Some(Binding::Call),
            (None, Some((_, at))) => {
                self.report.error(at, "`on` must be \"start\", \"text\" or \"call\"");
                None
            }
        }
    }
}

/// Our messages begin in lower case; the names inside stay as they are.
fn lower_first(message: &str) -> String {
    let mut letters = message.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
