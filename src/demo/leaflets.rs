//! The demo's frequent questions and terms: the samples of `config/`, so that it runs in any folder. Knows no server.

use std::path::Path;

use anyhow::Context;

/// Which terms the demo's people agree to.
pub(super) const VERSION: &str = "2026-11";

macro_rules! leaflets {
    ($($language:literal),*) => {
        &[$(
            ($language, include_str!(concat!("../../config/faq/", $language, ".md")),
                include_str!(concat!("../../config/terms/", $language, ".md"))),
        )*]
    };
}

const LEAFLETS: &[(&str, &str, &str)] = leaflets!["en", "ru", "es", "uz", "ar"];

/// Writes them into the demo's folder.
pub(super) fn write(data: &Path) -> anyhow::Result<()> {
    for folder in ["faq", "terms"] {
        std::fs::create_dir_all(data.join(folder)).context("make the leaflets' folder")?;
    }
    for (language, faq, terms) in LEAFLETS {
        // The line for the merchant is no term.
        let terms: Vec<&str> = terms
            .lines()
            .enumerate()
            .filter(|(place, _)| *place != 1)
            .map(|(_, line)| line)
            .collect();
        for (folder, text) in [("faq", (*faq).to_owned()), ("terms", terms.join("\n"))] {
            let file = data.join(folder).join(format!("{language}.md"));
            std::fs::write(&file, text).with_context(|| format!("write {}", file.display()))?;
        }
    }
    Ok(())
}
