//! Rust's text as words, marks and string literals with lines. Drops comments; knows no grammar.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An identifier, a keyword or a number.
    Word,
    /// One character, or `::`.
    Mark,
    /// What stands between a string literal's quotes, escapes as written.
    Text,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) line: usize,
    pub(crate) kind: Kind,
    pub(crate) text: String,
}

impl Token {
    /// Whether this is that word or mark; a string literal is neither.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.kind != Kind::Text && self.text == text
    }
}

/// The places where these words and marks follow each other.
pub(crate) fn find<'a>(
    tokens: &'a [Token],
    pattern: &'a [&str],
) -> impl Iterator<Item = usize> + 'a {
    let fits =
        move |window: &[Token]| window.iter().zip(pattern).all(|(token, text)| token.is(text));
    tokens
        .windows(pattern.len())
        .enumerate()
        .filter(move |(_, window)| fits(window))
        .map(|(at, _)| at)
}

/// The index behind the mark that closes the one at `open`; the file's end when nothing does.
pub(crate) fn behind_closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        if token.kind != Kind::Mark {
            continue;
        }
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

pub(crate) fn lex(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { chars: text.chars().collect(), at: 0, line: 1, tokens: Vec::new() };
    while lexer.at < lexer.chars.len() {
        lexer.step();
    }
    lexer.tokens
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn next(&mut self) -> char {
        let next = self.peek(0);
        self.line += usize::from(next == '\n');
        self.at += 1;
        next
    }

    fn push(&mut self, line: usize, kind: Kind, text: String) {
        self.tokens.push(Token { line, kind, text });
    }

    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => {
                while self.at < self.chars.len() && self.peek(0) != '\n' {
                    self.next();
                }
            }
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(),
            ('\'', _) => self.char_or_lifetime(),
            (c, _) if c.is_whitespace() => {
                self.next();
            }
            (c, _) if c == '_' || c.is_alphanumeric() => self.word(),
            (':', ':') => {
                self.at += 2;
                self.push(self.line, Kind::Mark, "::".to_owned());
            }
            (c, _) => {
                self.at += 1;
                self.push(self.line, Kind::Mark, c.to_string());
            }
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    self.next();
                    continue;
                }
            }
            self.at += 2;
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        let line = self.line;
        let mut text = String::new();
        self.next();
        while self.at < self.chars.len() && self.peek(0) != '"' {
            if self.peek(0) == '\\' {
                text.push(self.next());
            }
            text.push(self.next());
        }
        self.next();
        self.push(line, Kind::Text, text);
    }

    fn raw_string(&mut self) {
        let line = self.line;
        let mut hashes = 0;
        while self.peek(0) == '#' {
            hashes += 1;
            self.next();
        }
        self.next();
        let closes =
            |lexer: &Self| lexer.peek(0) == '"' && (1..=hashes).all(|i| lexer.peek(i) == '#');
        let mut text = String::new();
        while self.at < self.chars.len() && !closes(self) {
            text.push(self.next());
        }
        self.at += 1 + hashes;
        self.push(line, Kind::Text, text);
    }

    fn char_or_lifetime(&mut self) {
        self.next();
        if self.peek(0) != '\\' && self.peek(1) != '\'' {
            return; // a lifetime: its name follows as a word
        }
        while self.at < self.chars.len() && self.peek(0) != '\'' {
            if self.peek(0) == '\\' {
                self.next();
            }
            self.next();
        }
        self.next();
    }

    fn word(&mut self) {
        let mut word = String::new();
        while self.peek(0) == '_' || self.peek(0).is_alphanumeric() {
            word.push(self.next());
        }
        let opens_raw =
            self.peek(0) == '"' || (self.peek(0) == '#' && matches!(self.peek(1), '"' | '#'));
        match (word.as_str(), self.peek(0)) {
            ("r" | "br" | "cr", _) if opens_raw => self.raw_string(),
            ("b" | "c", '"') => self.string(),
            ("b", '\'') => self.char_or_lifetime(),
            ("r", '#') => {
                self.next(); // a raw identifier: the name follows as a word
            }
            _ => self.push(self.line, Kind::Word, word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, behind_closing, find, lex};

    fn words(text: &str) -> Vec<String> {
        lex(text)
            .into_iter()
            .filter(|token| token.kind != Kind::Text)
            .map(|token| token.text)
            .collect()
    }

    #[test]
    fn comments_and_literals_hide_what_they_say() {
        assert_eq!(words("a // use x::*\n/* b /* c */ d */ e::f"), ["a", "e", "::", "f"]);
        assert_eq!(
            words("r#\"todo!() \" \"# b\"x\" br##\"\"#\"## 'x' b'\\'' '\\u{1F600}' q"),
            ["q"]
        );
    }

    #[test]
    fn lifetimes_and_raw_identifiers_are_words() {
        assert_eq!(words("&'a r#type"), ["&", "a", "type"]);
    }

    #[test]
    fn literals_keep_their_text_and_line() {
        let tokens = lex("x\n\"a\\\"\nb\" r\"c\" y");
        let seen: Vec<_> = tokens.iter().map(|token| (token.line, token.text.as_str())).collect();
        assert_eq!(seen, [(1, "x"), (2, "a\\\"\nb"), (3, "c"), (3, "y")]);
    }

    #[test]
    fn patterns_and_closings_are_found() {
        let tokens = lex("mod a { mod b {} } env::var");
        assert_eq!(find(&tokens, &["env", "::", "var"]).collect::<Vec<_>>(), [8]);
        assert_eq!(behind_closing(&tokens, 2), 8);
    }
}
