//! Time zones: which there are, what their clocks show, and how people name them. Knows no texts.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone, db};
use time::OffsetDateTime;

use crate::clock::to_ms;

/// A moment on somebody's wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Local {
    pub(crate) year: i16,
    /// 1 to 12.
    pub(crate) month: u8,
    pub(crate) day: u8,
    pub(crate) hour: u8,
    pub(crate) minute: u8,
}

impl Local {
    /// What the clocks of the zone show; UTC's where the zone is not known (any more).
    pub(crate) fn at(moment: OffsetDateTime, zone: &str) -> Self {
        let timestamp = Timestamp::from_millisecond(to_ms(moment)).unwrap_or(Timestamp::UNIX_EPOCH);
        let there = timestamp.to_zoned(find(zone).unwrap_or(TimeZone::UTC));
        let part = |part: i8| u8::try_from(part).unwrap_or_default();
        Self {
            year: there.year(),
            month: part(there.month()),
            day: part(there.day()),
            hour: part(there.hour()),
            minute: part(there.minute()),
        }
    }

    /// Of the day.
    pub(crate) fn minutes(self) -> u16 {
        u16::from(self.hour) * 60 + u16::from(self.minute)
    }
}

fn find(name: &str) -> Option<TimeZone> {
    if let Some(offset) = name.strip_prefix("UTC").filter(|offset| !offset.is_empty()) {
        return Some(TimeZone::fixed(fixed(offset)?));
    }
    db().get(name).ok()
}

/// `+3`, `-4:30`, `+0530`.
fn fixed(text: &str) -> Option<Offset> {
    let (sign, rest) = match text.chars().next()? {
        '+' => (1, &text[1..]),
        '-' => (-1, &text[1..]),
        '−' => (-1, &text['−'.len_utf8()..]),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) => (hours.parse::<i32>().ok()?, minutes.parse::<i32>().ok()?),
        None if rest.len() == 4 => (rest[..2].parse().ok()?, rest[2..].parse().ok()?),
        None => (rest.parse().ok()?, 0),
    };
    let is_real = (0..=14).contains(&hours) && (0..60).contains(&minutes);
    is_real.then(|| Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok())?
}

/// The zone that somebody means: its IANA name, its city, `UTC+3`, or the time that their clock shows now.
pub(crate) fn meant(text: &str, now: OffsetDateTime) -> Option<String> {
    let text = text.trim();
    let small = text.to_lowercase();
    if let Some(offset) = ["utc", "gmt"].iter().find_map(|name| small.strip_prefix(name)) {
        let offset = offset.trim();
        return match offset.is_empty() {
            true => Some("UTC".to_owned()),
            false => fixed(offset).map(named),
        };
    }
    if let Some(offset) = fixed(text) {
        return Some(named(offset));
    }
    if let Some(offset) = by_clock(text, now) {
        return Some(offset);
    }
    let wanted = small.replace(' ', "_");
    let is_meant = |name: &str| {
        let name = name.to_lowercase();
        name == wanted || name.rsplit('/').next() == Some(&*wanted)
    };
    // The database's old names of whole countries are not offered; a city is where somebody is.
    let names = db().available();
    names.map(|name| name.as_str().to_owned()).find(|name| name.contains('/') && is_meant(name))
}

fn named(offset: Offset) -> String {
    let seconds = offset.seconds();
    let (hours, minutes) = (seconds.abs() / 3_600, seconds.abs() / 60 % 60);
    let sign = if seconds < 0 { '-' } else { '+' };
    match (seconds, minutes) {
        (0, _) => "UTC".to_owned(),
        (_, 0) => format!("UTC{sign}{hours}"),
        _ => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

/// `14:35`: the offset at which clocks show this now, to the next half hour.
fn by_clock(text: &str, now: OffsetDateTime) -> Option<String> {
    let (hour, minute) = text.split_once(':')?;
    let hour = crate::texts::digits(hour.trim()).filter(|hour| *hour < 24)?;
    let minute = crate::texts::digits(minute.trim()).filter(|minute| *minute < 60)?;
    let shown = i32::try_from(hour * 60 + minute).ok()?;
    let here = i32::from(Local::at(now, "UTC").minutes());
    // Between UTC-11 and UTC+13: nobody else is on more than one day at once.
    let ahead = (shown - here + 660).rem_euclid(1_440) - 660;
    let halves = (f64::from(ahead) / 30.0).round();
    #[expect(clippy::cast_possible_truncation, reason = "at most 26 halves of an hour")]
    let minutes = halves as i32 * 30;
    Offset::from_seconds(minutes * 60).ok().map(named)
}

/// Whether the name means a zone.
pub fn is_known(name: &str) -> bool {
    find(name).is_some()
}

/// Zones to choose from at once, where most who speak the language live.
pub(crate) fn usual(lang: &str) -> &'static [&'static str] {
    match lang {
        "ru" => &["Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Novosibirsk"],
        "es" => &["Europe/Madrid", "America/Mexico_City", "America/Bogota", "America/Santiago"],
        "uz" => &["Asia/Tashkent", "Asia/Almaty", "Europe/Moscow", "Europe/Istanbul"],
        "ar" => &["Asia/Riyadh", "Africa/Cairo", "Asia/Dubai", "Africa/Casablanca"],
        _ => &["Europe/London", "America/New_York", "America/Los_Angeles", "Asia/Kolkata"],
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::{Local, is_known, meant, usual};

    /// 2026-11-20 11:05:53 UTC.
    fn now() -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_795_172_753).expect("a time")
    }

    fn clock(zone: &str, moment: OffsetDateTime) -> (u8, u8) {
        let local = Local::at(moment, zone);
        (local.hour, local.minute)
    }

    #[test]
    fn clocks_show_what_they_show_there_summer_time_included() {
        let utc = clock("UTC", now());
        let ahead = |zone: &str, moment: OffsetDateTime| {
            let (here, there) = (clock("UTC", moment), clock(zone, moment));
            (i16::from(there.0) - i16::from(here.0)) * 60 + i16::from(there.1) - i16::from(here.1)
        };
        assert_eq!(utc.1, 5);
        assert_eq!(ahead("Europe/Madrid", now()), 60);
        assert_eq!(ahead("Europe/Madrid", now() - time::Duration::days(120)), 120);
        assert_eq!(ahead("Asia/Tashkent", now()), 300);
        assert_eq!(ahead("Asia/Kolkata", now()), 330);
        assert_eq!(ahead("UTC-4:30", now()), -270);
        assert_eq!(ahead("Nowhere/At_All", now()), 0);
        let there = Local::at(now(), "Pacific/Auckland");
        assert_eq!((there.year, there.month, there.day), (2026, 11, 21));
    }

    #[test]
    fn a_zone_is_understood_as_people_name_it() {
        for (said, expected) in [
            ("Europe/Madrid", Some("Europe/Madrid")),
            ("madrid", Some("Europe/Madrid")),
            ("new york", Some("America/New_York")),
            ("UTC+3", Some("UTC+3")),
            ("gmt -4:30", Some("UTC-4:30")),
            ("+05:30", Some("UTC+5:30")),
            ("utc", Some("UTC")),
            ("16:04", Some("UTC+5")),
            ("١٦:٠٤", Some("UTC+5")),
            ("6:10", Some("UTC-5")),
            ("UTC+99", None),
            ("Atlantis", None),
            ("", None),
            ("25:00", None),
        ] {
            assert_eq!(meant(said, now()).as_deref(), expected, "{said}");
        }
        for lang in ["en", "ru", "es", "uz", "ar"] {
            assert!(usual(lang).iter().all(|name| is_known(name)), "{lang}");
        }
        assert!(!is_known("Atlantis") && is_known("UTC+3"));
    }
}
