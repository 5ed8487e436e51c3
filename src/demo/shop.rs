//! The demo's sample shop: products in five languages, and what is in the shelf. Knows no actors but Stock.

use actors::stock::Message;
use actors::{External, Kernel};
use anyhow::anyhow;
use entities::{Key, Kind, ProductRow};
use serde_json::json;

use super::pictures::Shape;

/// A product: id, price in euro cents, pieces, picture, titles (en, ru, es, uz, ar), description (en, ru, es, uz, ar).
pub(super) struct Sample {
    pub(super) id: &'static str,
    cents: i64,
    pieces: u32,
    pub(super) shape: Shape,
    /// Red, green, blue.
    pub(super) colour: [u8; 3],
    titles: [&'static str; 5],
    descriptions: [&'static str; 5],
}

const LANGUAGES: [&str; 5] = ["en", "ru", "es", "uz", "ar"];

pub(super) const SAMPLES: &[Sample] = &[
    Sample {
        id: "blue-mug",
        cents: 1_200,
        pieces: 25,
        shape: Shape::Mug,
        colour: [52, 104, 192],
        titles: ["Blue mug", "Синяя кружка", "Taza azul", "Ko‘k krujka", "كوب أزرق"],
        descriptions: [
            "Stoneware, 300 ml, glazed by hand.",
            "Керамика, 300 мл, глазурь ручной работы.",
            "Gres, 300 ml, esmaltada a mano.",
            "Sopol, 300 ml, qo‘lda sirlangan.",
            "فخار حجري، 300 مل، مزجج يدويًا.",
        ],
    },
    Sample {
        id: "red-mug",
        cents: 1_250,
        pieces: 12,
        shape: Shape::Mug,
        colour: [196, 64, 56],
        titles: ["Red mug", "Красная кружка", "Taza roja", "Qizil krujka", "كوب أحمر"],
        descriptions: [
            "The blue mug's warm sister.",
            "Тёплая сестра синей кружки.",
            "La hermana cálida de la taza azul.",
            "Ko‘k krujkaning iliq opasi.",
            "شقيقة الكوب الأزرق الدافئة.",
        ],
    },
    Sample {
        id: "green-tea",
        cents: 640,
        pieces: 60,
        shape: Shape::Tin,
        colour: [72, 140, 84],
        titles: ["Green tea", "Зелёный чай", "Té verde", "Ko‘k choy", "شاي أخضر"],
        descriptions: [
            "Sencha, 100 g in a tin.",
            "Сенча, 100 г в жестяной банке.",
            "Sencha, 100 g en lata.",
            "Sencha, tunuka qutida 100 g.",
            "سينشا، 100 غ في علبة معدنية.",
        ],
    },
    Sample {
        id: "black-tea",
        cents: 590,
        pieces: 60,
        shape: Shape::Tin,
        colour: [120, 72, 48],
        titles: ["Black tea", "Чёрный чай", "Té negro", "Qora choy", "شاي أسود"],
        descriptions: [
            "Assam, 100 g in a tin.",
            "Ассам, 100 г в жестяной банке.",
            "Assam, 100 g en lata.",
            "Assam, tunuka qutida 100 g.",
            "آسام، 100 غ في علبة معدنية.",
        ],
    },
    Sample {
        id: "notebook",
        cents: 890,
        pieces: 40,
        shape: Shape::Book,
        colour: [92, 84, 160],
        titles: ["Notebook", "Блокнот", "Cuaderno", "Daftar", "دفتر"],
        descriptions: [
            "A5, 160 dotted pages, thread-bound.",
            "A5, 160 страниц в точку, прошит нитью.",
            "A5, 160 páginas punteadas, cosido.",
            "A5, 160 nuqtali bet, ip bilan tikilgan.",
            "A5، 160 صفحة منقطة، مخيط بالخيط.",
        ],
    },
    Sample {
        id: "candle",
        cents: 1_500,
        pieces: 18,
        shape: Shape::Candle,
        colour: [232, 196, 120],
        titles: [
            "Beeswax candle",
            "Восковая свеча",
            "Vela de cera",
            "Asalari mumi sham",
            "شمعة عسل",
        ],
        descriptions: [
            "Burns for about forty hours.",
            "Горит около сорока часов.",
            "Arde unas cuarenta horas.",
            "Qirq soatcha yonadi.",
            "تحترق نحو أربعين ساعة.",
        ],
    },
    Sample {
        id: "teapot",
        cents: 3_400,
        pieces: 6,
        shape: Shape::Mug,
        colour: [64, 148, 148],
        titles: ["Teapot", "Чайник", "Tetera", "Choynak", "إبريق شاي"],
        descriptions: [
            "For four cups, with a strainer.",
            "На четыре чашки, с ситечком.",
            "Para cuatro tazas, con colador.",
            "To‘rt piyolaga, suzgichi bilan.",
            "لأربعة أكواب، مع مصفاة.",
        ],
    },
    Sample {
        id: "honey",
        cents: 980,
        pieces: 3,
        shape: Shape::Tin,
        colour: [216, 148, 40],
        titles: ["Forest honey", "Лесной мёд", "Miel de bosque", "O‘rmon asali", "عسل الغابة"],
        descriptions: [
            "350 g. There are never many jars.",
            "350 г. Банок всегда немного.",
            "350 g. Nunca hay muchos tarros.",
            "350 g. Bankalar doim kam bo‘ladi.",
            "350 غ. البرطمانات قليلة دائمًا.",
        ],
    },
    Sample {
        id: "cookbook",
        cents: 2_750,
        pieces: 9,
        shape: Shape::Book,
        colour: [180, 88, 96],
        titles: ["Tea and cake", "Чай и пирог", "Té y pastel", "Choy va pirog", "شاي وكعك"],
        descriptions: [
            "Sixty recipes for the afternoon.",
            "Шестьдесят рецептов к полднику.",
            "Sesenta recetas para la tarde.",
            "Tushdan keyin uchun oltmish retsept.",
            "ستون وصفة لما بعد الظهر.",
        ],
    },
    Sample {
        id: "postcards",
        cents: 450,
        pieces: 80,
        shape: Shape::Card,
        colour: [88, 136, 188],
        titles: ["Postcards", "Открытки", "Postales", "Otkritkalar", "بطاقات بريدية"],
        descriptions: [
            "Eight views of the harbour.",
            "Восемь видов гавани.",
            "Ocho vistas del puerto.",
            "Bandargohning sakkiz ko‘rinishi.",
            "ثمانية مناظر للميناء.",
        ],
    },
];

fn by_language(texts: &[&str; 5]) -> String {
    let pairs = LANGUAGES.iter().zip(texts);
    let map: serde_json::Map<String, serde_json::Value> =
        pairs.map(|(language, text)| ((*language).to_owned(), json!(text))).collect();
    serde_json::Value::Object(map).to_string()
}

pub(super) fn products() -> Vec<ProductRow> {
    let row = |(position, sample): (i32, &Sample)| ProductRow {
        id: sample.id.to_owned(),
        titles: by_language(&sample.titles),
        descriptions: by_language(&sample.descriptions),
        price_minor: sample.cents,
        currency: "EUR".to_owned(),
        photo: Some(format!("{}.png", sample.id)),
        position,
    };
    (0..).zip(SAMPLES).map(row).collect()
}

/// Fills the shelves, once: a repeated request has no second effect.
pub(super) async fn fill(kernel: &Kernel) -> anyhow::Result<()> {
    for sample in SAMPLES {
        let key = Key::new(Kind::Stock, sample.id);
        let external = External::Request(format!("demo-stock-{}", sample.id));
        let message = Message::SetOnHand { count: sample.pieces };
        let told = kernel.office.tell_patiently(key, external, message.into()).await;
        told.map_err(|failure| anyhow!("the shelves cannot be filled: {failure}"))?;
    }
    Ok(())
}
