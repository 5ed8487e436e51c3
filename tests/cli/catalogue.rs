//! The catalogue in from a file and out to one, with and without a running server.

use std::path::Path;

use actors::stock::UNLIMITED;
use entities::MasterKey;

use crate::rig::{Ground, err, on_both, out, until};

const HEAD: &str = "kind,id,variant,category,title.en,price.USD,stock,photo\n";

fn file(ground: &Ground, name: &str, lines: &str) {
    std::fs::write(ground.path(name), format!("{HEAD}{lines}")).expect("writes");
}

fn pictures(ground: &Ground) {
    std::fs::create_dir_all(ground.path("photos")).expect("a folder");
    std::fs::write(ground.path("photos/mug.png"), "a picture").expect("writes");
}

/// What the program writes as a key file.
fn master(ground: &Ground) -> MasterKey {
    let text = std::fs::read_to_string(ground.path("master.key")).expect("a key");
    MasterKey::from_base64(text.trim()).expect("a key")
}

const SHOP: &str = "category,mugs,,,Mugs,,,
physical,mug,,mugs,Mug,12.50,25,mug.png
physical,shirt,,,Shirt,20,,
variant,shirt,xl,,XL,,3,
variant,shirt,m,,M,,unlimited,
";

#[test]
fn a_catalogue_is_imported_while_no_server_runs_and_the_shelves_follow_at_start() {
    on_both(|ground| {
        pictures(ground);
        file(ground, "shop.csv", SHOP);
        let import = ["catalogue", "import", "shop.csv", "--pictures", "photos"];
        let dry = ground.kontor(&[&import[..], &["--dry-run"]].concat());
        assert_eq!(dry.status.code(), Some(0), "{}", err(&dry));
        assert!(out(&dry).starts_with("would import: 2 products in 1 category"), "{}", out(&dry));
        assert!(!ground.path("config/pictures").exists(), "a dry run writes nothing");
        let done = ground.kontor(&import);
        assert_eq!(done.status.code(), Some(0), "{}", err(&done));
        assert!(out(&done).contains("new: 2 (mug, shirt)"), "{}", out(&done));
        assert!(ground.path("config/pictures/mug.png").exists(), "beside the other pictures");
        ground.life(&master(ground), async |rig| {
            let full = until(async || {
                let rows = entities::stock(&rig.kernel.database().read).await.expect("reads");
                (rows.len() == 3).then_some(rows)
            });
            let counts: Vec<(String, i64)> =
                full.await.into_iter().map(|row| (row.product, row.on_hand)).collect();
            let expected = [("mug", 25), ("shirt/m", i64::from(UNLIMITED)), ("shirt/xl", 3)];
            assert_eq!(counts, expected.map(|(sku, count)| (sku.to_owned(), count)));
            let held = entities::held_keys(&rig.kernel.database().read).await.expect("reads");
            assert!(held.is_empty(), "each was told once: {held:?}");
        });
        let exported = ground.kontor(&["catalogue", "export", "out.csv"]);
        assert_eq!(out(&exported), "exported 2 products: out.csv\n", "{}", err(&exported));
        let again = ground.kontor(&["catalogue", "import", "out.csv", "--dry-run"]);
        let told = out(&again);
        assert_eq!(told, "would import: 2 products in 1 category\nshelves: 3\n", "the same");
    });
}

#[test]
fn one_bad_line_keeps_everything_as_it_was() {
    on_both(|ground| {
        file(ground, "good.csv", "physical,mug,,,Mug,12,5,\n");
        assert_eq!(ground.kontor(&["catalogue", "import", "good.csv"]).status.code(), Some(0));
        file(ground, "bad.csv", "physical,tea,,,Tea,6,5,\nphysical,jug,,,Jug,free,5,no.png\n");
        for also in [&["--dry-run"][..], &[]] {
            let bad = ground.kontor(&[&["catalogue", "import", "bad.csv"], also].concat());
            assert_eq!(bad.status.code(), Some(1));
            assert!(out(&bad).contains("line 3, price.USD: 'free' is not"), "{}", out(&bad));
            assert!(out(&bad).contains("line 3, photo: there is no file no.png"), "{}", out(&bad));
            assert!(err(&bad).contains("nothing was imported"), "{}", err(&bad));
        }
        let rows = ground.run(async |database, _| {
            entities::catalogue(&database.read).await.expect("reads").products
        });
        assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["mug"]);
    });
}

#[test]
fn a_running_server_takes_the_catalogue_at_once() {
    on_both(|ground| {
        pictures(ground);
        file(ground, "shop.csv", SHOP);
        ground.life(&MasterKey::random(), async |rig| {
            let import = ["catalogue", "import", "shop.csv", "--pictures", "photos"];
            let done = rig.kontor(ground, &import).await;
            assert_eq!(done.status.code(), Some(0), "{}", err(&done));
            let catalogue = rig.kernel.house().catalogue;
            assert!(catalogue.item("shirt/xl").is_some(), "everybody sees it");
            let rows = entities::stock(&rig.kernel.database().read).await.expect("reads");
            assert_eq!(rows.len(), 3);
            // The mug is withdrawn, its shelf stays.
            file(ground, "less.csv", "physical,shirt,,,Shirt,20,,\nvariant,shirt,m,,M,,7,\n");
            let done = rig.kontor(ground, &["catalogue", "import", "less.csv"]).await;
            assert!(out(&done).contains("withdrawn: 1 (mug)"), "{}", out(&done));
            assert!(rig.kernel.house().catalogue.product("mug").is_none());
            let rows = entities::stock(&rig.kernel.database().read).await.expect("reads");
            let counts: Vec<i64> = rows.iter().map(|row| row.on_hand).collect();
            assert_eq!(counts, [25, 7, 3]);
            let held = entities::held_keys(&rig.kernel.database().read).await.expect("reads");
            assert!(held.is_empty(), "{held:?}");
        });
        assert!(Path::new(&ground.path("config/pictures/mug.png")).exists());
    });
}
