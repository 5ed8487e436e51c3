//! Expressions of flow files: read into a tree. What they come to is `eval`'s part, what kinds of values meet is
//! `types`'.

use rust_decimal::Decimal;

/// An expression and where it stands in the file.
#[derive(Debug)]
pub(super) struct Expr {
    pub(super) root: Node,
    pub(super) at: usize,
}

#[derive(Debug)]
pub(super) enum Node {
    Number(Decimal),
    Text(Box<str>),
    Truth(bool),
    Answer(u16),
    Not(Box<Node>),
    Minus(Box<Node>),
    Two(Op, Box<Node>, Box<Node>),
    Call(Function, Vec<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
    Plus,
    Minus,
    Times,
    Divided,
    Rest,
}

macro_rules! functions {
    ($($variant:ident = $name:literal, $least:literal..=$most:literal;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Function {
            $($variant,)*
        }

        impl Function {
            const ALL: &[Self] = &[$(Self::$variant,)*];

            pub(super) fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// How many arguments it takes.
            fn arguments(self) -> std::ops::RangeInclusive<usize> {
                match self {
                    $(Self::$variant => $least..=$most,)*
                }
            }
        }
    };
}

functions! {
    Abs = "abs", 1..=1;
    Ceil = "ceil", 1..=1;
    Contains = "contains", 2..=2;
    Count = "count", 1..=1;
    Default = "default", 2..=2;
    Exists = "exists", 1..=1;
    Floor = "floor", 1..=1;
    If = "if", 3..=3;
    Length = "length", 1..=1;
    Lower = "lower", 1..=1;
    Max = "max", 1..=20;
    Min = "min", 1..=20;
    Number = "number", 1..=1;
    Round = "round", 1..=2;
    Split = "split", 2..=2;
    Sum = "sum", 2..=2;
    Today = "today", 0..=0;
}

/// Bytes of one expression, and how deep it may nest.
const LENGTH_MAX: usize = 1_000;
const DEPTH_MAX: usize = 32;

/// Why an expression cannot be read, and the piece that is meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadExpression {
    pub(super) near: String,
    pub(super) reason: String,
}

fn bad<T>(near: &str, reason: impl Into<String>) -> Result<T, BadExpression> {
    Err(BadExpression { near: near.to_owned(), reason: reason.into() })
}

/// Reads an expression; `slot` gives each answer's name its number.
pub(super) fn parse(text: &str, slot: &mut dyn FnMut(&str) -> u16) -> Result<Node, BadExpression> {
    if text.len() > LENGTH_MAX {
        return bad("", format!("it has more than {LENGTH_MAX} bytes"));
    }
    let mut reader = Reader { tokens: tokens(text)?, at: 0, depth: 0, slot };
    let node = reader.binary(0)?;
    match reader.next() {
        None => Ok(node),
        Some(token) => bad(token.text, format!("`{}` is not expected here", token.text)),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Number,
    Text,
    Name,
    Sign,
}

#[derive(Clone, Copy, Debug)]
struct Token<'t> {
    sort: Sort,
    text: &'t str,
}

fn tokens(text: &str) -> Result<Vec<Token<'_>>, BadExpression> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let word = |fits: &dyn Fn(char) -> bool| rest.find(|c| !fits(c)).unwrap_or(rest.len());
        let (sort, length) = if first.is_ascii_digit() {
            (Sort::Number, word(&|c| c.is_ascii_digit() || c == '.'))
        } else if first.is_ascii_alphabetic() || first == '_' {
            (Sort::Name, word(&|c| c.is_ascii_alphanumeric() || c == '_'))
        } else if first == '\'' || first == '"' {
            let Some(end) = rest[1..].find(first) else {
                return bad(rest, "a text that is never closed");
            };
            (Sort::Text, end + 2)
        } else {
            let signs =
                ["==", "!=", "<=", ">=", "<", ">", "=", "+", "-", "*", "/", "%", "(", ")", ","];
            let Some(sign) = signs.iter().find(|sign| rest.starts_with(**sign)) else {
                return bad(&rest[..first.len_utf8()], format!("`{first}` means nothing here"));
            };
            (Sort::Sign, sign.len())
        };
        tokens.push(Token { sort, text: &rest[..length] });
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

struct Reader<'t, 's> {
    tokens: Vec<Token<'t>>,
    at: usize,
    depth: usize,
    slot: &'s mut dyn FnMut(&str) -> u16,
}

/// Operators, those that bind least first; comparisons are not chained.
const LEVELS: [&[(&str, Op)]; 5] = [
    &[("or", Op::Or)],
    &[("and", Op::And)],
    &[
        ("=", Op::Equal),
        ("==", Op::Equal),
        ("!=", Op::Unequal),
        ("<", Op::Less),
        ("<=", Op::LessOrEqual),
        (">", Op::More),
        (">=", Op::MoreOrEqual),
    ],
    &[("+", Op::Plus), ("-", Op::Minus)],
    &[("*", Op::Times), ("/", Op::Divided), ("%", Op::Rest)],
];
const COMPARISONS: usize = 2;

impl<'t> Reader<'t, '_> {
    fn next(&mut self) -> Option<Token<'t>> {
        let token = self.tokens.get(self.at).copied();
        self.at += 1;
        token
    }

    fn peek(&self) -> Option<Token<'t>> {
        self.tokens.get(self.at).copied()
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is_it = self.peek().is_some_and(|token| token.sort != Sort::Text && token.text == sign);
        self.at += usize::from(is_it);
        is_it
    }

    fn expects(&mut self, sign: &str) -> Result<(), BadExpression> {
        match self.takes(sign) {
            true => Ok(()),
            false => {
                bad(self.peek().map_or("", |token| token.text), format!("a `{sign}` is missing"))
            }
        }
    }

    fn binary(&mut self, level: usize) -> Result<Node, BadExpression> {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = match level {
            // `not` binds less than a comparison, so that `not a = b` is what it says.
            COMPARISONS if self.takes("not") => {
                return Ok(Node::Not(Box::new(self.deeper(|reader| reader.binary(COMPARISONS))?)));
            }
            _ => self.binary(level + 1)?,
        };
        let mut compared = false;
        while let Some(token) = self.peek().filter(|token| token.sort != Sort::Text) {
            let Some((_, op)) = operators.iter().find(|(sign, _)| *sign == token.text) else {
                break;
            };
            if std::mem::replace(&mut compared, level == COMPARISONS) {
                return bad(token.text, "comparisons cannot be chained: write `a < b and b < c`");
            }
            self.at += 1;
            let right = self.deeper(|reader| reader.binary(level + 1))?;
            left = Node::Two(*op, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn deeper(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Node, BadExpression>,
    ) -> Result<Node, BadExpression> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return bad("", "it nests too deep");
        }
        let node = read(self);
        self.depth -= 1;
        node
    }

    fn unary(&mut self) -> Result<Node, BadExpression> {
        if self.takes("-") {
            return Ok(Node::Minus(Box::new(self.deeper(Self::unary)?)));
        }
        let Some(token) = self.next() else {
            return bad("", "it ends too early");
        };
        match token.sort {
            Sort::Number => match Decimal::from_str_exact(token.text) {
                Ok(number) => Ok(Node::Number(number)),
                Err(_) => bad(token.text, format!("`{}` is not a number", token.text)),
            },
            Sort::Text => Ok(Node::Text(token.text[1..token.text.len() - 1].into())),
            Sort::Name if token.text == "true" => Ok(Node::Truth(true)),
            Sort::Name if token.text == "false" => Ok(Node::Truth(false)),
            Sort::Name if ["and", "or", "not"].contains(&token.text) => {
                bad(token.text, format!("`{}` is not expected here", token.text))
            }
            Sort::Name if self.takes("(") => self.call(token.text),
            Sort::Name => Ok(Node::Answer((self.slot)(token.text))),
            Sort::Sign if token.text == "(" => {
                let inner = self.deeper(|reader| reader.binary(0))?;
                self.expects(")").map(|()| inner)
            }
            Sort::Sign => bad(token.text, format!("`{}` is not expected here", token.text)),
        }
    }

    fn call(&mut self, name: &str) -> Result<Node, BadExpression> {
        let known = Function::ALL.iter().copied().find(|function| function.name() == name);
        let Some(function) = known else {
            let all: Vec<&str> = Function::ALL.iter().map(|function| function.name()).collect();
            return bad(
                name,
                format!("there is no function `{name}`; there are {}", all.join(", ")),
            );
        };
        let mut arguments = Vec::new();
        if !self.takes(")") {
            loop {
                // The second argument of `sum` names what each round of the loop gave.
                let field = function == Function::Sum && arguments.len() == 1;
                arguments.push(
                    match self.peek().filter(|token| field && token.sort == Sort::Name) {
                        Some(token) => {
                            self.at += 1;
                            Node::Text(token.text.into())
                        }
                        None => self.deeper(|reader| reader.binary(0))?,
                    },
                );
                if !self.takes(",") {
                    break;
                }
            }
            self.expects(")")?;
        }
        let takes = function.arguments();
        if !takes.contains(&arguments.len()) {
            let (least, most) = (takes.start(), takes.end());
            let wanted =
                if least == most { format!("{least}") } else { format!("{least} to {most}") };
            return bad(
                name,
                format!("`{name}` takes {wanted} arguments, not {}", arguments.len()),
            );
        }
        Ok(Node::Call(function, arguments))
    }
}

impl Node {
    /// Itself and everything inside.
    pub(super) fn walk(&self, see: &mut dyn FnMut(&Node)) {
        see(self);
        match self {
            Self::Not(inner) | Self::Minus(inner) => inner.walk(see),
            Self::Two(_, left, right) => {
                left.walk(see);
                right.walk(see);
            }
            Self::Call(_, arguments) => arguments.iter().for_each(|argument| argument.walk(see)),
            Self::Number(_) | Self::Text(_) | Self::Truth(_) | Self::Answer(_) => {}
        }
    }
}
