//! Rules on what code may say where: SQL, the environment, what is unfinished, real time in tests.

use crate::lexer::{Kind, find};
use crate::tree::Tree;
use crate::{Report, Rule};

const SQL_FOLDERS: &[&str] = &["entities/", "migrations/"];
const SQL_CRATES: &[&str] = &["sea_orm", "sea_orm_migration", "sea_query", "sqlx"];
/// A statement's first word, and the words of which one must follow it; none means any.
const STATEMENTS: &[(&str, &[&str])] = &[
    ("SELECT", &[]),
    ("INSERT", &["INTO", "OR"]),
    ("UPDATE", &[]),
    ("DELETE", &["FROM"]),
    ("CREATE", &[]),
    ("ALTER", &[]),
    ("DROP", &[]),
    ("PRAGMA", &[]),
];

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "sql",
        check: sql,
        bad: &[
            &[("src/a.rs", "use sea_orm::EntityTrait;\n")],
            &[("actors/a.rs", "fn f(db: &sqlx::SqlitePool) {}\n")],
            &[("src/a.rs", "const Q: &str = \"SELECT id FROM orders\";\n")],
            &[("src/a.rs", "const Q: &str = r#\"\n  DELETE FROM orders\"#;\n")],
            &[("tests/app.rs", "const Q: &str = \"UPDATE orders SET a = 1\";\n")],
        ],
        good: &[
            &[("entities/order.rs", "use sea_orm::EntityTrait;\nconst Q: &str = \"SELECT 1\";\n")],
            &[("entities/tests/a.rs", "const Q: &str = \"SELECT 1\";\n")],
            &[("migrations/m1.rs", "const Q: &str = \"CREATE TABLE a (b)\";\n")],
            &[(
                "src/a.rs",
                "// SELECT 1\nlet m = \"DELETE /a\"; let n = \"SELECTED\"; let o = \"CREATE\";\n",
            )],
        ],
    },
    Rule {
        name: "environment",
        check: environment,
        bad: &[
            &[("src/app.rs", "fn f() { std::env::var(\"A\"); }\n")],
            &[("entities/a.rs", "use std::env;\nfn f() { env::var_os(\"A\"); }\n")],
            &[("sim/lib.rs", "fn f() { for _ in std::env::vars() {} }\n")],
        ],
        good: &[
            &[("src/settings.rs", "fn f() { std::env::var(\"A\"); }\n")],
            &[("tests/app/main.rs", "fn f() { std::env::var(\"A\"); }\n")],
            &[("src/a.rs", "#[cfg(test)]\nmod tests {\n fn f() { std::env::var(\"A\"); }\n}\n")],
            &[("src/a.rs", "fn f() { env!(\"CARGO_MANIFEST_DIR\"); std::env::args(); }\n")],
        ],
    },
    Rule {
        name: "unfinished",
        check: unfinished,
        bad: &[
            &[("src/a.rs", "fn f() { todo!() }\n")],
            &[("src/a.rs", "fn f() { unimplemented!(\"x\") }\n")],
            &[("tests/a.rs", "#[test]\n#[ignore]\nfn f() {}\n")],
            &[("tests/a.rs", "#[ignore = \"slow\"]\nfn f() {}\n")],
            &[("tests/a.rs", "#[cfg_attr(debug_assertions, ignore)]\nfn f() {}\n")],
        ],
        good: &[&[("src/a.rs", "fn f() { let ignore = [ignore_all]; todo(); } // todo!()\n")]],
    },
    Rule {
        name: "real-sleep",
        check: real_sleep,
        bad: &[
            &[("tests/a.rs", "async fn f() { tokio::time::sleep(D).await; }\n")],
            &[("actors/session/tests.rs", "fn f() { sleep(D); }\n")],
            &[("src/a.rs", "#[cfg(test)]\nmod tests {\n fn f() { sleep(D); }\n}\n")],
        ],
        good: &[
            &[("src/a.rs", "async fn f() { tokio::time::sleep(D).await; }\n")],
            &[(
                "actors/tests.rs",
                "#[tokio::test(start_paused = true)]\nasync fn f() { sleep(D).await; }\n",
            )],
            &[("actors/tests.rs", "fn f() { tokio::time::pause(); sleep(D); }\n")],
        ],
    },
];

fn is_statement(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let (first, second) = (words.next(), words.next());
    STATEMENTS.iter().any(|(statement, follows)| {
        first == Some(*statement)
            && second.is_some_and(|word| follows.is_empty() || follows.contains(&word))
    })
}

fn sql(tree: &Tree, report: &mut Report) {
    let outside = |path: &str| !SQL_FOLDERS.iter().any(|folder| path.starts_with(folder));
    for file in tree.rust().filter(|file| outside(&file.path)) {
        for token in &file.tokens {
            let is_crate = SQL_CRATES.iter().any(|name| token.is(name));
            if is_crate || (token.kind == Kind::Text && is_statement(&token.text)) {
                report.add(
                    &file.path,
                    token.line,
                    "SQL stands only in entities and migrations: call a function of entities",
                );
            }
        }
    }
}

fn environment(tree: &Tree, report: &mut Report) {
    for file in tree
        .rust()
        .filter(|file| file.path != "src/settings.rs" && !file.path.ends_with("build.rs"))
    {
        for read in ["var", "var_os", "vars", "vars_os"] {
            for at in find(&file.tokens, &["env", "::", read]) {
                let line = file.tokens[at].line;
                if !file.is_test_line(line) {
                    report.add(
                        &file.path,
                        line,
                        "only src/settings.rs reads the environment: make it a setting",
                    );
                }
            }
        }
    }
}

fn unfinished(tree: &Tree, report: &mut Report) {
    for file in tree.rust() {
        let tokens = &file.tokens;
        for name in ["todo", "unimplemented"] {
            for at in find(tokens, &[name, "!"]) {
                report.add(
                    &file.path,
                    tokens[at].line,
                    format!("`{name}!`: write it, or leave it out"),
                );
            }
        }
        let ignored = find(tokens, &["#", "[", "ignore", "]"])
            .chain(find(tokens, &["#", "[", "ignore", "="]));
        for at in ignored.chain(find(tokens, &[",", "ignore", ")", "]"])) {
            report.add(
                &file.path,
                tokens[at].line,
                "an ignored test holds nothing: mend it, or make it a command",
            );
        }
    }
}

/// A paused clock makes a sleep virtual, and is then the way to pass time.
fn real_sleep(tree: &Tree, report: &mut Report) {
    for file in tree.rust() {
        let is_paused =
            file.tokens.iter().any(|token| token.is("start_paused") || token.is("pause"));
        for at in find(&file.tokens, &["sleep", "("]).filter(|_| !is_paused) {
            let line = file.tokens[at].line;
            if file.is_test_line(line) {
                report.add(
                    &file.path,
                    line,
                    "no real time in tests: pause tokio's clock, or set the Clock",
                );
            }
        }
    }
}
