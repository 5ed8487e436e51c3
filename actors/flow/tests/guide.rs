//! The merchant's guide: every example of `docs/flows.md` loads, together and alone, and can be begun.

use super::super::Flows;
use super::super::draft::STEP_KEYS;
use super::NOW;

const GUIDE: &str = include_str!("../../../docs/flows.md");

#[test]
fn every_example_of_the_guide_loads() {
    let blocks: Vec<(String, &str)> = GUIDE
        .split("```toml\n")
        .skip(1)
        .filter_map(|block| block.split("```").next())
        .enumerate()
        .map(|(number, block)| (format!("example {}", number + 1), block))
        .collect();
    assert!(blocks.len() >= 11, "{}", blocks.len());
    let flows = Flows::parse(&blocks).unwrap_or_else(|errors| panic!("{errors:#?}"));
    for flow in flows.all() {
        for lang in ["en", "ru", "ar"] {
            let begun = flow.start(lang, NOW);
            assert!(begun.run.is_some() && begun.say.is_some(), "{}", flow.name());
        }
    }
    for key in STEP_KEYS {
        let told = [format!("{key} = "), format!("`{key}`"), format!("steps.{key}]")];
        assert!(told.iter().any(|told| GUIDE.contains(told)), "the guide says nothing of `{key}`");
    }
}
