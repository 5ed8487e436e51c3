//! From the TOML tree to steps whose texts and patterns are compiled, and whose gotos are still
//! names. What the steps mean together is `check`'s part.

use std::sync::Arc;

use regex::Regex;
use time::Duration;

use super::draft_action::What;
use super::read::{Fields, Report, Value};
use super::template::{Localized, Template, is_name};
use super::{Act, Branch, Condition, Step, Style, Target, TimeOut};

/// A goto as written, and where.
pub(super) type Goto = (String, usize);

/// A step whose `next` and `branches` do not yet say where they lead.
pub(super) struct DraftStep {
    pub(super) step: Step,
    pub(super) at: usize,
    pub(super) goto: Option<Goto>,
    pub(super) failed: Option<Goto>,
    /// The loop around it.
    pub(super) inside: Option<usize>,
    /// One for each branch, in order.
    pub(super) branch_gotos: Vec<Goto>,
}

/// When an answer is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Before(usize),
    /// After the step's own answer was taken.
    After(usize),
    /// When a round of this loop is shown.
    Round(usize),
    Done,
}

/// A text or a condition that names an answer.
pub(super) struct Use {
    pub(super) slot: u16,
    pub(super) place: Place,
    pub(super) label: bool,
    pub(super) at: usize,
}

/// One file while it is read.
pub(super) struct Draft<'s> {
    pub(super) report: Report<'s>,
    pub(super) language: String,
    pub(super) names: Vec<Arc<str>>,
    pub(super) uses: Vec<Use>,
    /// A pattern could not be read, so that nobody knows which answers there are.
    pub(super) blind: bool,
    /// Files and the slots of their names.
    pub(super) shown_by: Vec<(u16, u16)>,
}

pub(super) const STEP_KEYS: [&str; 26] = [
    "id", "prompt", "say", "accept", "reject", "reply", "choices", "keyboard", "columns", "goto",
    "branches", "time_out", "answer", "optional", "when", "compute", "for_each", "item", "line",
    "steps", "shop", "webhook", "send", "sets", "failed", "wait",
];
/// Names that a file may give or use: every run keeps a place for each.
pub(super) const NAMES_MAX: usize = 1_000;
const COLUMNS_MAX: u8 = 8;
const REMINDERS_MAX: u8 = 5;
/// How long a dialogue waits for a webhook's reply, unless the file says otherwise.
const WEBHOOK_WAIT: Duration = Duration::minutes(2);
const TIME_OUT_MAX: Duration = Duration::days(365);

impl Draft<'_> {
    pub(super) fn slot(&mut self, name: &str) -> u16 {
        let known = self.names.iter().position(|known| &**known == name);
        let number = known.unwrap_or(self.names.len());
        // One too many is kept, so that it can be told; those after it share its number.
        if known.is_none() && number <= NAMES_MAX {
            self.names.push(name.into());
        }
        u16::try_from(number.min(NAMES_MAX)).unwrap_or(u16::MAX)
    }

    /// `usual` is the flow's own `time_out`, for a step that asks and has none.
    pub(super) fn step(
        &mut self,
        number: usize,
        value: &Value<'_>,
        usual: Option<&Value<'_>>,
    ) -> Option<DraftStep> {
        let fields = self.report.fields(value, "a step")?;
        fields.only(&mut self.report, &STEP_KEYS, "a step");
        let id = self.step_id(&fields);
        let what = self.what(&fields);
        let asks = what == What::Ask;
        let (text, act) = match what {
            What::Ask | What::Say => {
                let act = if asks { Act::Ask } else { Act::Say };
                (self.step_text(&fields, number, asks), act)
            }
            other => self.action(&fields, number, &id, other),
        };
        self.refuse_others(&fields, what);
        let slot = asks.then(|| self.slot(&id));
        let kind = self.kind(&fields, slot);
        let accept = fields.get("accept").and_then(|value| self.pattern(value, "`accept`"));
        let (whole, groups) = self.groups(&fields, accept.as_ref(), slot);
        let (style, columns) = self.layout(&fields);
        let mut step = Step {
            id: id.into(),
            act,
            when: fields.get("when").and_then(|v| self.expr(v, "`when`", Place::Before(number))),
            text: text.unwrap_or_else(nothing),
            kind,
            optional: self.optional(&fields),
            accept,
            whole,
            groups,
            choices: Vec::new(),
            style,
            columns,
            reject: self.text(&fields, "reject", Place::Before(number)),
            reply: self.text(&fields, "reply", Place::After(number)),
            branches: Vec::new(),
            next: Target::End,
            time_out: None,
        };
        if asks {
            let own = fields.get("time_out").or(usual);
            step.time_out = own.and_then(|value| self.time_out(value, number));
        } else if what == What::Webhook {
            let own = fields.get("time_out").and_then(|value| self.time_out(value, number));
            let after = WEBHOOK_WAIT;
            let usual = TimeOut { after, remind: None, times: 0, abandon: None };
            step.time_out = Some(own.unwrap_or(usual));
        }
        self.choices(&fields, &mut step);
        let goto = fields.get("goto").and_then(|value| self.goto(value));
        let failed = fields.get("failed").and_then(|value| self.goto(value));
        let branch_gotos = self.branches(&fields, number, &mut step);
        Some(DraftStep { step, at: fields.at, goto, failed, inside: None, branch_gotos })
    }

    /// Where the whole match goes, and the named groups.
    fn groups(
        &mut self,
        fields: &Fields<'_, '_>,
        accept: Option<&Regex>,
        slot: Option<u16>,
    ) -> (Option<u16>, Vec<(usize, u16)>) {
        let (mut whole, mut groups) = (slot, Vec::new());
        for (group, name) in accept.into_iter().flat_map(Regex::capture_names).enumerate() {
            let Some(name) = name else { continue };
            if !is_name(name) {
                let reason = format!("the group `{name}` of `accept` cannot name an answer");
                self.report.error(fields.key_at("accept"), reason);
            }
            let own = self.slot(name);
            whole = whole.filter(|slot| *slot != own);
            groups.push((group, own));
        }
        (whole, groups)
    }

    fn step_id(&mut self, fields: &Fields<'_, '_>) -> String {
        let Some(value) = fields.get("id") else {
            self.report.error(fields.at, "a step without `id`");
            return String::new();
        };
        let id = self.report.string(value, "`id`").unwrap_or_default();
        if id == "end" {
            self.report.error(value.span().start, "`end` is where a flow ends, not a step's `id`");
        } else if !is_name(id) || id.len() > 64 {
            let reason = format!("`{id}` cannot be a step's `id`");
            let hint = "use letters, digits and `_`, at most 64, a letter first";
            self.report.error_with_hint(value.span().start, reason, hint);
        }
        id.to_owned()
    }

    fn step_text(
        &mut self,
        fields: &Fields<'_, '_>,
        number: usize,
        asks: bool,
    ) -> Option<Localized<Template>> {
        match (fields.get("prompt"), asks) {
            (None, true) => {
                let hint = "`prompt` asks for an answer, `say` only says its text and moves on";
                self.report.error_with_hint(fields.at, "a step needs `prompt` or `say`", hint);
                None
            }
            (Some(_), true) => self.text(fields, "prompt", Place::Before(number)),
            (prompt, false) => {
                if prompt.is_some() {
                    let at = fields.key_at("say");
                    self.report.error(at, "a step has either `prompt` or `say`, not both");
                }
                self.text(fields, "say", Place::Before(number))
            }
        }
    }

    pub(super) fn refuse_keys(&mut self, fields: &Fields<'_, '_>, keys: &[&str], reason: &str) {
        for key in keys.iter().filter(|key| fields.get(key).is_some()) {
            self.report.error(fields.key_at(key), format!("`{key}` {reason}"));
        }
    }

    fn layout(&mut self, fields: &Fields<'_, '_>) -> (Style, usize) {
        if fields.get("choices").is_none() {
            self.refuse_keys(fields, &["keyboard", "columns"], "needs `choices`");
        }
        let columns = fields.get("columns");
        let columns = columns.and_then(|value| self.report.count(value, "`columns`", COLUMNS_MAX));
        let style = fields.get("keyboard").map(|value| (value, value.get_ref().as_str()));
        let style = match style {
            None | Some((_, Some("inline"))) => Style::Inline,
            Some((_, Some("reply"))) => Style::Reply,
            Some((value, _)) => {
                let reason = "`keyboard` must be \"inline\" or \"reply\"";
                self.report.error(value.span().start, reason);
                Style::Inline
            }
        };
        (style, usize::from(columns.unwrap_or(1)))
    }

    fn time_out(&mut self, value: &Value<'_>, number: usize) -> Option<TimeOut> {
        let fields = self.report.fields(value, "`time_out`")?;
        let known = ["after", "remind", "times", "abandon"];
        fields.only(&mut self.report, &known, "`time_out`");
        if fields.get("remind").is_none() {
            self.refuse_keys(&fields, &["times"], "counts reminders, and there is no `remind`");
        }
        let place = Place::Before(number);
        let remind = self.text(&fields, "remind", place);
        let abandon = self.text(&fields, "abandon", place);
        let times = fields.get("times");
        let times = times.and_then(|value| self.report.count(value, "`times`", REMINDERS_MAX));
        let Some(after) = fields.get("after") else {
            self.report.error(fields.at, "`time_out` without `after`");
            return None;
        };
        let Some(duration) = after.get_ref().as_str().and_then(parse_duration) else {
            let reason = "`after` must be a duration from 1 second to 365 days";
            let hint = "for example \"90s\", \"10m\", \"1h30m\", \"2d\"";
            self.report.error_with_hint(after.span().start, reason, hint);
            return None;
        };
        let times = if remind.is_some() { times.unwrap_or(1) } else { 0 };
        Some(TimeOut { after: duration, remind, times, abandon })
    }

    pub(super) fn goto(&mut self, value: &Value<'_>) -> Option<Goto> {
        let name = self.report.string(value, "`goto`")?;
        Some((name.to_owned(), value.span().start))
    }

    fn branches(&mut self, fields: &Fields<'_, '_>, number: usize, step: &mut Step) -> Vec<Goto> {
        let mut gotos = Vec::new();
        let Some(value) = fields.get("branches") else {
            return gotos;
        };
        let Some(branches) = self.report.array(value, "`branches`") else {
            return gotos;
        };
        for branch in branches {
            let Some(fields) = self.report.fields(branch, "a branch") else {
                continue;
            };
            fields.only(&mut self.report, &["if", "when", "goto"], "a branch");
            let (conditions, when) = (fields.get("if"), fields.get("when"));
            let Some(goto) = fields.get("goto").filter(|_| conditions.is_some() || when.is_some())
            else {
                let hint = "for example { if = { colour = \"red\" }, goto = \"why_red\" }";
                let reason = "a branch needs `if` or `when`, and `goto`";
                self.report.error_with_hint(fields.at, reason, hint);
                continue;
            };
            let conditions = conditions.map(|conditions| self.conditions(conditions, number));
            let when = when.and_then(|value| self.expr(value, "`when`", Place::After(number)));
            let Some(goto) = self.goto(goto) else {
                continue;
            };
            let conditions = conditions.unwrap_or_default();
            step.branches.push(Branch { conditions, when, to: Target::End });
            gotos.push(goto);
        }
        gotos
    }

    fn conditions(&mut self, value: &Value<'_>, number: usize) -> Vec<(u16, Condition)> {
        let mut conditions = Vec::new();
        let Some(fields) = self.report.fields(value, "`if`") else {
            return conditions;
        };
        if fields.table.is_empty() {
            self.report.error(fields.at, "`if` names no answer");
        }
        for (name, value) in fields.table {
            let slot = self.slot(name.get_ref());
            let at = name.span().start;
            self.uses.push(Use { slot, place: Place::After(number), label: false, at });
            conditions.extend(self.condition(value).map(|condition| (slot, condition)));
        }
        conditions
    }

    fn condition(&mut self, value: &Value<'_>) -> Option<Condition> {
        if let Some(equals) = value.get_ref().as_str() {
            return Some(Condition::Equals(equals.into()));
        }
        let what = "a condition";
        let fields = self.report.fields(value, what)?;
        fields.only(&mut self.report, &["equals", "matches", "exists"], what);
        let mut all = fields.table.iter();
        let (Some((key, value)), None) = (all.next(), all.next()) else {
            let reason = "a condition is one of `equals`, `matches` and `exists`";
            self.report.error(fields.at, reason);
            return None;
        };
        match &**key.get_ref() {
            "equals" => {
                self.report.string(value, "`equals`").map(|wanted| Condition::Equals(wanted.into()))
            }
            "matches" => self.pattern(value, "`matches`").map(Condition::Matches),
            "exists" => self.report.boolean(value, "`exists`").map(Condition::Exists),
            _ => None,
        }
    }
}

pub(super) fn nothing() -> Localized<Template> {
    Localized { default: Template::default(), others: Vec::new() }
}

/// `90s`, `10m`, `1h30m`, `2d`.
fn parse_duration(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..end].parse().ok()?;
        let unit = match rest.as_bytes()[end] {
            b's' => 1,
            b'm' => 60,
            b'h' => 3_600,
            b'd' => 86_400,
            _ => return None,
        };
        total = total.checked_add(Duration::seconds(number.checked_mul(unit)?))?;
        rest = &rest[end + 1..];
    }
    (total >= Duration::SECOND && total <= TIME_OUT_MAX).then_some(total)
}
