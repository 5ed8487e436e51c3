//! Groups that fail, and what must still be true after them.

use sea_orm::{ConnectionTrait, TransactionTrait};

use super::{Extra, GroupStep, write_group};
use crate::actor_row::{StepRow, load};
use crate::answer::AnswerRow;
use crate::database::{Database, is_fault};
use crate::held::HeldRow;
use crate::receipt::SpilledReceipts;
use crate::row::Row;
use crate::stock::StockRow;

fn step(key: &str, version: i64, bytes: usize) -> StepRow {
    StepRow {
        key: key.to_owned(),
        part: 0,
        version,
        writer: 1,
        body: vec![b'x'; bytes],
        intents: Vec::new(),
        intent_high: 0,
        watermark: 0,
        due_ms: None,
    }
}

fn held(seq: i64) -> Extra {
    let (owner, external) = ("order:A".to_owned(), format!("q{seq}"));
    Extra {
        held: vec![HeldRow { owner, seq, external, at_ms: 0, body: vec![0] }],
        ..Extra::default()
    }
}

/// Breaks a rule of the schema: the database refuses it.
fn poison() -> Row {
    Row::Stock(StockRow { product: "mug".to_owned(), on_hand: 1, reserved: 2 })
}

async fn write(db: &Database, key: &str, rows: &[Row], extra: Extra) -> Result<Vec<usize>, bool> {
    let row = step(key, 1, 10);
    write_group(db, &[GroupStep { row: &row, rows }], extra).await.map_err(|error| is_fault(&error))
}

/// Whether another connection sees the row: only then it is committed.
async fn is_committed(db: &Database, key: &str) -> bool {
    load(&db.read, db.backend, key).await.expect("reads").is_some()
}

async fn empty(folder: &tempfile::TempDir) -> Database {
    let url = format!("sqlite://{}/k.db", folder.path().display());
    let db = Database::open(&url).await.expect("opens");
    migrations::up(&db.write).await.expect("migrates");
    db
}

#[tokio::test]
async fn after_a_full_disk_what_is_acknowledged_is_committed() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = empty(&folder).await;
    let limit = |pages: u32| format!("PRAGMA max_page_count = {pages}");
    db.write.execute_unprepared(&limit(80)).await.expect("limits");
    let big = step("session:a:1", 1, 4_000_000);
    let full = write_group(&db, &[GroupStep { row: &big, rows: &[] }], held(1)).await;
    assert!(is_fault(&full.expect_err("the disk is full")), "nobody is blamed for it");
    db.write.execute_unprepared(&limit(100_000)).await.expect("limits");
    let refused = write(&db, "session:a:2", &[poison()], Extra::default()).await;
    assert_eq!(refused, Err(false), "the data is guilty");
    assert_eq!(write(&db, "session:a:3", &[], Extra::default()).await, Ok(Vec::new()));
    assert_eq!(write(&db, "session:a:4", &[], held(2)).await, Ok(Vec::new()));
    for (key, committed) in [
        ("session:a:1", false),
        ("session:a:2", false),
        ("session:a:3", true),
        ("session:a:4", true),
    ] {
        assert_eq!(is_committed(&db, key).await, committed, "{key}");
    }
}

#[tokio::test]
async fn a_stale_step_writes_nothing_and_the_others_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = empty(&folder).await;
    write(&db, "stock:a", &[], Extra::default()).await.expect("writes");
    let (mut stale, fresh) = (step("stock:a", 1, 10), step("stock:b", 1, 10));
    // Another instance hydrated before the first one wrote.
    stale.writer = 2;
    let row = |product: &str| {
        Row::Stock(StockRow { product: product.to_owned(), on_hand: 1, reserved: 0 })
    };
    let rows = [[row("a")], [row("b")]];
    let steps =
        [GroupStep { row: &stale, rows: &rows[0] }, GroupStep { row: &fresh, rows: &rows[1] }];
    let losers = write_group(&db, &steps, Extra::default()).await.expect("writes");
    assert_eq!(losers, [0]);
    let stock = crate::stock(&db.read).await.expect("reads");
    let products: Vec<&str> = stock.iter().map(|row| row.product.as_str()).collect();
    assert_eq!(products, ["b"]);
}

#[tokio::test]
async fn nothing_to_write_is_no_statement() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = empty(&folder).await;
    assert_eq!(
        write_group(&db, &[], Extra::default()).await.expect("nothing"),
        Vec::<usize>::new()
    );
}

#[tokio::test]
async fn what_only_waits_never_hides_that_it_is_stuck() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = empty(&folder).await;
    let row = |number: i64, reason: &str, stuck: bool| crate::DeliveryRow {
        part: 0,
        number,
        owner: "order:A".to_owned(),
        what: "a message".to_owned(),
        attempts: i32::from(stuck),
        next_try_ms: 0,
        reason: reason.to_owned(),
        stuck,
    };
    let stuck = Extra { failed: vec![row(1, "503", true)], ..Extra::default() };
    write_group(&db, &[], stuck).await.expect("writes");
    let waiting = vec![row(1, "waiting for its turn", false), row(2, "waiting", false)];
    // Twice: what is there already is no error.
    for _ in 0..2 {
        let waiting = Extra { waiting: waiting.clone(), ..Extra::default() };
        write_group(&db, &[], waiting).await.expect("writes");
    }
    let found = crate::deliveries(&db.read).await.expect("reads");
    assert_eq!(found, [row(1, "503", true), row(2, "waiting", false)]);
}

#[tokio::test]
async fn the_write_ahead_log_shrinks_once_a_long_reader_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = empty(&folder).await;
    let write = async |version: u8| {
        let mut row = step("session:a:1", i64::from(version), 2_000_000);
        // Pages that stay the same are not written.
        row.body.fill(version);
        write_group(&db, &[GroupStep { row: &row, rows: &[] }], Extra::default()).await
    };
    // A snapshot that nothing may be written back past, as a long export has it.
    let reader = db.read.begin().await.expect("begins");
    assert!(load(&reader, db.backend, "session:a:1").await.expect("reads").is_none());
    for version in 1..=40 {
        write(version).await.expect("writes");
    }
    let long = db.log_bytes().expect("SQLite has one");
    assert!(long > 70_000_000, "it cannot be written back: {long}");
    reader.commit().await.expect("ends");
    for version in 41..=44 {
        write(version).await.expect("writes");
    }
    let short = db.log_bytes().expect("SQLite has one");
    assert!(short <= 33 << 20, "{short}");
}

/// A conversation's step as the hot statement carries it: receipts that leave the row, and the answers of a flow.
fn conversation(key: &str, writer: i64) -> (StepRow, [Row; 2]) {
    let spill = SpilledReceipts {
        owner: key.to_owned(),
        seq: writer,
        keep_until_ms: None,
        body: br#"[["u1:1","quoted \"and\" \u0000"]]"#.to_vec(),
    };
    let answer = AnswerRow {
        session: key.to_owned(),
        run: writer,
        started_ms: 1,
        flow: "f".to_owned(),
        version: "v".to_owned(),
        finished_ms: 2,
        answers: r#"{"a":"\u0000é"}"#.to_owned(),
    };
    (StepRow { writer, ..step(key, 1, 10) }, [Row::Spill(spill), Row::Answer(answer)])
}

async fn conversations_carry_their_rows(db: &Database) {
    let (stale, stale_rows) = conversation("session:a:1", 2);
    let (fresh, fresh_rows) = conversation("session:a:2", 3);
    write(db, "session:a:1", &[], Extra::default()).await.expect("writes");
    let stale = GroupStep { row: &stale, rows: &stale_rows };
    let fresh = GroupStep { row: &fresh, rows: &fresh_rows };
    let together = write_group(db, &[stale, fresh], Extra::default()).await.expect("writes");
    assert_eq!(together, [0]);
    let (third, rows) = conversation("session:a:3", 4);
    let third = GroupStep { row: &third, rows: &rows };
    let alone = write_group(db, &[third], Extra::default()).await.expect("writes");
    assert_eq!(alone, Vec::<usize>::new());
    let owners = ["session:a:1", "session:a:2", "session:a:3"].map(str::to_owned);
    let spilled = crate::spilled_receipts_of(&db.read, &owners).await.expect("reads");
    let expected: Vec<Row> = spilled.into_iter().map(Row::Spill).collect();
    assert_eq!(expected, [fresh_rows[0].clone(), rows[0].clone()]);
    let answers = crate::answers(&db.read, None).await.expect("reads");
    let answers: Vec<Row> = answers.into_iter().map(Row::Answer).collect();
    assert_eq!(answers, [fresh_rows[1].clone(), rows[1].clone()]);
}

#[tokio::test]
async fn on_sqlite_a_stale_conversation_writes_nothing_and_the_others_carry_their_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    conversations_carry_their_rows(&empty(&folder).await).await;
}

#[tokio::test]
async fn on_postgres_a_stale_conversation_writes_nothing_and_the_others_carry_their_rows() {
    let Ok(server) = std::env::var("KONTOR_TEST_POSTGRES") else {
        return;
    };
    let url = crate::create_scratch(&server).await.expect("a scratch database");
    let db = Database::open(&url).await.expect("opens");
    migrations::up(&db.write).await.expect("migrates");
    conversations_carry_their_rows(&db).await;
    db.close().await;
    crate::drop_scratch(&server, &url).await.expect("drops");
}
