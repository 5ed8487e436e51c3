//! Which kinds of values meet in an expression, before anybody answered anything. Knows no runs.

use super::expr::{Function, Node, Op};

/// What an answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Type {
    /// Known only when it is there.
    #[default]
    Any,
    Number,
    Text,
    Truth,
    Date,
    List,
}

impl Type {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "number" => Self::Number,
            "text" => Self::Text,
            "date" => Self::Date,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Truth => "a condition",
            Self::Date => "a date",
            Self::List => "a list",
        }
    }

    /// What two ways to the same name have in common.
    pub(super) fn or(self, other: Self) -> Self {
        if self == other { self } else { Self::Any }
    }
}

/// The kind of a node's value, or what does not fit.
pub(super) fn type_of(node: &Node, of: &dyn Fn(u16) -> Type) -> Result<Type, String> {
    match node {
        Node::Number(_) => Ok(Type::Number),
        Node::Text(_) => Ok(Type::Text),
        Node::Truth(_) => Ok(Type::Truth),
        Node::Answer(slot) => Ok(of(*slot)),
        Node::Not(inner) => wanted(inner, Type::Truth, "`not`", of).map(|()| Type::Truth),
        Node::Minus(inner) => wanted(inner, Type::Number, "`-`", of).map(|()| Type::Number),
        Node::Two(op, left, right) => two(*op, left, right, of),
        Node::Call(function, arguments) => call(*function, arguments, of),
    }
}

fn wanted(node: &Node, want: Type, who: &str, of: &dyn Fn(u16) -> Type) -> Result<(), String> {
    match type_of(node, of)? {
        Type::Any => Ok(()),
        found if found == want => Ok(()),
        Type::Text if want == Type::Number => {
            Err(format!("{who} takes a number, and this is a text: `number(…)` reads one"))
        }
        found => Err(format!("{who} takes {}, and this is {}", want.name(), found.name())),
    }
}

fn two(op: Op, left: &Node, right: &Node, of: &dyn Fn(u16) -> Type) -> Result<Type, String> {
    let sign = match op {
        Op::Or => "`or`",
        Op::And => "`and`",
        Op::Equal => "`=`",
        Op::Unequal => "`!=`",
        Op::Less => "`<`",
        Op::LessOrEqual => "`<=`",
        Op::More => "`>`",
        Op::MoreOrEqual => "`>=`",
        Op::Plus => "`+`",
        Op::Minus => "`-`",
        Op::Times => "`*`",
        Op::Divided => "`/`",
        Op::Rest => "`%`",
    };
    match op {
        Op::Or | Op::And => {
            wanted(left, Type::Truth, sign, of)?;
            wanted(right, Type::Truth, sign, of)?;
            Ok(Type::Truth)
        }
        Op::Equal | Op::Unequal => {
            let (one, other) = (type_of(left, of)?, type_of(right, of)?);
            match one == other || one == Type::Any || other == Type::Any {
                true if one == Type::List => Err(format!("{sign} does not compare lists")),
                true => Ok(Type::Truth),
                false => Err(format!("{sign} compares {} with {}", one.name(), other.name())),
            }
        }
        Op::Less | Op::LessOrEqual | Op::More | Op::MoreOrEqual => {
            match type_of(left, of)? {
                Type::Date => wanted(right, Type::Date, sign, of)?,
                Type::Any => drop(type_of(right, of)?),
                _ => {
                    wanted(left, Type::Number, sign, of)?;
                    wanted(right, Type::Number, sign, of)?;
                }
            }
            Ok(Type::Truth)
        }
        Op::Plus | Op::Minus => match (type_of(left, of)?, type_of(right, of)?) {
            (Type::Date, Type::Date) if op == Op::Minus => Ok(Type::Number),
            (Type::Date, _) => wanted(right, Type::Number, sign, of).map(|()| Type::Date),
            (Type::Any, Type::Any) => Ok(Type::Any),
            _ => numbers(left, right, sign, of),
        },
        Op::Times | Op::Divided | Op::Rest => numbers(left, right, sign, of),
    }
}

fn numbers(
    left: &Node,
    right: &Node,
    sign: &str,
    of: &dyn Fn(u16) -> Type,
) -> Result<Type, String> {
    wanted(left, Type::Number, sign, of)?;
    wanted(right, Type::Number, sign, of)?;
    Ok(Type::Number)
}

fn call(function: Function, arguments: &[Node], of: &dyn Fn(u16) -> Type) -> Result<Type, String> {
    let who = format!("`{}`", function.name());
    let all = |want: Type| arguments.iter().try_for_each(|node| wanted(node, want, &who, of));
    let readable = || {
        arguments.iter().try_for_each(|node| match type_of(node, of)? {
            Type::Text | Type::Number | Type::Any => Ok(()),
            found => Err(format!("{who} takes a text, and this is {}", found.name())),
        })
    };
    match function {
        Function::Abs
        | Function::Ceil
        | Function::Floor
        | Function::Max
        | Function::Min
        | Function::Round => all(Type::Number).map(|()| Type::Number),
        Function::Number => readable().map(|()| Type::Number),
        Function::Length => readable().map(|()| Type::Number),
        Function::Lower => readable().map(|()| Type::Text),
        Function::Split => readable().map(|()| Type::List),
        Function::Contains => match type_of(&arguments[0], of)? {
            Type::List => Ok(Type::Truth),
            _ => readable().map(|()| Type::Truth),
        },
        Function::Count => all(Type::List).map(|()| Type::Number),
        Function::Sum => match (&arguments[0], &arguments[1]) {
            (list @ Node::Answer(_), Node::Text(_)) => {
                wanted(list, Type::List, &who, of).map(|()| Type::Number)
            }
            _ => Err(format!("{who} takes a loop and the name of an answer of its rounds")),
        },
        Function::Today => Ok(Type::Date),
        Function::Exists => match &arguments[0] {
            Node::Answer(_) => Ok(Type::Truth),
            _ => Err(format!("{who} takes the name of an answer")),
        },
        Function::Default => Ok(type_of(&arguments[0], of)?.or(type_of(&arguments[1], of)?)),
        Function::If => {
            wanted(&arguments[0], Type::Truth, &who, of)?;
            Ok(type_of(&arguments[1], of)?.or(type_of(&arguments[2], of)?))
        }
    }
}
