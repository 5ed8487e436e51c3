//! Flow files: they load, or say where and why not; what loads can be talked to.

use actors::flow::{Flow, Input};
use time::OffsetDateTime;

use crate::campaign::fuzz;
use crate::damage::texts;

fn seeds() -> Vec<Vec<u8>> {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut seeds = vec![std::fs::read(format!("{root}/benches/flows/five.toml")).expect("a flow")];
    for entry in std::fs::read_dir(format!("{root}/config/flows")).expect("the flows") {
        seeds.push(std::fs::read(entry.expect("a flow").path()).expect("a flow"));
    }
    let guide = std::fs::read_to_string(format!("{root}/docs/flows.md")).unwrap_or_default();
    let blocks = guide.split("```toml\n").skip(1).filter_map(|block| block.split("```").next());
    seeds.extend(blocks.map(|block| block.as_bytes().to_vec()));
    seeds
}

fn check(bytes: &[u8]) {
    let source = String::from_utf8_lossy(bytes);
    let flow = match Flow::parse("x.toml", &source) {
        Ok(flow) => flow,
        Err(errors) => {
            assert!(!errors.is_empty());
            let lines = source.lines().count() + 1;
            assert!(errors.iter().all(|error| error.line <= lines), "{errors:#?}");
            return;
        }
    };
    let now = OffsetDateTime::from_unix_timestamp(1_795_172_753).expect("a time");
    let mut run = flow.start("ru", now).run;
    for said in ["Ann Lee", "12", "1,5", "red", "\u{202e}", "20.11.2026", "a@b.example", "-", "да"]
    {
        let Some(waiting) = run else { break };
        let stored = serde_json::to_string(&waiting).expect("a run is stored");
        let read = serde_json::from_str(&stored).expect("a stored run is read");
        assert_eq!(waiting, read);
        let outcome = flow.answer(read, Input::Text(said), "ru", now);
        let outcome = match outcome.accepted() {
            true => outcome,
            false => flow.answer(outcome.run.expect("it goes on"), Input::Other, "ar", now),
        };
        run = outcome.run;
    }
}

#[test]
fn flow_files() {
    fuzz("flow_files", texts(seeds()), check);
}
