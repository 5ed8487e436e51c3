//! What a catalogue's file may say, and what is said about one that is wrong. Knows no server.

use std::collections::{BTreeMap, BTreeSet};

use actors::stock::UNLIMITED as NO_LIMIT;
use actors::{Catalogue, Goods, ProductKind};
use entities::Currency;

use super::{Against, Problem, RISK, Sheet, Stock, read, write};

fn reads(text: &str) -> Result<Sheet, Vec<Problem>> {
    let has_file = |name: &str| name == "mug.png" || name == "book.pdf";
    read(
        text.as_bytes(),
        &Against {
            default_language: "en",
            currency: Currency::EUR,
            has_file: &has_file,
            known: &BTreeSet::from(["old".to_owned()]),
        },
    )
}

/// The reasons for which a file is refused, as they are printed.
fn refused(text: &str) -> Vec<String> {
    let problems = reads(text).expect_err("is refused");
    problems.iter().map(ToString::to_string).collect()
}

const GOOD: &str = "\u{feff}kind,id,variant,category,title.en,title.ar,price.EUR,price.XTR,stock,photo,regions,goods,goods.en,codes,sold_without_stars
category,mugs,,,Mugs,أكواب,,,,,,,,,
category,small,,mugs,Small ones,,,,,,,,,,
physical,mug,,small,\"Mug, blue\",كوب,12.50,,25,mug.png,DE UZ,,,,
physical,shirt,,,Shirt,,20,,,,,,,,
variant,shirt,xl,,XL,,22,,3,,,,,,
variant,shirt,m,,M,,,,unlimited,,,,,,
digital,guide,,,Guide,,,150,,,,text,Read this.,,
digital,card,,,Card,,25,,,,,codes,,A-1 B-2,i-accept-the-risk-of-a-ban
physical,old,,,Old,,1,,,,,,,,
";

#[test]
fn a_file_says_what_is_sold_and_how_much_there_is() {
    let sheet = reads(GOOD).expect("is right");
    assert_eq!(sheet.categories[1].parent.as_deref(), Some("mugs"));
    let mug = &sheet.products[0];
    assert_eq!((mug.title["ar"].as_str(), mug.prices[&Currency::EUR]), ("كوب", 1_250));
    assert_eq!(mug.regions, ["DE", "UZ"]);
    assert_eq!(sheet.products[1].variants.len(), 2);
    let ProductKind::Digital { goods: Goods::Codes, risk_accepted: true } = sheet.products[3].kind
    else {
        panic!("{:?}", sheet.products[3]);
    };
    let shelf = |sku: &str| sheet.shelves.iter().find(|shelf| shelf.sku == sku);
    let stock = |sku: &str| shelf(sku).map(|shelf| shelf.stock.clone());
    assert_eq!(stock("mug"), Some(Stock::Pieces(25)));
    assert_eq!(stock("shirt/m"), Some(Stock::Pieces(NO_LIMIT)));
    assert_eq!(stock("guide"), Some(Stock::Pieces(NO_LIMIT)));
    assert_eq!(stock("card"), Some(Stock::Codes(vec!["A-1".to_owned(), "B-2".to_owned()])));
    assert_eq!(stock("old"), None, "left as it is");
}

#[test]
fn what_is_exported_imports_as_the_same() {
    let sheet = reads(GOOD).expect("is right");
    let catalogue = Catalogue::new(sheet.categories.clone(), sheet.products.clone());
    let counts: BTreeMap<String, i64> = [("mug", 25), ("shirt/xl", 3), ("old", 7), ("card", 2)]
        .map(|(sku, count)| (sku.to_owned(), count))
        .into();
    let counts = counts.into_iter().chain([
        ("shirt/m".to_owned(), i64::from(NO_LIMIT) - 4),
        ("guide".to_owned(), i64::from(NO_LIMIT)),
    ]);
    let counts: BTreeMap<String, i64> = counts.collect();
    let written = write(&catalogue, &counts).expect("is written");
    let known = counts.keys().cloned().collect();
    let against = Against {
        default_language: "en",
        currency: Currency::EUR,
        has_file: &|_| true,
        known: &known,
    };
    let again = read(&written, &against).expect("reads");
    assert_eq!((&again.categories, &again.products), (&sheet.categories, &sheet.products));
    assert!(!String::from_utf8_lossy(&written).contains("A-1"), "codes are goods");
    let changes = again.changes(&catalogue);
    assert!(changes.new.is_empty() && changes.changed.is_empty() && changes.withdrawn.is_empty());
}

#[test]
fn every_bad_line_is_named_with_its_reason() {
    let text = "kind,id,variant,category,title.en,price.EUR,price.XTR,stock,photo,goods,codes,sold_without_stars
physical,Mug!,,,Mug,12,,1,,,,
physical,a,,nowhere,A,\"12,5\",,1,,,,
physical,b,,,,5,,1,no.png,,,
physical,c,,,C,,9,1,,,,
digital,d,,,D,5,,,,text,,
digital,e,,,E,5,,,,codes,X,yes
variant,ghost,s,,S,,,1,,,,
thing,f,,,F,1,,1,,,,
physical,g,,,G,1,,many,,,,
physical,g,,,G,1,,2,,,,
physical,h,,,H,1,,,,,,
category,loop,,loop,Loop,,,,,,,
";
    let found = refused(text);
    for expected in [
        "line 2, id: 'Mug!': use 1 to 32",
        "line 3, price.EUR: '12,5' is not an amount of EUR",
        "line 3, category: there is no category nowhere",
        "line 4, title.en: missing",
        "line 4, photo: there is no file no.png",
        "line 5, price.EUR: missing: EUR is the shop's currency",
        "line 6, price.XTR: missing: digital goods are sold for Stars",
        "line 6, goods.en: missing",
        "line 7, sold_without_stars: 'yes': digital goods are sold for Stars only",
        "line 8, id: there is no product ghost",
        "line 9, kind: 'thing'",
        "line 10, stock: 'many'",
        "line 11, id: the product g is there twice",
        "line 12, stock: h is new",
        "line 13, category: it stands within itself",
    ] {
        assert!(found.iter().any(|line| line.starts_with(expected)), "{expected}\n{found:#?}");
    }
    let risk = found.iter().filter(|line| line.contains("bans the bot") && line.contains(RISK));
    assert_eq!(risk.count(), 2, "whoever may do it is told of the risk");
}

#[test]
fn a_file_from_a_spreadsheet_program_is_read_or_named() {
    let semicolons = "kind;id;title.en;price.EUR;stock\nphysical;a;A;1.50;2\n";
    assert_eq!(reads(semicolons).expect("is right").products.len(), 1);
    let found = refused("id;title.xx;kind;nonsense\n");
    assert!(found.iter().any(|line| line.contains("title.xx: there are no texts in 'xx'")));
    assert!(found.iter().any(|line| line.contains("nonsense: no such column")));
    assert!(refused("").iter().any(|line| line.contains("no column kind")));
    let has_file = |_: &str| true;
    let against = Against {
        default_language: "en",
        currency: Currency::EUR,
        has_file: &has_file,
        known: &BTreeSet::new(),
    };
    let latin = read(b"kind,id\nphysical,caf\xe9\n", &against).expect_err("is refused");
    assert!(latin[0].to_string().starts_with("line 2: not UTF-8"), "{latin:?}");
}
