//! Which links Telegram accepts, and how it writes them. It must not know where they stand.

use crate::entities::Entity;

/// The user id of `tg://user?id=…`.
pub(crate) fn user_id(url: &str) -> Option<i64> {
    let lower = url.to_ascii_lowercase();
    let rest = lower.strip_prefix("tg:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let rest = rest.strip_prefix("user")?;
    let rest = rest.strip_prefix('/').unwrap_or(rest).strip_prefix("?id=")?;
    rest.parse().ok().filter(|id| *id > 0)
}

/// The link as Telegram writes it, or why it refuses it.
pub(crate) fn checked(url: &str) -> Result<String, &'static str> {
    let url = url.trim();
    let lower = url.to_ascii_lowercase();
    for scheme in ["tg", "ton", "tonsite"] {
        if let Some(rest) = lower.strip_prefix(&format!("{scheme}:")) {
            let from = url.len() - rest.len();
            let rest = url[from..].strip_prefix("//").unwrap_or(&url[from..]);
            return Ok(format!("{scheme}://{rest}"));
        }
    }
    let (scheme, rest) = match lower.split_once("://") {
        Some(("http", _)) => ("http", &url[7..]),
        Some(("https", _)) => ("https", &url[8..]),
        Some(_) => return Err("Unsupported URL protocol"),
        None => ("http", url),
    };
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(host_end);
    let host_port = authority.rsplit('@').next().unwrap_or("");
    let host = match host_port.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host_port,
    };
    if host.is_empty() {
        return Err("URL host is empty");
    }
    if !host.contains('.') && !host.starts_with('[') {
        return Err("Wrong HTTP URL");
    }
    if host.contains(|one: char| one.is_whitespace() || one.is_control()) {
        return Err("Disallowed character in URL host");
    }
    let slash = if path.starts_with('/') { "" } else { "/" };
    Ok(format!("{scheme}://{}{slash}{path}", authority.to_lowercase()))
}

/// The entity of a link: a mention, a link, or nothing when the link is not one.
pub(crate) fn entity(url: &str, offset: usize, length: usize) -> Option<Entity> {
    if let Some(id) = user_id(url) {
        return Some(Entity::new("text_mention", offset, length).with(id.to_string()));
    }
    let url = checked(url).ok()?;
    Some(Entity::new("text_link", offset, length).with(url))
}
