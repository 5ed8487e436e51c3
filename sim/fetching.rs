//! Fetches what a call names by address instead of by upload, before the world is locked. It must
//! not know messages.

use std::time::Duration;

use serde_json::{Value, json};

use crate::params::{Params, Upload};
use crate::reply::{Refused, bad};
use crate::world::World;

/// Telegram gives up on an address after about this long.
const FETCH_WITHIN: Duration = Duration::from_secs(15);
/// Telegram takes at most so much from an address, bytes.
const FETCH_MAX: usize = 20 * 1024 * 1024;

/// The parameter that may name a file by its address.
fn field_of(method: &str) -> Option<&'static str> {
    Some(match method.to_ascii_lowercase().as_str() {
        "sendphoto" => "photo",
        "senddocument" => "document",
        "sendvideo" => "video",
        "sendanimation" => "animation",
        "sendaudio" => "audio",
        "sendvoice" => "voice",
        "sendsticker" => "sticker",
        "sendmediagroup" | "editmessagemedia" => "media",
        _ => return None,
    })
}

/// Whether the call names a file by its address.
pub(crate) fn needed(method: &str, params: &Params) -> bool {
    field_of(method).is_some_and(|field| {
        let text = params.text(field);
        text.is_some_and(|text| is_address(&text) || field == "media")
    })
}

/// Replaces addresses of files by uploads of what is there.
pub(crate) async fn prepare(
    world: &World,
    method: &str,
    params: &mut Params,
) -> Result<(), Refused> {
    let Some(field) = field_of(method) else {
        return Ok(());
    };
    if field == "media" {
        return media(world, params).await;
    }
    let Some(url) = params.text(field).filter(|text| is_address(text)) else {
        return Ok(());
    };
    let url = url.into_owned();
    let upload = fetch(world, &url).await?;
    if field == "photo" && crate::images::size(&upload.bytes).is_none() {
        return Err(bad("wrong type of the web page content"));
    }
    params.attach(field, upload);
    Ok(())
}

async fn media(world: &World, params: &mut Params) -> Result<(), Refused> {
    let Ok(Some(mut media)) = params.json("media", "") else {
        return Ok(()); // the method complains better
    };
    let mut found = Vec::new();
    let all: Vec<&mut Value> = match &mut media {
        Value::Array(list) => list.iter_mut().collect(),
        one => vec![one],
    };
    for (at, one) in all.into_iter().enumerate() {
        let url = one["media"].as_str().filter(|text| is_address(text)).map(str::to_owned);
        if let Some(url) = url {
            let name = format!("fetched {at}");
            one["media"] = json!(format!("attach://{name}"));
            found.push((name, url));
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    for (name, url) in found {
        let upload = fetch(world, &url).await?;
        params.attach(&name, upload);
    }
    params.set("media", media);
    Ok(())
}

fn is_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

async fn fetch(world: &World, url: &str) -> Result<Upload, Refused> {
    let failed = || bad("failed to get HTTP URL content");
    let request = world.0.http.get(url).timeout(FETCH_WITHIN);
    let response = request.send().await.map_err(|_| failed())?;
    if !response.status().is_success() {
        return Err(failed());
    }
    let mime = response
        .headers()
        .get(reqwest::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("")
        .split(';')
        .next()
        .unwrap_or("")
        .to_owned();
    let bytes = response.bytes().await.map_err(|_| failed())?;
    if bytes.len() > FETCH_MAX {
        return Err(failed());
    }
    let path = url.split(['?', '#']).next().unwrap_or("");
    let name = path.rsplit('/').next().unwrap_or("").to_owned();
    Ok(Upload { name, mime, bytes })
}
