//! What channels write: short posts in five languages, with hashtags, links and mentions, from a
//! seed. It must not know when they are posted.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

/// A language that channels write in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
    /// Spanish.
    Es,
    /// Uzbek.
    Uz,
    /// Arabic.
    Ar,
}

/// What a part of a text is; offset and length in UTF-16 units, as Telegram counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The Bot API's word: `bold`, `hashtag`, `url`, `text_link`.
    pub(crate) kind: &'static str,
    pub(crate) offset: usize,
    pub(crate) length: usize,
    pub(crate) url: Option<String>,
}

/// A text with its marks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) text: String,
    pub(crate) marks: Vec<Mark>,
    length: usize,
}

impl Written {
    fn plain(&mut self, part: &str) {
        self.text.push_str(part);
        self.length += part.encode_utf16().count();
    }

    fn marked(&mut self, kind: &'static str, part: &str, url: Option<String>) {
        let offset = self.length;
        self.plain(part);
        self.marks.push(Mark { kind, offset, length: self.length - offset, url });
    }
}

struct Words {
    heads: [&'static str; 6],
    bodies: [&'static str; 8],
    ends: [&'static str; 5],
    tags: [&'static str; 4],
    order: &'static str,
    edited: &'static str,
}

const EN: Words = Words {
    heads: [
        "Fresh from the kiln",
        "Sunday notes",
        "What sold this week",
        "A question for you",
        "Behind the scenes",
        "Back in stock",
    ],
    bodies: [
        "The new glaze came out darker than planned, and we like it.",
        "Three parcels travelled further than we ever did.",
        "A small flaw near the handle makes each of them one of a kind.",
        "We counted, and counted again: there are twelve left.",
        "Rain all day, so the shelves are finally in order.",
        "Somebody asked whether it survives a dishwasher; it does.",
        "The workshop smells of cedar since Tuesday.",
        "Prices stay as they are until the end of the month.",
    ],
    ends: [
        "See you tomorrow.",
        "Tell a friend.",
        "What do you think?",
        "Photos in the comments.",
        "That is all for today.",
    ],
    tags: ["#workshop", "#newarrivals", "#notes", "#tea"],
    order: "Order here",
    edited: "Corrected: the date was wrong.",
};
const RU: Words = Words {
    heads: [
        "Свежее из печи",
        "Воскресные заметки",
        "Что разобрали за неделю",
        "Вопрос к вам",
        "За кулисами",
        "Снова в наличии",
    ],
    bodies: [
        "Новая глазурь вышла темнее, чем мы думали, и нам нравится.",
        "Три посылки уехали дальше, чем мы когда-либо ездили.",
        "Маленький изъян у ручки делает каждую единственной.",
        "Пересчитали дважды: осталось двенадцать.",
        "Весь день дождь, зато полки наконец разобраны.",
        "Спрашивали про посудомойку: да, можно.",
        "В мастерской со вторника пахнет кедром.",
        "Цены не меняются до конца месяца.",
    ],
    ends: [
        "До завтра.",
        "Расскажите друзьям.",
        "Что скажете?",
        "Фото в комментариях.",
        "На сегодня всё.",
    ],
    tags: ["#мастерская", "#новинки", "#заметки", "#чай"],
    order: "Заказать",
    edited: "Исправлено: ошиблись с датой.",
};
const ES: Words = Words {
    heads: [
        "Recién salido del horno",
        "Notas del domingo",
        "Lo más vendido",
        "Una pregunta",
        "Entre bastidores",
        "Otra vez disponible",
    ],
    bodies: [
        "El nuevo esmalte salió más oscuro de lo previsto, y nos gusta.",
        "Tres paquetes han viajado más lejos que nosotros.",
        "Un pequeño defecto junto al asa hace única cada pieza.",
        "Contamos dos veces: quedan doce.",
        "Llueve todo el día, así que por fin ordenamos los estantes.",
        "Nos preguntan por el lavavajillas: sí, lo aguanta.",
        "El taller huele a cedro desde el martes.",
        "Los precios no cambian hasta fin de mes.",
    ],
    ends: [
        "Hasta mañana.",
        "Cuéntaselo a un amigo.",
        "¿Qué os parece?",
        "Fotos en los comentarios.",
        "Eso es todo por hoy.",
    ],
    tags: ["#taller", "#novedades", "#notas", "#té"],
    order: "Pedir aquí",
    edited: "Corregido: la fecha estaba mal.",
};
const UZ: Words = Words {
    heads: [
        "Pechdan yangi chiqdi",
        "Yakshanba qaydlari",
        "Bu hafta nimalar sotildi",
        "Sizga savol",
        "Ustaxonadan",
        "Yana sotuvda",
    ],
    bodies: [
        "Yangi sir kutganimizdan toʻqroq chiqdi, bizga yoqdi.",
        "Uchta joʻnatma biz bormagan joylarga yetdi.",
        "Dastasi yonidagi kichik nuqson har birini yagona qiladi.",
        "Ikki marta sanadik: oʻn ikkita qoldi.",
        "Kun boʻyi yomgʻir, javonlar nihoyat tartibda.",
        "Idish yuvish mashinasi haqida soʻrashdi: ha, boʻladi.",
        "Seshanbadan beri ustaxonadan sadr hidi keladi.",
        "Narxlar oy oxirigacha oʻzgarmaydi.",
    ],
    ends: [
        "Ertagacha.",
        "Doʻstingizga ayting.",
        "Nima deysiz?",
        "Suratlar izohlarda.",
        "Bugungisi shu.",
    ],
    tags: ["#ustaxona", "#yangiliklar", "#qaydlar", "#choy"],
    order: "Buyurtma berish",
    edited: "Tuzatildi: sana xato edi.",
};
const AR: Words = Words {
    heads: [
        "جديد من الفرن",
        "ملاحظات الأحد",
        "ما بيع هذا الأسبوع",
        "سؤال لكم",
        "خلف الكواليس",
        "متوفر من جديد",
    ],
    bodies: [
        "خرج الطلاء الجديد أغمق مما خططنا، وأعجبنا.",
        "سافرت ثلاثة طرود أبعد مما سافرنا نحن.",
        "عيب صغير قرب المقبض يجعل كل قطعة فريدة.",
        "عددناها مرتين: بقيت اثنتا عشرة.",
        "مطر طوال اليوم، فرتبنا الرفوف أخيرا.",
        "سألتم عن غسالة الصحون: نعم، تتحملها.",
        "تفوح من الورشة رائحة الأرز منذ الثلاثاء.",
        "الأسعار كما هي حتى نهاية الشهر.",
    ],
    ends: [
        "إلى الغد.",
        "أخبروا أصدقاءكم.",
        "ما رأيكم؟",
        "الصور في التعليقات.",
        "هذا كل شيء لليوم.",
    ],
    tags: ["#ورشة", "#جديد", "#ملاحظات", "#شاي"],
    order: "اطلبوا هنا",
    edited: "تصحيح: كان التاريخ خطأ.",
};

fn words(language: Language) -> &'static Words {
    match language {
        Language::En => &EN,
        Language::Ru => &RU,
        Language::Es => &ES,
        Language::Uz => &UZ,
        Language::Ar => &AR,
    }
}

/// The text of a post; `bot` is the one that some posts link to.
pub(crate) fn write(language: Language, seed: u64, bot: Option<&str>, edited: bool) -> Written {
    let mut rng = StdRng::seed_from_u64(seed ^ 0x7465_7874);
    let words = words(language);
    let mut pick = |count: usize| rng.random_range(0..count);
    let mut written = Written::default();
    written.marked("bold", words.heads[pick(6)], None);
    written.plain("\n\n");
    let first = pick(8);
    for at in 0..=pick(3) {
        written.plain(words.bodies[(first + at * 3) % 8]);
        written.plain(" ");
    }
    written.plain(words.ends[pick(5)]);
    if let Some(bot) = bot.filter(|_| pick(3) == 0) {
        let url = format!("https://t.me/{bot}?start=post_{:x}", seed & 0xffff_ffff);
        written.plain("\n\n");
        written.marked("text_link", words.order, Some(url));
    }
    if pick(2) == 0 {
        written.plain("\n\n");
        written.marked("hashtag", words.tags[pick(4)], None);
    }
    if edited {
        written.plain("\n\n");
        written.marked("italic", words.edited, None);
    }
    written
}
