//! What an answer of the Bot API means for an intent. Knows no HTTP and decides nothing about limits.

use std::time::Duration;

use actors::{CourierReport, Outcome};

use crate::telegram::{ApiError, CallError};

/// What to do after a call that brought an error.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// What was wanted is so already, or nobody waits for it any more.
    Done,
    Report(CourierReport),
    /// The group is a supergroup now: once more, there.
    Migrated(i64),
    /// Telegram no longer knows the remembered file: upload it again.
    FileForgotten,
}

/// 429 without a time.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Words of the Bot API's descriptions, in lower case. Source: the server's own source, `Client.cpp`.
const SAME: [&str; 1] = ["message is not modified"];
const TOO_OLD: [&str; 2] = ["query is too old", "query id is invalid"];
const DELETED: [&str; 2] = ["message to delete not found", "message_id_invalid"];
const NOT_THERE: [&str; 3] = ["chat not found", "not a member", "was kicked"];
const UNREACHABLE: [&str; 7] = [
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "user is deactivated",
    "input_user_deactivated",
    "group chat was deleted",
    "group chat was deactivated",
];
/// 403 that is about a right, not about being let in.
const RIGHTS: [&str; 2] = ["not enough rights", "have no rights"];
const FILES: [&str; 4] = [
    "wrong file identifier",
    "wrong remote file identifier",
    "wrong file_id",
    "file reference expired",
];

pub(super) fn verdict(method: &str, error: &CallError) -> Verdict {
    match error {
        CallError::Refused(error) => refused(method, error),
        CallError::Unanswered(reason) => {
            Verdict::Report(CourierReport::Failed { reason: reason.clone() })
        }
    }
}

fn refused(method: &str, error: &ApiError) -> Verdict {
    let said = error.description.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let reason = error.to_string();
    if let (400, Some(chat)) = (error.error_code, error.migrate_to_chat_id) {
        return Verdict::Migrated(chat);
    }
    let no = |unreachable| {
        let outcome = Outcome::Refused { reason: reason.clone(), unreachable };
        Verdict::Report(CourierReport::Finished(outcome))
    };
    match error.error_code {
        429 | 420 => {
            let retry_after = error.retry_after.unwrap_or(RETRY_AFTER).max(RETRY_AFTER);
            Verdict::Report(CourierReport::Throttled { retry_after })
        }
        401 | 404 => Verdict::Report(CourierReport::Closed { reason }),
        400 if says(&["logged out"]) => Verdict::Report(CourierReport::Closed { reason }),
        400 | 403 if method == "leaveChat" && says(&NOT_THERE) => Verdict::Done,
        400 if says(&SAME) => Verdict::Done,
        // Money: the customer was not charged, and the payment should know.
        400 if says(&TOO_OLD) && method != "answerPreCheckoutQuery" => Verdict::Done,
        400 if method == "deleteMessage" && says(&DELETED) => Verdict::Done,
        400 if says(&FILES) => Verdict::FileForgotten,
        400 => no(says(&UNREACHABLE)),
        403 => no(!says(&RIGHTS)),
        408 | 409 | 500.. => Verdict::Report(CourierReport::Failed { reason }),
        _ => no(false),
    }
}
