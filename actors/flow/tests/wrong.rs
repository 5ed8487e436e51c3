//! What a file may not say about answers, expressions, loops, the shop and webhooks. Marks as in `load`.

use super::load::refused_steps;

#[test]
fn kinds_of_answers_and_their_bounds() {
    refused_steps(
        r#"[[steps]]
id = "a"
prompt = "a?"
answer = "colour" #! `colour` is not a kind of answer
[[steps]]
id = "b"
prompt = "b?"
answer = { kind = "number", min = 5, max = 1, country = "1" } #! `min` is more than `max` #! unknown key `country` in an answer of kind `number`
[[steps]]
id = "c"
prompt = "c?"
accept = "x" #! `accept` does not go with this kind of answer
answer = { kind = "date", min = "soon" } #! `min` must be a day
[[steps]]
id = "d"
prompt = "d?"
answer = { kind = "phone", country = "0" } #! `0` is not a country's calling code
[[steps]]
id = "e"
prompt = "e?"
answer = { kind = "file", kinds = ["sticker"] } #! `sticker` is not a kind of file
[[steps]]
id = "f"
prompt = "f?"
answer = { min = 1 } #! `answer` without `kind`
[[steps]]
id = "g"
prompt = "g?"
answer = "integer"
choices = ["1", "two"] #! `two` is not an answer of this kind
[[steps]]
id = "h"
say = "h"
answer = "number" #! `answer` belongs to a step with a `prompt`
optional = true #! `optional` belongs to a step with a `prompt`
"#,
    );
}

#[test]
fn expressions_that_cannot_be_read_or_do_not_fit() {
    refused_steps(
        r#"[[steps]]
id = "n"
prompt = "n?"
answer = "number"
[[steps]]
id = "t"
prompt = "t?"
[[steps]]
id = "c"
[steps.compute]
a = "n *" #! `a` cannot be read: it ends too early
b = "n $ 2" #! `b` cannot be read: `$` means nothing here
c = "n 2" #! `c` cannot be read: `2` is not expected here
d = "(n" #! `d` cannot be read: a `)` is missing
e = "t * 2" #! `*` takes a number, and this is a text: `number(…)` reads one
f = "rounds(n)" #! `f` cannot be read: there is no function `rounds`; there are…
g = "round()" #! `g` cannot be read: `round` takes 1 to 2 arguments, not 0
h = "n + nobody" #! no step gives an answer named `nobody`
i = "n = 'x'" #! `=` compares a number with a text
j = "1 < n < 3" #! `j` cannot be read: comparisons cannot be chained: write `a < b and b < c`
k = "'open" #! `k` cannot be read: a text that is never closed
l = "exists(1)" #! `exists` takes the name of an answer
m = "1.2.3" #! `m` cannot be read: `1.2.3` is not a number
[[steps]]
id = "w"
prompt = "w?"
when = "n + 1" #! this is no condition: compare it with something
branches = [{ when = "t", goto = "end" }, { goto = "end" }] #! this is no condition: compare it with something #! a branch needs `if` or `when`, and `goto`
"#,
    );
}

#[test]
fn loops_that_do_not_hold_together() {
    refused_steps(
        r#"[[steps]]
id = "n"
prompt = "n?"
answer = "integer"
goto = "inner" #! the step `inner` is inside a loop
[[steps]]
id = "loop"
for_each = "n"
item = "i"
[[steps.steps]]
id = "inner"
prompt = "{i}?"
branches = [{ when = "i > 1", goto = "after" }] #! the step `after` is outside the loop
[[steps]]
id = "after"
say = "x"
"#,
    );
    refused_steps(
        r#"[[steps]]
id = "n"
prompt = "n?"
[[steps]]
id = "loop"
for_each = "n" #! this is no number
[[steps.steps]]
id = "inner"
prompt = "x?"
[[steps]]
id = "after"
say = "{inner}" #! `inner` is not answered yet here
[[steps]]
id = "sum"
compute = { s = "sum(loop, n)" } #! no round gives an answer named `n`
"#,
    );
    refused_steps(
        "[[steps]]\nid = \"a\"\nprompt = \"a?\"\nanswer = \"integer\"\n\
         [[steps]] #! a loop without `steps`\nid = \"loop\"\nfor_each = \"a\"\n",
    );
}

#[test]
fn shop_and_webhook_steps() {
    refused_steps(
        r#"[[steps]]
id = "n"
prompt = "n?"
[[steps]]
id = "a"
shop = { quantity = 2 } #! `shop` needs `add` or `show`
[[steps]]
id = "b"
shop = { add = "mug", quantity = "n" } #! this is no number
[[steps]] #! `show` ends a flow
id = "c"
shop = { show = "mug" }
[[steps]]
id = "d"
webhook = "https://evil.example" #! `https://evil.example` cannot be a webhook's name
wait = "…" #! `wait` needs `sets` or `failed`
[[steps]]
id = "e"
webhook = "crm" #! a step has either `say` or `webhook`, not both
sets = { a = "money" } #! `money` is not a kind that a webhook can set
say = "x"
"#,
    );
}
