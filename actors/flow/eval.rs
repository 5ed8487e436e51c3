//! What an expression comes to: exact decimals, no clock, no panic. What cannot be computed is nothing.

use rust_decimal::{Decimal, RoundingStrategy};
use time::{Date, Duration};

use super::date::iso;
use super::expr::{Expr, Function, Node, Op};
use super::types::Type;
use super::{Flow, rounds};

/// Decimals that the result of a division keeps.
const DIVIDED_DECIMALS: u32 = 12;
/// Items of a list.
pub(super) const ITEMS_MAX: usize = 100;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// An answer that was not given, a division by zero, a text that is no number.
    Nothing,
    Number(Decimal),
    Text(String),
    Truth(bool),
    Date(Date),
    List(Vec<String>),
}

/// Where an expression looks its answers up.
pub(super) struct Scope<'a> {
    pub(super) flow: &'a Flow,
    pub(super) answers: &'a [Option<String>],
    pub(super) today: Date,
}

impl Expr {
    pub(super) fn value(&self, scope: &Scope<'_>) -> Value {
        scope.value(&self.root)
    }

    pub(super) fn holds(&self, scope: &Scope<'_>) -> bool {
        self.value(scope) == Value::Truth(true)
    }
}

impl Value {
    /// As an answer is kept.
    pub(super) fn stored(&self) -> Option<String> {
        Some(match self {
            Self::Nothing => return None,
            Self::Number(number) => number.to_string(),
            Self::Text(text) if text.is_empty() => return None,
            Self::Text(text) => text.clone(),
            Self::Truth(true) => "yes".to_owned(),
            Self::Truth(false) => "no".to_owned(),
            Self::Date(date) => date.to_string(),
            Self::List(items) => serde_json::to_string(items).unwrap_or_default(),
        })
    }

    fn number(&self) -> Option<Decimal> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => Decimal::from_str_exact(text.trim()).ok(),
            _ => None,
        }
    }

    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// What a loop goes over: a list's items, or so many rounds by number.
    pub(super) fn items(self) -> Vec<String> {
        let mut items = match self {
            Self::List(items) => items,
            other => {
                let count = other.number().and_then(|number| usize::try_from(number.trunc()).ok());
                let count = count.unwrap_or(0).min(ITEMS_MAX);
                (1..=count).map(|number| number.to_string()).collect()
            }
        };
        items.truncate(ITEMS_MAX);
        items
    }
}

fn number(number: Option<Decimal>) -> Value {
    number.map_or(Value::Nothing, Value::Number)
}

impl Scope<'_> {
    fn value(&self, node: &Node) -> Value {
        match node {
            Node::Number(number) => Value::Number(*number),
            Node::Text(text) => Value::Text(text.to_string()),
            Node::Truth(truth) => Value::Truth(*truth),
            Node::Answer(slot) => self.answer(*slot),
            Node::Not(inner) => Value::Truth(self.value(inner) != Value::Truth(true)),
            Node::Minus(inner) => number(self.value(inner).number().map(|number| -number)),
            Node::Two(op, left, right) => self.two(*op, left, right),
            Node::Call(function, arguments) => self.call(*function, arguments),
        }
    }

    fn answer(&self, slot: u16) -> Value {
        let slot = usize::from(slot);
        let (Some(Some(text)), Some(kept)) = (self.answers.get(slot), self.flow.slots.get(slot))
        else {
            return Value::Nothing;
        };
        match kept.holds {
            Type::Number => number(Decimal::from_str_exact(text).ok()),
            Type::Date => iso(text).map_or(Value::Nothing, Value::Date),
            Type::Truth => Value::Truth(text == "yes"),
            Type::List => Value::List(rounds::items_of(text)),
            Type::Text | Type::Any => Value::Text(text.clone()),
        }
    }

    fn two(&self, op: Op, left: &Node, right: &Node) -> Value {
        let left = self.value(left);
        let is_true = left == Value::Truth(true);
        match op {
            Op::Or if is_true => return left,
            Op::And if !is_true => return Value::Truth(false),
            _ => {}
        }
        let right = self.value(right);
        match op {
            Op::Or | Op::And => Value::Truth(right == Value::Truth(true)),
            Op::Equal => same(&left, &right).map_or(Value::Nothing, Value::Truth),
            Op::Unequal => same(&left, &right).map_or(Value::Nothing, |same| Value::Truth(!same)),
            Op::Less | Op::LessOrEqual | Op::More | Op::MoreOrEqual => {
                let order = match (&left, &right) {
                    (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
                    _ => left.number().zip(right.number()).map(|(left, right)| left.cmp(&right)),
                };
                let holds = |order: std::cmp::Ordering| match op {
                    Op::Less => order.is_lt(),
                    Op::LessOrEqual => order.is_le(),
                    Op::More => order.is_gt(),
                    _ => order.is_ge(),
                };
                order.map_or(Value::Nothing, |order| Value::Truth(holds(order)))
            }
            Op::Plus | Op::Minus | Op::Times | Op::Divided | Op::Rest => sum(op, &left, &right),
        }
    }

    fn call(&self, function: Function, arguments: &[Node]) -> Value {
        let value =
            |place: usize| arguments.get(place).map_or(Value::Nothing, |node| self.value(node));
        let one = || value(0).number();
        let numbers = || arguments.iter().map(|node| self.value(node).number());
        let count = |count: usize| Value::Number(Decimal::from(count));
        match function {
            Function::Abs => number(one().map(|number| number.abs())),
            Function::Ceil => number(one().map(|number| number.ceil())),
            Function::Floor => number(one().map(|number| number.floor())),
            Function::Number => number(one()),
            Function::Min => {
                number(numbers().collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().min()))
            }
            Function::Max => {
                number(numbers().collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().max()))
            }
            Function::Round => {
                let places =
                    if arguments.len() == 2 { value(1).number() } else { Some(Decimal::ZERO) };
                let places =
                    places.and_then(|places| u32::try_from(places).ok()).filter(|p| *p <= 9);
                number(one().zip(places).map(|(number, places)| rounded(number, places)))
            }
            Function::If => value(if value(0) == Value::Truth(true) { 1 } else { 2 }),
            Function::Exists => Value::Truth(value(0) != Value::Nothing),
            Function::Default => match value(0) {
                Value::Nothing => value(1),
                given => given,
            },
            Function::Contains => match (value(0), value(1).text()) {
                (Value::List(items), Some(part)) => Value::Truth(items.contains(&part)),
                (whole, Some(part)) => whole.text().map_or(Value::Nothing, |whole| {
                    Value::Truth(whole.to_lowercase().contains(&part.to_lowercase()))
                }),
                _ => Value::Nothing,
            },
            Function::Length => {
                value(0).text().map_or(Value::Nothing, |text| count(text.chars().count()))
            }
            Function::Lower => {
                value(0).text().map_or(Value::Nothing, |text| Value::Text(text.to_lowercase()))
            }
            Function::Split => match (value(0).text(), value(1).text()) {
                (Some(text), Some(sign)) if !sign.is_empty() => {
                    let parts = text.split(&*sign).map(str::trim).filter(|part| !part.is_empty());
                    Value::List(parts.take(ITEMS_MAX).map(str::to_owned).collect())
                }
                _ => Value::Nothing,
            },
            Function::Count => match value(0) {
                Value::List(items) => count(items.len()),
                _ => Value::Nothing,
            },
            Function::Sum => self.sum_of(arguments),
            Function::Today => Value::Date(self.today),
        }
    }

    /// Over the rounds of a loop: a round that gave no number counts as none.
    fn sum_of(&self, arguments: &[Node]) -> Value {
        let [Node::Answer(slot), Node::Text(field)] = arguments else {
            return Value::Nothing;
        };
        let Some(Some(text)) = self.answers.get(usize::from(*slot)) else {
            return Value::Nothing;
        };
        let mut sum = Decimal::ZERO;
        for round in rounds::rounds_of(text) {
            let given = round.get(&**field).and_then(|value| Decimal::from_str_exact(value).ok());
            let Some(more) = sum.checked_add(given.unwrap_or_default()) else {
                return Value::Nothing;
            };
            sum = more;
        }
        Value::Number(sum)
    }
}

/// `None` where one of them is nothing.
fn same(left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Nothing, _) | (_, Value::Nothing) => None,
        (Value::Number(_), _) | (_, Value::Number(_)) => {
            Some(left.number().zip(right.number()).is_some_and(|(left, right)| left == right))
        }
        _ => Some(left == right),
    }
}

fn sum(op: Op, left: &Value, right: &Value) -> Value {
    // Days are added to a date, and two dates lie so many days apart.
    match (op, left, right) {
        (Op::Minus, Value::Date(left), Value::Date(right)) => {
            return Value::Number(Decimal::from((*left - *right).whole_days()));
        }
        (Op::Plus | Op::Minus, Value::Date(date), other) => {
            let days = other.number().and_then(|number| i32::try_from(number.trunc()).ok());
            let days = days.map(|days| Duration::days(i64::from(days)));
            let moved = days.and_then(|days| match op {
                Op::Plus => date.checked_add(days),
                _ => date.checked_sub(days),
            });
            // A year of four digits is what every other place can read.
            let moved = moved.filter(|date| (1..=9_999).contains(&date.year()));
            return moved.map_or(Value::Nothing, Value::Date);
        }
        _ => {}
    }
    let Some((left, right)) = left.number().zip(right.number()) else {
        return Value::Nothing;
    };
    number(match op {
        Op::Plus => left.checked_add(right),
        Op::Minus => left.checked_sub(right),
        Op::Times => left.checked_mul(right),
        Op::Divided => left.checked_div(right).map(|quotient| {
            let short = quotient.round_dp(DIVIDED_DECIMALS);
            short.normalize()
        }),
        _ => left.checked_rem(right),
    })
}

/// Halves away from zero, as prices are rounded; with so many decimals, zeros included.
fn rounded(number: Decimal, places: u32) -> Decimal {
    let mut rounded = number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(places);
    rounded
}
