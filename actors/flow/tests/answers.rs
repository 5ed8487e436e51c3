//! Answers that are more than text: what is taken, what is said when it is not, and how it is shown again.

use super::super::{Flow, FlowRun, Input, Keyboard, Outcome, ReplyButton, Verdict};
use super::{NOW, pairs, steps};

/// One customer who speaks a language.
struct Customer<'f> {
    flow: &'f Flow,
    lang: &'static str,
    last: Outcome,
}

impl<'f> Customer<'f> {
    fn of(flow: &'f Flow, lang: &'static str) -> Self {
        Self { flow, lang, last: flow.start(lang, NOW) }
    }

    fn run(&self) -> FlowRun {
        self.last.run.clone().expect("the run goes on")
    }

    fn gives(&mut self, input: Input<'_>) -> &mut Self {
        self.last = self.flow.answer(self.run(), input, self.lang, NOW);
        self
    }

    fn says(&mut self, text: &str) -> &mut Self {
        self.gives(Input::Text(text))
    }

    fn text(&self) -> &str {
        self.last.say.as_ref().map_or("", |say| &say.text)
    }

    #[track_caller]
    fn hears(&mut self, text: &str) -> &mut Self {
        assert_eq!(self.text().replace('\u{a0}', " "), text);
        self
    }

    fn keyboard(&self) -> &Keyboard {
        self.last.say.as_ref().map_or(&Keyboard::None, |say| &say.keyboard)
    }
}

fn one(step: &str) -> Flow {
    steps(&format!("[[steps]]\nid = \"it\"\nprompt = \"it?\"\nreply = \"got {{it}}\"\n{step}\n"))
}

#[test]
fn a_number_is_taken_within_its_bounds_and_written_in_the_customers_language() {
    let flow = one("answer = { kind = \"number\", min = 0.5, max = 10_000, decimals = 2 }");
    let mut customer = Customer::of(&flow, "ru");
    for wrong in ["много", "0,4", "10 000,01", "1,234", "", "5 кг"] {
        customer.says(wrong).hears("Напишите число от 0,5 до 10 000.");
        assert_eq!(customer.last.verdict, Verdict::NotAccepted);
    }
    customer.says("1 234,5").hears("got 1 234,5\n\ndone");
    assert_eq!(pairs(customer.last.finished.as_ref()), [("it", "1234.5")]);
    Customer::of(&flow, "en").says("1,234.5").hears("got 1,234.5\n\ndone");
    Customer::of(&flow, "ar").says("١٬٢٣٤٫٥").hears("got 1,234.5\n\ndone");
}

#[test]
fn an_integer_has_no_fraction() {
    let flow = one("answer = \"integer\"");
    let mut customer = Customer::of(&flow, "es");
    customer.says("2,5").hears("Escribe un número entero, por ejemplo 3.");
    customer.gives(Input::Other).hears("Escribe un número entero, por ejemplo 3.");
    customer.says("1.000").hears("got 1000\n\ndone");
}

#[test]
fn a_date_is_taken_within_its_bounds() {
    let flow = one("answer = { kind = \"date\", min = \"today\", max = \"today+30\" }");
    let mut customer = Customer::of(&flow, "ru");
    customer.says("19.11.2026").hears("Напишите дату с 20.11.2026 по 20.12.2026.");
    customer.says("когда-нибудь").hears("Напишите дату с 20.11.2026 по 20.12.2026.");
    customer.says("1 декабря").hears("got 01.12.2026\n\ndone");
    assert_eq!(pairs(customer.last.finished.as_ref()), [("it", "2026-12-01")]);
    Customer::of(&flow, "en").says("tomorrow").hears("got 11/21/2026\n\ndone");
}

#[test]
fn a_phone_number_is_written_or_shared() {
    let flow = one("answer = { kind = \"phone\", country = \"998\" }");
    let mut customer = Customer::of(&flow, "en");
    let rows = vec![vec![ReplyButton::Contact("Share my number".to_owned())]];
    assert_eq!(customer.keyboard(), &Keyboard::Reply { rows, one_time: true });
    customer.says("later");
    assert!(customer.text().starts_with("Please write a phone number"), "{}", customer.text());
    customer.gives(Input::Phone("998901234567")).hears("got +998901234567\n\ndone");
    assert_eq!(customer.keyboard(), &Keyboard::Remove);
    Customer::of(&flow, "en").says("90 123-45-67").hears("got +998901234567\n\ndone");
}

#[test]
fn an_email_and_a_place_are_checked() {
    let flow = one("answer = \"email\"");
    let mut customer = Customer::of(&flow, "uz");
    customer.says("ada(at)example.org");
    assert!(customer.text().contains("ada@example.org"), "{}", customer.text());
    customer.says("Ada@Example.org").hears("got Ada@example.org\n\ndone");
    let flow = one("answer = \"location\"");
    let mut customer = Customer::of(&flow, "en");
    let rows = vec![vec![ReplyButton::Location("Send my location".to_owned())]];
    assert_eq!(customer.keyboard(), &Keyboard::Reply { rows, one_time: true });
    let here = Input::Location { latitude_e6: 41_311_081, longitude_e6: -69_240_562 };
    customer.gives(here).hears("got 41.311081,-69.240562\n\ndone");
}

#[test]
fn a_file_is_kept_by_its_id_and_shown_by_its_name() {
    let flow = one("answer = { kind = \"file\", kinds = [\"document\"], max_mb = 5 }\n\
         [[steps]]\nid = \"more\"\nprompt = \"{it_name}?\"");
    let file = |kind, name, bytes| Input::File { kind, id: "AgAD", name, bytes: Some(bytes) };
    let mut customer = Customer::of(&flow, "en");
    customer.says("here").hears("Please send a file.");
    customer.gives(file("photo", None, 9)).hears("Please send a file.");
    customer
        .gives(file("document", Some("big.pdf"), 6_000_000))
        .hears("This file is too large: please send one of at most 5 MB.");
    customer
        .gives(file("document", Some("a<b>.pdf"), 9))
        .hears("got a&lt;b&gt;.pdf\n\na&lt;b&gt;.pdf?");
    customer.says("x");
    let given = [("it", "AgAD"), ("it_name", "a<b>.pdf"), ("more", "x")];
    assert_eq!(pairs(customer.last.finished.as_ref()), given);
}

#[test]
fn an_optional_question_can_be_skipped() {
    let flow = one(
        "answer = \"email\"\noptional = true\nbranches = [{ when = \"exists(it)\", goto = \"end\" }]\n\
         [[steps]]\nid = \"why\"\nprompt = \"why not?\"",
    );
    let mut customer = Customer::of(&flow, "en");
    let Keyboard::Inline { rows } = customer.keyboard() else { panic!("buttons") };
    let skip = rows[0][0].clone();
    assert_eq!(skip.label, "Skip");
    let press = super::super::Press::parse(&skip.data).expect("a button");
    customer.gives(Input::Press(press)).hears("why not?");
    assert_eq!(customer.last.verdict, Verdict::Accepted { chosen: Some("Skip".to_owned()) });
    Customer::of(&flow, "ru").says("пропустить").hears("why not?");
    Customer::of(&flow, "ru").says("a@b.io").hears("got a@b.io\n\ndone");
}

#[test]
fn a_refusal_of_the_files_own_words_stands() {
    let flow = one("answer = \"number\"\nreject = \"a price, please\"");
    Customer::of(&flow, "ru").says("x").hears("a price, please");
}

#[test]
fn choices_of_a_number_are_numbers() {
    let flow = one("answer = { kind = \"integer\", min = 1 }\n\
         choices = [\"1\", { value = \"2\", label = \"a pair\" }]");
    let mut customer = Customer::of(&flow, "en");
    customer.says("a pair").hears("got 2\n\ndone");
    Customer::of(&flow, "en").says("12").hears("got 12\n\ndone");
}
