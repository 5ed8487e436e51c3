//! All flows of a server: which one a text starts, and the older versions that still run.

use std::path::Path;
use std::sync::Arc;

use super::{Binding, Flow, FlowError, Flows};

impl Flows {
    /// Reads every `*.toml` of a folder, in the order of their names.
    pub fn load(dir: &Path) -> Result<Flows, Vec<FlowError>> {
        let unread = |path: &Path, error: std::io::Error| {
            vec![whole(&path.display().to_string(), format!("cannot be read: {error}"))]
        };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(dir).map_err(|error| unread(dir, error))? {
            let path = entry.map_err(|error| unread(dir, error))?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                paths.push(path);
            }
        }
        paths.sort();
        let mut files = Vec::with_capacity(paths.len());
        for path in paths {
            let source = std::fs::read_to_string(&path).map_err(|error| unread(&path, error))?;
            files.push((path.display().to_string(), source));
        }
        Flows::parse(&files)
    }

    /// Reads `(file name, source)`; all errors of all files at once.
    pub fn parse<N: AsRef<str>, S: AsRef<str>>(files: &[(N, S)]) -> Result<Flows, Vec<FlowError>> {
        let mut flows = Flows::default();
        let mut errors = Vec::new();
        let mut names: Vec<&str> = Vec::new();
        for (file, source) in files {
            let file = file.as_ref();
            match Flow::parse(file, source.as_ref()) {
                Ok(flow) => {
                    errors.extend(flows.clash(&flow, file, &names));
                    flows.offer(flow);
                    names.push(file);
                }
                Err(mut found) => errors.append(&mut found),
            }
        }
        match errors.is_empty() {
            true => Ok(flows),
            false => Err(errors),
        }
    }

    /// Keeps an older version for the runs that began with it. The rules may have become stricter
    /// since: a source that no longer loads is told, and only its runs are lost.
    pub fn keep_old(
        &mut self,
        name: &str,
        version: &str,
        source: &str,
    ) -> Result<(), Vec<FlowError>> {
        if self.get(name, version).is_some() {
            return Ok(());
        }
        let file = format!("{name}@{version}");
        let flow = Flow::parse(&file, source)?;
        if (flow.name(), flow.version()) != (name, version) {
            let reason = format!("the source is that of {}@{}", flow.name, flow.version);
            return Err(vec![whole(&file, reason)]);
        }
        self.versions.entry(flow.name.clone()).or_default().push(Arc::new(flow));
        Ok(())
    }

    /// [`Flows::keep_old`] for many: what could be kept, and what is wrong with the rest.
    pub fn with_old<'s>(
        mut self,
        sources: impl IntoIterator<Item = (&'s str, &'s str, &'s str)>,
    ) -> (Flows, Vec<FlowError>) {
        let mut errors = Vec::new();
        for (name, version, source) in sources {
            errors.extend(self.keep_old(name, version, source).err().into_iter().flatten());
        }
        (self, errors)
    }

    /// What the files hold now, by name.
    pub fn current(&self, name: &str) -> Option<&Arc<Flow>> {
        self.current.iter().find(|flow| flow.name() == name)
    }

    /// All that is on offer, in the order of their files.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Flow>> {
        self.current.iter()
    }

    /// The version that a run began with.
    pub fn get(&self, name: &str, version: &str) -> Option<&Arc<Flow>> {
        self.versions.get(name)?.iter().find(|flow| flow.version() == version)
    }

    /// `text` may be the whole message: `/survey@our_bot now` starts `/survey`.
    pub fn bound_to_command(&self, text: &str) -> Option<&Arc<Flow>> {
        let word = text.strip_prefix('/')?.split(|c: char| c == '@' || c.is_whitespace()).next()?;
        let number = match self.commands.get(word) {
            Some(number) => Some(number),
            None => self.commands.get(&word.to_ascii_lowercase()),
        };
        self.current.get(*number?)
    }

    /// The flow whose payload prefix fits longest; one without a payload fits every `/start`.
    pub fn bound_to_start(&self, payload: &str) -> Option<&Arc<Flow>> {
        let (_, number) = self.starts.iter().find(|(prefix, _)| payload.starts_with(prefix))?;
        self.current.get(*number)
    }

    /// Flows with a pattern are asked first, in the order of their files.
    pub fn bound_to_text(&self, text: &str) -> Option<&Arc<Flow>> {
        let mut flows = self.texts.iter().filter_map(|number| self.current.get(*number));
        flows.find(|flow| match &flow.binding {
            Binding::Text(Some(pattern)) => pattern.is_match(text),
            Binding::Text(None) => true,
            _ => false,
        })
    }

    fn offer(&mut self, flow: Flow) {
        let (flow, number) = (Arc::new(flow), self.current.len());
        match &flow.binding {
            Binding::Command(name) => {
                self.commands.insert(name.clone(), number);
            }
            Binding::Start(prefix) => {
                self.starts.push((prefix.clone(), number));
                self.starts.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
            }
            Binding::Text(Some(_)) => {
                let patterns = |number: &&usize| {
                    matches!(self.current[**number].binding, Binding::Text(Some(_)))
                };
                let at = self.texts.iter().take_while(patterns).count();
                self.texts.insert(at, number);
            }
            Binding::Text(None) => self.texts.push(number),
            Binding::Call => {}
        }
        self.versions.entry(flow.name.clone()).or_default().push(flow.clone());
        self.current.push(flow);
    }

    /// What an earlier file has taken already; `files` are the names of the current flows' files.
    fn clash(&self, flow: &Flow, file: &str, files: &[&str]) -> Vec<FlowError> {
        let mut errors = Vec::new();
        let mut clash = |key: &str, other: usize, reason: String| {
            let line = line_of(&flow.source, key);
            let hint = files.get(other).map(|other| format!("the other is in {other}"));
            errors.push(FlowError { file: file.to_owned(), line, reason, hint });
        };
        for (number, other) in self.current.iter().enumerate() {
            if other.name == flow.name {
                clash("name", number, format!("two flows with the name `{}`", flow.name));
            }
            match (&other.binding, &flow.binding) {
                (Binding::Command(theirs), Binding::Command(ours)) if theirs == ours => {
                    clash("command", number, format!("two flows bound to `/{ours}`"));
                }
                (Binding::Start(theirs), Binding::Start(ours)) if theirs == ours => {
                    clash("on", number, format!("two flows bound to `/start {ours}`"));
                }
                (Binding::Text(None), Binding::Text(None)) => {
                    clash("on", number, "two flows bound to any text".to_owned());
                }
                _ => {}
            }
        }
        errors
    }
}

/// The line of a top-level key, in a source that was read without an error.
fn line_of(source: &str, key: &str) -> usize {
    let is_key = |line: &str| {
        let rest = line.trim_start().strip_prefix(key);
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    1 + source.lines().position(is_key).unwrap_or(0)
}

/// An error of a file as a whole.
fn whole(file: &str, reason: String) -> FlowError {
    FlowError { file: file.to_owned(), line: 0, reason, hint: None }
}
