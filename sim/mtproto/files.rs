//! The bytes of pictures and documents. It must not know the posts that they stand in.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use grammers_tl_types::{enums, functions, types};

use super::content::number_of;
use super::rpc::{Answer, Call, bad};

/// Bytes that one answer holds at most, and what offsets are multiples of.
const PART_MAX: i32 = 1024 * 1024;
const PART_UNIT: i32 = 1024;

pub(crate) fn get_file(
    call: &mut Call<'_>,
    request: functions::upload::GetFile,
) -> Answer<enums::upload::File> {
    call.me()?;
    if request.limit <= 0 || request.limit > PART_MAX || request.limit % PART_UNIT != 0 {
        return Err(bad("LIMIT_INVALID"));
    }
    if request.offset < 0 || request.offset % i64::from(PART_UNIT) != 0 {
        return Err(bad("OFFSET_INVALID"));
    }
    let (id, hash, size) = match request.location {
        enums::InputFileLocation::InputPhotoFileLocation(x) => (x.id, x.access_hash, x.thumb_size),
        enums::InputFileLocation::InputDocumentFileLocation(x) => {
            (x.id, x.access_hash, x.thumb_size)
        }
        _ => return Err(bad("LOCATION_INVALID")),
    };
    if hash != !id {
        return Err(bad("FILE_REFERENCE_INVALID"));
    }
    let kept = {
        let turn = call.net.0.world.turn();
        let mut files = turn.state.files.all();
        let found = files.find(|kept| number_of(&kept.unique_id) == id);
        found.map(|kept| (kept.bytes.clone(), kept.mime.clone()))
    };
    let (bytes, mime) = match kept {
        Some((bytes, mime)) => (bytes.to_vec(), mime),
        // A picture of the past has no bytes until somebody asks for them.
        None if size == "m" => (painted(id, 320, 240), "image/png".to_owned()),
        None if size == "x" => (painted(id, 800, 600), "image/png".to_owned()),
        None => return Err(bad("FILE_ID_INVALID")),
    };
    let at = usize::try_from(request.offset).unwrap_or(usize::MAX).min(bytes.len());
    let end = at.saturating_add(usize::try_from(request.limit).unwrap_or(0)).min(bytes.len());
    let r#type = match mime.as_str() {
        "image/jpeg" => enums::storage::FileType::FileJpeg,
        "image/png" => enums::storage::FileType::FilePng,
        "image/gif" => enums::storage::FileType::FileGif,
        "image/webp" => enums::storage::FileType::FileWebp,
        "application/pdf" => enums::storage::FileType::FilePdf,
        "audio/mpeg" => enums::storage::FileType::FileMp3,
        "video/mp4" => enums::storage::FileType::FileMp4,
        _ => enums::storage::FileType::FileUnknown,
    };
    let mtime = call.net.now_s();
    Ok(types::upload::File { r#type, mtime, bytes: bytes[at..end].to_vec() }.into())
}

/// A PNG with a gradient in the colours of a number.
fn painted(number: i64, width: u32, height: u32) -> Vec<u8> {
    let [red, green, blue, ..] = number.to_le_bytes();
    let mut rows = Vec::new();
    for y in 0..height {
        rows.push(0); // no filter
        let shade = u8::try_from(y * 96 / height).unwrap_or(0);
        for _ in 0..width {
            rows.extend([red.saturating_sub(shade), green.saturating_sub(shade), blue]);
        }
    }
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    // Writing into memory does not fail.
    let _ = encoder.write_all(&rows);
    let pixels = encoder.finish().unwrap_or_default();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = [width.to_be_bytes(), height.to_be_bytes()].concat();
    head.extend([8, 2, 0, 0, 0]);
    for (name, content) in [(b"IHDR", head), (b"IDAT", pixels), (b"IEND", Vec::new())] {
        png.extend(u32::try_from(content.len()).unwrap_or(0).to_be_bytes());
        let chunk = [&name[..], &content].concat();
        png.extend(&chunk);
        png.extend(crc32fast::hash(&chunk).to_be_bytes());
    }
    png
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_painted_picture_is_a_picture() {
        assert_eq!(crate::images::size(&super::painted(77, 32, 24)), Some((32, 24)));
    }
}
