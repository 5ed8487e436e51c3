//! Settings about people: terms, registration, help, reminders, privacy, admins. What each key means stands in
//! `config/default.toml`.

use std::path::PathBuf;

use actors::manners::{Manners, Quiet};
use serde::Deserialize;

use super::{Settings, SettingsError};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermsSettings {
    /// Empty: nobody has to agree to anything.
    pub version: String,
    pub dir: PathBuf,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationSettings {
    pub ask_phone: bool,
    pub ask_email: bool,
    /// A flow's name; empty: none.
    pub questionnaire: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HelpSettings {
    pub faq: PathBuf,
    /// How to reach a person; empty: not said.
    pub contact: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReminderSettings {
    /// 0: nobody is reminded of an unfinished registration.
    pub registration_h: u32,
    /// `22:00-08:00`, or `off`.
    pub quiet_hours: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivacySettings {
    pub erasure_grace_h: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminSettings {
    pub users: Vec<i64>,
}

impl Settings {
    pub(super) fn manners(&self) -> Manners {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let hours = |hours: u32| time::Duration::hours(i64::from(hours));
        Manners {
            time_zone: self.shop.time_zone.clone(),
            quiet: Quiet::parse(&self.reminders.quiet_hours).unwrap_or(Quiet::NEVER),
            ask_phone: self.registration.ask_phone,
            ask_email: self.registration.ask_email,
            questionnaire: some(&self.registration.questionnaire),
            remind_after: Some(self.reminders.registration_h).filter(|h| *h > 0).map(hours),
            support: some(&self.help.contact),
            erasure_grace: hours(self.privacy.erasure_grace_h),
            admins: self.admins.users.clone(),
        }
    }
}

pub(super) fn check(settings: &Settings) -> Result<(), SettingsError> {
    let refuse =
        |key: &str, problem: String, hint: &str| Err(SettingsError::at(key, &problem, hint));
    let zone = &settings.shop.time_zone;
    if !actors::is_time_zone(zone) {
        let hint = "write a name as in \"Europe/Madrid\", or \"UTC\"";
        return refuse("shop.time_zone", format!("'{zone}' is no time zone"), hint);
    }
    let quiet = &settings.reminders.quiet_hours;
    if Quiet::parse(quiet).is_none() {
        let hint = "write \"22:00-08:00\", or \"off\"";
        return refuse("reminders.quiet_hours", format!("'{quiet}' is not understood"), hint);
    }
    let version = &settings.terms.version;
    let is_plain =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if version.len() > 20 || !version.chars().all(is_plain) {
        let hint = "1 to 20 of a-z, 0-9 and -, as in \"2026-11\"";
        return refuse("terms.version", format!("'{version}' does not fit"), hint);
    }
    const YEAR_H: u32 = 366 * 24;
    for (key, hours) in [
        ("reminders.registration_h", settings.reminders.registration_h),
        ("privacy.erasure_grace_h", settings.privacy.erasure_grace_h),
    ] {
        if hours > YEAR_H {
            return refuse(key, "more than a year".to_owned(), "write hours, at most 8784");
        }
    }
    Ok(())
}
