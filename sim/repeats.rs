//! Tells a reply that came twice from one that several inputs earned. It must not know messages,
//! only their fingerprints.

/// What a private chat remembers to see that its bot repeats itself.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    /// The fingerprint of the bot's last message.
    last: Option<u64>,
    /// That message came after the person's last input.
    fresh: bool,
    /// Inputs that no message has answered yet: so many equal answers are nobody's mistake.
    owed: u32,
    /// Edits since the last input. A press is answered by an edit, a message or both, so they take
    /// off `owed` only when the next input shows that the answer was complete.
    edits: u32,
}

impl Repeats {
    /// The person wrote or pressed.
    pub(crate) fn heard(&mut self) {
        self.owed = self.owed.saturating_sub(std::mem::take(&mut self.edits)) + 1;
        self.fresh = false;
    }

    /// The bot edited one of its messages.
    pub(crate) fn edited(&mut self) {
        self.edits += 1;
    }

    /// The bot sent a message; whether it is one too many of the same.
    pub(crate) fn said(&mut self, fingerprint: u64) -> bool {
        let same = self.last.replace(fingerprint) == Some(fingerprint);
        let doubled = same && self.fresh && self.owed == 0;
        self.owed = self.owed.saturating_sub(1);
        self.fresh = true;
        doubled
    }
}

#[cfg(test)]
mod tests {
    use super::Repeats;

    const INPUT: char = '>';
    const EDIT: char = '~';

    /// How many of these letters, each a message of the bot, are doubled.
    fn doubled(story: &str) -> usize {
        let mut repeats = Repeats::default();
        let is_doubled = |step: &char| match *step {
            INPUT => {
                repeats.heard();
                false
            }
            EDIT => {
                repeats.edited();
                false
            }
            said => repeats.said(u64::from(said)),
        };
        story.chars().filter(is_doubled).count()
    }

    #[test]
    fn only_answers_beyond_the_inputs_are_doubled() {
        let stories = [
            (">AA", 1),
            (">AAA", 2),
            (">A>A", 0),
            (">AA>A", 1),
            (">AA>>AA", 1),
            (">>>>>>>>>>AAAAAAAAAA", 0),
            (">>>>>>>>>>AAAAAAAAAAA", 1),
            (">>>A>>AAAA>A", 0),
            // The first of three was answered otherwise; the others are still owed.
            (">>>ABB", 0),
            (">>>ABBB", 1),
            // One input, two messages, the last of them twice.
            (">ABB", 1),
            (">ABAB", 0),
        ];
        for (story, expected) in stories {
            assert_eq!(doubled(story), expected, "{story}");
        }
    }

    #[test]
    fn presses_that_an_edit_answered_excuse_no_repetition() {
        let stories = [(">P>~>~>~>AA", 1), (">P>~>~>PP", 1), (">P>>~A~A", 0)];
        for (story, expected) in stories {
            assert_eq!(doubled(story), expected, "{story}");
        }
    }
}
