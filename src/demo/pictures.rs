//! Draws the sample shop's pictures: flat shapes on a soft ground. Knows no shop but its list.

use std::path::Path;

use anyhow::Context;
use image::{Rgb, RgbImage};

use super::shop::photos;

/// What is in a picture.
#[derive(Clone, Copy)]
enum Shape {
    Mug,
    Tin,
    Book,
    Candle,
    Card,
    Shirt,
    Bag,
    Vase,
}

/// A shape, and red, green, blue.
struct Sample {
    shape: Shape,
    colour: [u8; 3],
}

/// What the sample shop's pictures show: name, shape, colour; whatever is not named here is a card.
const SAMPLES: &[(&str, Shape, [u8; 3])] = &[
    ("blue-mug", Shape::Mug, [52, 104, 192]),
    ("red-mug", Shape::Mug, [196, 64, 56]),
    ("white-mug", Shape::Mug, [186, 190, 198]),
    ("espresso-cups", Shape::Mug, [112, 82, 66]),
    ("teapot", Shape::Mug, [64, 148, 148]),
    ("travel-mug", Shape::Tin, [98, 110, 124]),
    ("saucers", Shape::Card, [164, 176, 190]),
    ("green-tea", Shape::Tin, [72, 140, 84]),
    ("jasmine-tea", Shape::Tin, [150, 178, 96]),
    ("matcha", Shape::Tin, [112, 156, 60]),
    ("mint-tea", Shape::Tin, [72, 168, 140]),
    ("black-tea", Shape::Tin, [120, 72, 48]),
    ("earl-grey", Shape::Tin, [88, 92, 140]),
    ("smoked-tea", Shape::Tin, [84, 76, 72]),
    ("chai", Shape::Tin, [190, 112, 56]),
    ("honey", Shape::Tin, [216, 148, 40]),
    ("rock-sugar", Shape::Tin, [214, 174, 110]),
    ("tea-sampler", Shape::Tin, [132, 96, 148]),
    ("notebook", Shape::Book, [92, 84, 160]),
    ("cookbook", Shape::Book, [180, 88, 96]),
    ("calendar", Shape::Book, [96, 136, 84]),
    ("pencils", Shape::Candle, [196, 152, 60]),
    ("postcards", Shape::Card, [88, 136, 188]),
    ("letter-paper", Shape::Card, [176, 148, 116]),
    ("poster", Shape::Card, [70, 110, 150]),
    ("candle", Shape::Candle, [232, 196, 120]),
    ("candle-set", Shape::Candle, [206, 150, 106]),
    ("linen-towel", Shape::Card, [156, 164, 140]),
    ("tray", Shape::Card, [132, 92, 60]),
    ("vase", Shape::Vase, [92, 124, 160]),
    ("cushion", Shape::Bag, [172, 64, 116]),
    ("firewood", Shape::Bag, [128, 96, 64]),
    ("shirt", Shape::Shirt, [56, 96, 150]),
    ("apron", Shape::Shirt, [120, 132, 112]),
    ("socks", Shape::Vase, [150, 84, 84]),
    ("tote", Shape::Bag, [196, 176, 140]),
    ("gift-card", Shape::Card, [60, 140, 120]),
    ("recipe-file", Shape::Book, [200, 116, 80]),
    ("tea-guide", Shape::Book, [84, 148, 104]),
    ("wallpapers", Shape::Card, [108, 100, 176]),
];

const WIDTH: u32 = 480;
const HEIGHT: u32 = 360;
/// Shapes are described in a frame of 640 by 480 points.
const SCALE: f32 = 640.0 / 480.0;

/// Draws what is missing in the folder.
///
/// # Errors
/// When the folder cannot be written.
pub(super) fn draw(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).context("make the folder of pictures")?;
    let mut names = photos()?;
    names.push("wallpaper.png".to_owned());
    names.retain(|name| !folder.join(name).exists());
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = names.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let drawing: Vec<_> = names
            .chunks(share)
            .map(|names| scope.spawn(move || names.iter().try_for_each(|name| one(folder, name))))
            .collect();
        drawing.into_iter().try_for_each(|thread| match thread.join() {
            Ok(drawn) => drawn,
            Err(_) => anyhow::bail!("drawing the pictures failed"),
        })
    })
}

fn one(folder: &Path, name: &str) -> anyhow::Result<()> {
    let file = folder.join(name);
    // Never half a picture under its name: a demo may be stopped while it draws.
    let part = folder.join(format!("part-{name}"));
    let image = picture(&sample(name));
    image.save(&part).with_context(|| format!("draw {}", part.display()))?;
    std::fs::rename(&part, &file).with_context(|| format!("draw {}", file.display()))
}

fn sample(name: &str) -> Sample {
    let name = name.strip_suffix(".png").unwrap_or(name);
    let known = SAMPLES.iter().find(|(known, ..)| *known == name);
    let (_, shape, colour) = known.copied().unwrap_or(("", Shape::Card, [96, 120, 160]));
    Sample { shape, colour }
}

fn picture(sample: &Sample) -> RgbImage {
    RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        // Four samples a pixel: smooth edges.
        let mut sum = [0.0_f32; 3];
        for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
            let (x, y) = ((x as f32 + dx) * SCALE, (y as f32 + dy) * SCALE);
            let colour = at(sample, x - 320.0, y - 240.0);
            for (total, part) in sum.iter_mut().zip(colour) {
                *total += part / 4.0;
            }
        }
        Rgb(sum.map(|part| part.clamp(0.0, 255.0) as u8))
    })
}

/// The colour at a point; the middle of the picture is 0, 0.
fn at(sample: &Sample, x: f32, y: f32) -> [f32; 3] {
    let own = sample.colour.map(f32::from);
    let mix = |to: f32, share: f32| own.map(|part| part + (to - part) * share);
    let ground = mix(255.0, 0.82 - 0.1 * (y + 240.0) / 480.0);
    let shadow = (x / 170.0).powi(2) + ((y - 150.0) / 22.0).powi(2) < 1.0;
    let light = 0.22 * (1.0 - (x + 140.0) / 280.0).clamp(0.0, 1.0);
    match part(sample.shape, x, y) {
        Part::Body => mix(255.0, light),
        Part::Dark => mix(0.0, 0.25),
        Part::Pale => mix(255.0, 0.75),
        Part::Flame => [250.0, 170.0, 60.0],
        Part::Nothing if shadow => mix(0.0, 0.1).map(|part| part * 0.4 + ground[0] * 0.6),
        Part::Nothing => ground,
    }
}

#[derive(PartialEq)]
enum Part {
    Nothing,
    Body,
    Dark,
    Pale,
    Flame,
}

/// Inside a rectangle with round corners.
fn slab(x: f32, y: f32, (half_width, half_height): (f32, f32), radius: f32) -> bool {
    let dx = (x.abs() - half_width + radius).max(0.0);
    let dy = (y.abs() - half_height + radius).max(0.0);
    dx.hypot(dy) < radius && x.abs() <= half_width && y.abs() <= half_height
}

fn oval(x: f32, y: f32, half_width: f32, half_height: f32) -> bool {
    (x / half_width).powi(2) + (y / half_height).powi(2) < 1.0
}

fn part(shape: Shape, x: f32, y: f32) -> Part {
    let ring = |distance: f32| distance > 48.0 && distance < 72.0;
    match shape {
        Shape::Mug if oval(x, y + 120.0, 102.0, 16.0) => Part::Dark,
        Shape::Mug if slab(x, y - 15.0, (115.0, 135.0), 36.0) => Part::Body,
        Shape::Mug if x > 90.0 && ring((x - 118.0).hypot(y - 10.0)) => Part::Body,
        Shape::Tin if slab(x, y + 105.0, (108.0, 26.0), 10.0) => Part::Dark,
        Shape::Tin if slab(x, y - 40.0, (78.0, 52.0), 8.0) => Part::Pale,
        Shape::Tin if slab(x, y - 25.0, (100.0, 125.0), 14.0) => Part::Body,
        Shape::Book if slab(x + 98.0, y - 5.0, (14.0, 145.0), 6.0) => Part::Dark,
        Shape::Book if slab(x - 20.0, y + 60.0, (55.0, 16.0), 5.0) => Part::Pale,
        Shape::Book if slab(x, y - 5.0, (112.0, 145.0), 10.0) => Part::Body,
        Shape::Candle if oval(x, y + 122.0, 11.0, 28.0) => Part::Flame,
        Shape::Candle if slab(x, y + 90.0, (2.5, 14.0), 2.0) => Part::Dark,
        Shape::Candle if slab(x, y - 35.0, (62.0, 115.0), 10.0) => Part::Body,
        Shape::Card if slab(x - 110.0, y + 58.0, (26.0, 30.0), 3.0) => Part::Dark,
        Shape::Card if slab(x + 10.0, y - 40.0, (120.0, 5.0), 2.0) => Part::Dark,
        Shape::Card if slab(x + 10.0, y - 70.0, (120.0, 5.0), 2.0) => Part::Dark,
        Shape::Card if slab(x, y, (165.0, 112.0), 8.0) => Part::Pale,
        Shape::Card if slab(x - 14.0, y - 14.0, (165.0, 112.0), 8.0) => Part::Body,
        Shape::Shirt if oval(x, y + 122.0, 34.0, 20.0) => Part::Pale,
        Shape::Shirt if slab(x, y - 10.0, (84.0, 130.0), 16.0) => Part::Body,
        Shape::Shirt if slab(x.abs() - 108.0, y + 84.0, (38.0, 44.0), 14.0) => Part::Dark,
        Shape::Bag if ring((x / 1.1).hypot(y + 108.0)) && y < -80.0 => Part::Dark,
        Shape::Bag if slab(x, y - 50.0, (30.0, 30.0), 15.0) => Part::Pale,
        Shape::Bag if slab(x, y - 30.0, (112.0, 118.0), 18.0) => Part::Body,
        Shape::Vase if oval(x, y + 118.0, 44.0, 12.0) => Part::Dark,
        Shape::Vase if slab(x, y + 70.0, (44.0, 52.0), 10.0) => Part::Body,
        Shape::Vase if oval(x, y - 50.0, 92.0, 100.0) => Part::Body,
        _ => Part::Nothing,
    }
}
