//! Steps that ask nothing, as a flow file writes them: what is computed, loops, the shop, webhooks. Knows no runs.

use super::action::{Shop, Webhook};
use super::draft::{Draft, Place, Use};
use super::expr::{Expr, Node};
use super::read::{Fields, Value};
use super::template::{Localized, Template, is_name};
use super::types::Type;
use super::{Act, Each};

/// What a step is, by the one of these keys that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Ask,
    Say,
    Compute,
    Each,
    Shop,
    Webhook,
}

const KINDS: [(&str, What); 6] = [
    ("prompt", What::Ask),
    ("say", What::Say),
    ("compute", What::Compute),
    ("for_each", What::Each),
    ("shop", What::Shop),
    ("webhook", What::Webhook),
];

/// Keys that belong to one kind of step, and whose.
const OWN: [(&[&str], &str, What); 3] = [
    (
        &["accept", "reject", "reply", "choices", "keyboard", "columns", "answer", "optional"],
        "prompt",
        What::Ask,
    ),
    (&["item", "line", "steps"], "for_each", What::Each),
    (&["send", "sets", "failed", "wait"], "webhook", What::Webhook),
];

impl Draft<'_> {
    pub(super) fn what(&mut self, fields: &Fields<'_, '_>) -> What {
        let all: Vec<(&str, What)> =
            KINDS.iter().filter(|(key, _)| fields.get(key).is_some()).copied().collect();
        match all.as_slice() {
            // `step_text` tells of a step that has both of these.
            [(_, What::Ask), (_, What::Say)] => What::Say,
            [] => What::Ask,
            [(_, what)] => *what,
            [(one, _), (other, what), ..] => {
                let reason = format!("a step has either `{one}` or `{other}`, not both");
                self.report.error(fields.key_at(other), reason);
                *what
            }
        }
    }

    /// Keys of other kinds of steps.
    pub(super) fn refuse_others(&mut self, fields: &Fields<'_, '_>, what: What) {
        for (keys, key, owner) in OWN {
            if what != owner {
                self.refuse_keys(fields, keys, &format!("belongs to a step with a `{key}`"));
            }
        }
        if !matches!(what, What::Ask | What::Webhook) {
            self.refuse_keys(fields, &["time_out"], "belongs to a step with a `prompt`");
        }
    }

    /// A step of any kind but asking and saying.
    pub(super) fn action(
        &mut self,
        fields: &Fields<'_, '_>,
        number: usize,
        id: &str,
        what: What,
    ) -> (Option<Localized<Template>>, Act) {
        match what {
            What::Compute => (None, Act::Compute(self.compute(fields, number))),
            What::Each => {
                let (text, each) = self.each(fields, number, id);
                (text, each.map_or(Act::Say, Act::Each))
            }
            What::Shop => (None, self.shop(fields, number).map_or(Act::Say, Act::Shop)),
            What::Webhook => {
                let text = self.text(fields, "wait", Place::Before(number));
                (text, self.webhook(fields, number).map_or(Act::Say, Act::Webhook))
            }
            What::Ask | What::Say => (None, Act::Say),
        }
    }

    fn new_name(&mut self, name: &str, at: usize) -> u16 {
        if !is_name(name) {
            self.report.error(at, format!("`{name}` cannot name an answer"));
        }
        self.slot(name)
    }

    /// `compute = { total = "price * count" }`, in the order in which it is written.
    fn compute(&mut self, fields: &Fields<'_, '_>, number: usize) -> Vec<(u16, Expr)> {
        let mut all = Vec::new();
        let table = fields.get("compute").and_then(|v| self.report.fields(v, "`compute`"));
        let Some(table) = table else {
            return all;
        };
        if table.table.is_empty() {
            self.report.error(table.at, "`compute` names no answer");
        }
        let mut entries: Vec<_> = table.table.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in entries {
            let slot = self.new_name(name.get_ref(), name.span().start);
            let what = format!("`{}`", name.get_ref());
            all.extend(self.expr(value, &what, Place::After(number)).map(|expr| (slot, expr)));
        }
        all
    }

    fn each(
        &mut self,
        fields: &Fields<'_, '_>,
        number: usize,
        id: &str,
    ) -> (Option<Localized<Template>>, Option<Each>) {
        let over = fields.get("for_each");
        let over = over.and_then(|value| self.expr(value, "`for_each`", Place::Before(number)));
        let list = self.slot(id);
        let item = fields.get("item").and_then(|value| {
            let name = self.report.string(value, "`item`")?;
            Some(self.new_name(name, value.span().start))
        });
        let line = fields.get("line");
        // What a round gave is known wherever the loop's list is.
        let text = line.and_then(|value| {
            self.localized(value, "`line`", |draft, text, span| {
                draft.template(text, span, Place::Round(number), "line")
            })
        });
        if fields.get("steps").is_none() {
            let hint = "[[steps.steps]] begins a step of the loop";
            self.report.error_with_hint(fields.at, "a loop without `steps`", hint);
        }
        let (body, end, has_line) = (Vec::new(), 0, text.is_some());
        let each = over.map(|over| Each { over, item, list, body, end, has_line });
        (text, each)
    }

    /// `shop = { add = "mug", quantity = "count" }`, `shop = { show = "{choice}" }`.
    fn shop(&mut self, fields: &Fields<'_, '_>, number: usize) -> Option<Shop> {
        let value = fields.get("shop")?;
        let fields = self.report.fields(value, "`shop`")?;
        fields.only(&mut self.report, &["add", "show", "quantity"], "`shop`");
        let (show, product) = match (fields.get("add"), fields.get("show")) {
            (Some(add), None) => (false, add),
            (None, Some(show)) => (true, show),
            _ => {
                let hint = "for example { add = \"blue-mug\", quantity = \"2\" }";
                self.report.error_with_hint(fields.at, "`shop` needs `add` or `show`", hint);
                return None;
            }
        };
        if show {
            self.refuse_keys(&fields, &["quantity"], "belongs to `add`");
        }
        let key = if show { "show" } else { "add" };
        let text = self.report.string(product, &format!("`{key}`"))?;
        let product = self.plain_template(text, product.span(), number, key)?;
        let quantity = fields.get("quantity");
        let quantity = match quantity.map(|value| (value, value.get_ref().as_integer())) {
            None => None,
            Some((value, Some(count))) => {
                let count = count.as_str().parse::<u32>().ok().filter(|count| *count > 0);
                if count.is_none() {
                    self.report.error(value.span().start, "`quantity` must be 1 or more");
                }
                let root = Node::Number(count.unwrap_or(1).into());
                Some(Expr { root, at: value.span().start })
            }
            Some((value, None)) => Some(self.expr(value, "`quantity`", Place::Before(number))?),
        };
        Some(Shop { show, product, quantity })
    }

    fn webhook(&mut self, fields: &Fields<'_, '_>, number: usize) -> Option<Webhook> {
        let value = fields.get("webhook")?;
        let name = self.report.string(value, "`webhook`")?;
        let at = value.span().start;
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
        if name.is_empty() || name.len() > 64 || !name.bytes().all(plain) {
            let hint = "write the name of one of [flows.webhooks] in the configuration";
            let reason = format!("`{name}` cannot be a webhook's name");
            self.report.error_with_hint(at, reason, hint);
        }
        let send = fields.get("send").and_then(|value| {
            let mut all = Vec::new();
            for value in self.report.array(value, "`send`")? {
                if let Some(name) = self.report.string(value, "an answer's name") {
                    let (slot, at) = (self.slot(name), value.span().start);
                    self.uses.push(Use { slot, place: Place::Before(number), label: false, at });
                    all.push(slot);
                }
            }
            Some(all)
        });
        let sets = fields.get("sets").map(|value| self.sets(value)).unwrap_or_default();
        if sets.is_empty() && fields.get("failed").is_none() {
            self.refuse_keys(fields, &["wait", "time_out"], "needs `sets` or `failed`");
        }
        Some(Webhook { name: name.into(), at, send, sets, failed: None })
    }

    /// `sets = ["note"]`, or `sets = { discount = "number" }`.
    fn sets(&mut self, value: &Value<'_>) -> Vec<(u16, Type)> {
        let mut sets = Vec::new();
        if value.get_ref().as_array().is_some() {
            for value in self.report.array(value, "`sets`").into_iter().flatten() {
                if let Some(name) = self.report.string(value, "an answer's name") {
                    sets.push((self.new_name(name, value.span().start), Type::Text));
                }
            }
            return sets;
        }
        let what = "`sets` (a list of names, or a table of kinds)";
        let Some(table) = self.report.fields(value, what) else {
            return sets;
        };
        for (name, kind) in table.table {
            let slot = self.new_name(name.get_ref(), name.span().start);
            let holds = self.report.string(kind, "a kind").map(|kind| (kind, Type::named(kind)));
            match holds {
                Some((_, Some(holds))) => sets.push((slot, holds)),
                Some((kind, None)) => {
                    let reason = format!("`{kind}` is not a kind that a webhook can set");
                    let hint = "kinds: text, number, date";
                    self.report.error_with_hint(kind_at(table.get(name.get_ref())), reason, hint);
                }
                None => {}
            }
        }
        sets
    }

    /// A text for machines: no markup, no languages.
    fn plain_template(
        &mut self,
        text: &str,
        span: std::ops::Range<usize>,
        number: usize,
        key: &str,
    ) -> Option<Template> {
        let mut seen = Vec::new();
        let template = Template::parse(text, |placeholder| {
            let slot = self.slot(placeholder.name);
            seen.push((slot, format!("{{{}", placeholder.name)));
            slot
        });
        for (slot, near) in seen {
            let at = self.report.near(&span, &near);
            self.uses.push(Use { slot, place: Place::Before(number), label: false, at });
        }
        if text.trim().is_empty() {
            self.report.error(span.start, format!("`{key}` names no product"));
        }
        let template = template.map_err(|bad| {
            let at = self.report.near(&span, &bad.near);
            self.report.error_with_hint(at, format!("{} in `{key}`", bad.reason), bad.hint);
        });
        template.ok()
    }
}

fn kind_at(value: Option<&Value<'_>>) -> usize {
    value.map_or(0, |value| value.span().start)
}
