//! One target's run: first what was found before, then new damage until the time is up. Knows no parser.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Once;
use std::time::{Duration, Instant};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestError, TestRunner};
use sha2::{Digest, Sha256};

/// Cases of one target in `./test`.
const BRIEF: u32 = 200;
/// Cases between two looks at the clock.
const BATCH: u32 = 500;

/// Feeds a target. `check` panics when the parser did what it must not.
pub(crate) fn fuzz(target: &str, inputs: impl Strategy<Value = Input>, check: impl Fn(&[u8])) {
    let folder = findings(target);
    for file in known(&folder) {
        let bytes = std::fs::read(&file).expect("a finding is read");
        check(&bytes);
    }
    let time = std::env::var("KONTOR_FUZZ_S").ok();
    let time = time.map(|text| Duration::from_secs(text.parse().expect("KONTOR_FUZZ_S: seconds")));
    let (started, mut cases) = (Instant::now(), 0_u64);
    loop {
        let batch = if time.is_some() { BATCH } else { BRIEF };
        let config = Config {
            cases: batch,
            failure_persistence: None,
            max_shrink_iters: 4_096,
            ..Config::default()
        };
        let outcome = quietly(|| {
            TestRunner::new(config).run(&inputs, |input| {
                check(&input.0);
                Ok(())
            })
        });
        cases += u64::from(batch);
        if let Err(TestError::Fail(reason, Input(bytes))) = outcome {
            let name: String =
                Sha256::digest(&bytes).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
            std::fs::create_dir_all(&folder).expect("a folder for findings");
            let file = folder.join(name);
            std::fs::write(&file, &bytes).expect("the finding is kept");
            panic!("{target}, case {cases}: {reason}\nkept as {}", file.display());
        }
        if time.is_none_or(|time| started.elapsed() >= time) {
            break;
        }
    }
    eprintln!("{target}: {cases} cases in {} s", started.elapsed().as_secs());
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// While a finding is made small it fails hundreds of times; only the last one is told.
fn quietly<T>(run: impl FnOnce() -> T) -> T {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                tell(panic);
            }
        }));
    });
    QUIET.set(true);
    let outcome = run();
    QUIET.set(false);
    outcome
}

/// What a parser is given; shown as text where it is some.
#[derive(Clone)]
pub(crate) struct Input(pub(crate) Vec<u8>);

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let start = &self.0[..self.0.len().min(2_000)];
        write!(f, "{:?}", String::from_utf8_lossy(start))
    }
}

fn findings(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/fuzz").join(target)
}

fn known(folder: &PathBuf) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

/// The files of the shared corpus under a folder; empty where the corpus is not there.
pub(crate) fn corpus(folder: &str) -> Vec<Vec<u8>> {
    let named = std::env::var_os("KONTOR_CORPUS").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let root = named.unwrap_or(beside).join(folder);
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(folder) = open.pop() {
        for path in known(&folder) {
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(std::fs::read(path).expect("a file of the corpus is read"));
            }
        }
    }
    found
}
