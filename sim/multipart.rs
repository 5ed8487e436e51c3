//! Reads a `multipart/form-data` body that is already in memory (RFC 7578). It must not know any
//! method.

use actix_web::web::Bytes;

use crate::reply::{Refused, bad};

/// One part of the body.
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    pub(crate) mime: String,
    pub(crate) bytes: Bytes,
}

/// The parts in order; a body without its boundary is refused.
pub(crate) fn parse(content_type: &str, body: &Bytes) -> Result<Vec<Part>, Refused> {
    let boundary = attribute(content_type, "boundary")
        .ok_or_else(|| bad("boundary of multipart/form-data is not specified"))?;
    let opening = format!("--{boundary}").into_bytes();
    let between = format!("\r\n--{boundary}").into_bytes();
    let mut at = find(body, &opening, 0).ok_or_else(|| bad("can't find multipart boundary"))?
        + opening.len();
    let mut parts = Vec::new();
    loop {
        if body[at..].starts_with(b"--") {
            return Ok(parts);
        }
        at += line_end(&body[at..]);
        let head_end = find(body, b"\r\n\r\n", at)
            .ok_or_else(|| bad("can't find the end of headers of a multipart part"))?;
        let head = String::from_utf8_lossy(&body[at..head_end]).into_owned();
        let start = head_end + 4;
        let end = find(body, &between, start.saturating_sub(2))
            .ok_or_else(|| bad("can't find the end of a multipart part"))?;
        parts.extend(part(&head, body.slice(start.min(end)..end)));
        at = end + between.len();
    }
}

fn line_end(rest: &[u8]) -> usize {
    if rest.starts_with(b"\r\n") { 2 } else { 0 }
}

fn part(head: &str, bytes: Bytes) -> Option<Part> {
    let mut disposition = None;
    let mut mime = String::new();
    for line in head.split("\r\n") {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "content-disposition" => disposition = Some(value.trim().to_owned()),
            "content-type" => mime = value.trim().to_owned(),
            _ => {}
        }
    }
    let disposition = disposition?;
    let name = attribute(&disposition, "name")?;
    let file_name = attribute(&disposition, "filename*")
        .map(|text| text.rsplit("''").next().unwrap_or("").to_owned())
        .or_else(|| attribute(&disposition, "filename"));
    Some(Part { name, file_name, mime, bytes })
}

/// The value of `key=value` or `key="value"` among the attributes of a header.
fn attribute(header: &str, key: &str) -> Option<String> {
    let mut rest = header;
    while let Some(at) = rest.find(';') {
        rest = rest[at + 1..].trim_start();
        let (name, value) = rest.split_once('=')?;
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => value.find(';').map_or((value, ""), |end| (&value[..end], &value[end..])),
        };
        if name.trim().eq_ignore_ascii_case(key) {
            return Some(value.trim().to_owned());
        }
        rest = after;
    }
    None
}

fn find(haystack: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let first = *needle.first()?;
    let mut at = from;
    while at + needle.len() <= haystack.len() {
        let step = haystack[at..].iter().position(|byte| *byte == first)?;
        at += step;
        if haystack[at..].starts_with(needle) {
            return Some(at);
        }
        at += 1;
    }
    None
}
