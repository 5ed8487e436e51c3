//! Three truths compared: what people said and saw, what the database holds, what Telegram and the gateway hold. Every
//! difference is named. Knows no process.

use std::collections::{BTreeMap, BTreeSet};

use actors::texts;
use entities::{Database, DbErr, LedgerEntry, OrderLineRow, OrderRow, PaymentRow};
use serde_json::Value;
use sim::text_of;

use super::people::{Scene, Shopped, Talked, number};

/// Everything that is looked at.
pub(super) struct Truths<'a> {
    pub(super) scene: &'a Scene,
    pub(super) talked: &'a [Talked],
    pub(super) shopped: &'a [Shopped],
    /// Product and pieces, as they were put on the shelf.
    pub(super) shelf: &'a [(String, i64)],
    pub(super) database: &'a Database,
    /// The gateway's books.
    pub(super) books: &'a Value,
}

/// What the database holds.
struct Rows {
    orders: Vec<OrderRow>,
    lines: BTreeMap<String, Vec<OrderLineRow>>,
    payments: Vec<PaymentRow>,
    ledger: Vec<LedgerEntry>,
}

/// What is not as it should be, and what is right but noteworthy.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) differences: Vec<String>,
    /// Receipts that were shown more than once.
    pub(super) doubled: u64,
    /// Payments that a person owns now.
    pub(super) with_a_person: u64,
    pub(super) orders: u64,
    pub(super) captured: u64,
}

impl Findings {
    fn differ(&mut self, what: String) {
        self.differences.push(what);
    }
}

/// # Errors
/// The database's.
pub(super) async fn audit(truths: &Truths<'_>) -> Result<Findings, DbErr> {
    let mut findings = Findings::default();
    let db = &truths.database.read;
    let orders = entities::orders(db).await?;
    let mut lines = BTreeMap::new();
    for order in &orders {
        lines.insert(order.id.clone(), entities::order_lines(db, &order.id).await?);
    }
    let (payments, ledger) = (entities::payments(db).await?, entities::ledger(db).await?);
    let rows = Rows { orders, lines, payments, ledger };
    findings.orders = rows.orders.len() as u64;
    waiting(truths, &mut findings).await?;
    dialogues(truths, &mut findings).await?;
    customers(truths, &mut findings).await?;
    cards(truths, &rows, &mut findings);
    money(truths, &rows, &mut findings);
    ends(&rows, &mut findings);
    shelf(truths, &rows, &mut findings).await?;
    Ok(findings)
}

/// Nothing waits anywhere.
async fn waiting(truths: &Truths<'_>, findings: &mut Findings) -> Result<(), DbErr> {
    let db = &truths.database.read;
    let pending = truths.scene.world.pending_updates(truths.scene.bot);
    if pending > 0 {
        findings.differ(format!("Telegram still holds {pending} updates"));
    }
    for row in entities::quarantined(db).await? {
        findings.differ(format!("{} is quarantined: {}", row.owner, row.reason));
    }
    for (owner, count) in entities::held_keys(db).await? {
        findings.differ(format!("{count} inputs are held for {owner}"));
    }
    for row in entities::deliveries(db).await? {
        let state = if row.stuck { "is stuck" } else { "is not done" };
        findings.differ(format!("{} of {} {state}: {}", row.what, row.owner, row.reason));
    }
    for row in entities::unparsed(db).await? {
        findings.differ(format!("update {} was not understood: {}", row.update_id, row.reason));
    }
    Ok(())
}

/// Each finished dialogue is stored once, with the answers that were given, in their order.
async fn dialogues(truths: &Truths<'_>, findings: &mut Findings) -> Result<(), DbErr> {
    let answers = entities::answers(&truths.database.read, Some("five")).await?;
    for talked in truths.talked {
        findings.differences.extend(talked.trouble.iter().cloned());
        let ends_so = format!(":{}", talked.person);
        let mut stored: Vec<_> =
            answers.iter().filter(|row| row.session.ends_with(&ends_so)).collect();
        stored.sort_by_key(|row| row.run);
        let given = |row: &&&entities::AnswerRow| -> Vec<String> {
            let by_name: BTreeMap<String, Value> =
                serde_json::from_str(&row.answers).unwrap_or_default();
            let names = ["one", "two", "three", "four", "five"];
            let text = |name: &&str| by_name.get(*name).map(said).unwrap_or_default();
            names.iter().map(text).collect()
        };
        let stored: Vec<Vec<String>> = stored.iter().map(|row| given(&row)).collect();
        if stored != talked.finished {
            let (ours, theirs) = (stored.len(), talked.finished.len());
            let at = stored.iter().zip(&talked.finished).position(|(one, other)| one != other);
            findings.differ(format!(
                "{}: {theirs} dialogues were held, {ours} are stored; the first that differs: {at:?}",
                talked.person
            ));
        }
    }
    Ok(())
}

/// An answer is stored as a text, or as an object around it.
fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => fields.values().find_map(Value::as_str).unwrap_or("").to_owned(),
        other => other.to_string(),
    }
}

async fn customers(truths: &Truths<'_>, findings: &mut Findings) -> Result<(), DbErr> {
    let customers = entities::customers(&truths.database.read).await?;
    for shopped in truths.shopped {
        findings.differences.extend(shopped.trouble.iter().cloned());
        let row = customers.iter().find(|row| row.user_id == shopped.person);
        let name = row.map(|row| row.name.as_str());
        if name != Some(&*shopped.name) && shopped.trouble.is_empty() {
            findings
                .differ(format!("{} said {}, stored is {name:?}", shopped.person, shopped.name));
        }
    }
    Ok(())
}

/// Every order that was seen is stored and every stored one was seen; its card shows where it stands; its receipt came
/// if and only if it was paid.
fn cards(truths: &Truths<'_>, rows: &Rows, findings: &mut Findings) {
    for shopped in truths.shopped {
        let messages = truths.scene.world.messages(shopped.person, truths.scene.bot);
        let texts: Vec<String> = messages.iter().filter_map(text_of).collect();
        let ends_so = format!(":{}", shopped.person);
        let stored: Vec<&OrderRow> =
            rows.orders.iter().filter(|order| order.session.ends_with(&ends_so)).collect();
        let seen: BTreeSet<String> = texts.iter().filter_map(|text| number(text)).collect();
        let known: BTreeSet<String> = stored.iter().map(|order| order.number.clone()).collect();
        if seen != known {
            findings
                .differ(format!("{} saw orders {seen:?}, stored are {known:?}", shopped.person));
        }
        if let Some(lost) = shopped.orders.iter().find(|order| !known.contains(*order)) {
            findings.differ(format!("order {lost} of {} is not stored", shopped.person));
        }
        for order in stored {
            card(order, &texts, findings);
        }
    }
}

fn card(order: &OrderRow, texts: &[String], findings: &mut Findings) {
    let key = match order.state.as_str() {
        "awaiting_stock" | "draft" => "order-state-preparing".to_owned(),
        state => format!("order-state-{}", state.replace('_', "-")),
    };
    let state = texts::plain("en", &key, &[]);
    let start = format!("Order {} ", order.number);
    let shown: Vec<&str> = texts
        .iter()
        .filter(|text| text.starts_with(&start))
        .filter_map(|text| text.lines().next())
        .collect();
    if !shown.iter().any(|line| line.ends_with(&state)) {
        findings
            .differ(format!("order {} is {}, its card says {shown:?}", order.number, order.state));
    }
    let named = format!("Order {}:", order.number);
    let is_receipt = |text: &&String| text.starts_with("Receipt") && text.contains(&named);
    let receipts = texts.iter().filter(is_receipt).count() as u64;
    match (order.state.as_str(), receipts) {
        ("confirmed" | "delivered", 0) => {
            findings.differ(format!("order {} has no receipt", order.number))
        }
        // A paid order can be called off until it is packed; the others never were paid.
        ("expired" | "failed", 1..) => {
            findings.differ(format!("order {} is {} with a receipt", order.number, order.state));
        }
        (_, receipts) => findings.doubled += receipts.saturating_sub(1),
    }
}

/// The gateway's books and ours agree checkout by checkout, and every booking adds up to zero.
fn money(truths: &Truths<'_>, rows: &Rows, findings: &mut Findings) {
    let mut theirs: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for entry in truths.books["entries"].as_array().into_iter().flatten() {
        let checkout = entry["checkout"].as_str().unwrap_or_default();
        let amount = entry["lines"][0]["debit_minor"].as_i64().unwrap_or_default();
        let sums = theirs.entry(checkout).or_default();
        match entry["kind"].as_str() {
            Some("capture") => {
                sums.0 += amount;
                findings.captured += 1;
            }
            _ => sums.1 += amount,
        }
    }
    for payment in &rows.payments {
        let checkout = payment.checkout.as_deref().unwrap_or_default();
        let theirs = theirs.remove(checkout).unwrap_or_default();
        let ours = (payment.captured_minor, payment.refunded_minor);
        if ours != theirs {
            findings.differ(format!(
                "{} has {ours:?} captured and refunded, the gateway {theirs:?}",
                payment.id
            ));
        }
        let booked: i64 = rows
            .ledger
            .iter()
            .filter(|line| line.owner == payment.id && line.account.starts_with("gateway:"))
            .map(|line| line.amount_minor)
            .sum();
        if booked != ours.0 - ours.1 {
            findings.differ(format!("{}: {booked} are booked, {ours:?} moved", payment.id));
        }
    }
    for (checkout, sums) in theirs {
        findings.differ(format!("the gateway moved {sums:?} under {checkout}, which nobody knows"));
    }
    let mut bookings: BTreeMap<(&str, i64), i64> = BTreeMap::new();
    for line in &rows.ledger {
        *bookings.entry((&line.owner, line.booking)).or_default() += line.amount_minor;
    }
    for ((owner, booking), sum) in bookings.iter().filter(|(_, sum)| **sum != 0) {
        findings.differ(format!("booking {booking} of {owner} is {sum} off balance"));
    }
}

/// Every order and every payment came to an end, and to the same one.
fn ends(rows: &Rows, findings: &mut Findings) {
    for order in &rows.orders {
        let payment = rows.payments.iter().find(|payment| payment.order_id == order.id);
        let state = payment.map(|payment| payment.state.as_str());
        let kept = payment.map_or(0, |payment| payment.captured_minor - payment.refunded_minor);
        let due = match order.state.as_str() {
            "confirmed" | "delivered" => order.total_minor,
            "cancelled" | "expired" | "refused" | "failed" | "refunded" => 0,
            "held" => {
                findings.with_a_person += 1;
                continue;
            }
            unfinished => {
                findings.differ(format!("order {} is still {unfinished}", order.number));
                continue;
            }
        };
        if state == Some("stuck") {
            findings.with_a_person += 1;
        } else if kept != due {
            let number = &order.number;
            findings.differ(format!("order {number} is {} and {kept} were kept", order.state));
        }
    }
    let ended = ["fulfilled", "declined", "expired", "cancelled", "refunded", "stuck"];
    for payment in rows.payments.iter().filter(|payment| !ended.contains(&payment.state.as_str())) {
        findings.differ(format!("{} is still {}", payment.id, payment.state));
    }
}

/// What left the shelf was sold, and nothing is set aside for nobody.
async fn shelf(truths: &Truths<'_>, rows: &Rows, findings: &mut Findings) -> Result<(), DbErr> {
    let stock = entities::stock(&truths.database.read).await?;
    let is_sold = |order: &&OrderRow| ["confirmed", "delivered"].contains(&order.state.as_str());
    let fulfilled = rows.orders.iter().filter(is_sold);
    let sold: Vec<&OrderLineRow> =
        fulfilled.filter_map(|order| rows.lines.get(&order.id)).flatten().collect();
    for (product, pieces) in truths.shelf {
        let of = sold.iter().filter(|line| line.product == *product);
        let expected = pieces - of.map(|line| i64::from(line.quantity)).sum::<i64>();
        let row = stock.iter().find(|row| row.product == *product);
        let (on_hand, reserved) = row.map_or((0, 0), |row| (row.on_hand, row.reserved));
        if on_hand != expected || reserved != 0 {
            findings.differ(format!(
                "{product}: {on_hand} on the shelf and {reserved} set aside, {expected} expected"
            ));
        }
    }
    Ok(())
}
