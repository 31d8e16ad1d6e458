//! Compares each section of `/styleguide/` with its picture in both themes, so that a change of looks is seen in
//! review. After an intended change, `PARLOUR_PICTURES=write cargo test --workspace --test browser -- styleguide` writes
//! the pictures anew.

use std::{collections::BTreeSet, env, fs, path::PathBuf};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::{profile::Profile, stage::Program};

/// Pixels of a picture are compared in squares of this width, because fonts are drawn slightly differently by each
/// version of the browser.
const CELL: usize = 4;
/// From this difference of one colour on (of 255), a square counts as changed.
const VISIBLE: u32 = 24;
/// The greatest share of changed squares, in thousandths.
const TOLERANCE: usize = 5;
/// Extent by which a section may grow or shrink, in pixels.
const SLACK: u32 = 2;

/// The font that `scripts/setup` installs with Chromium, so that pictures do not depend on the others of a machine.
const FIX_FONT: &str = "const sheet = new CSSStyleSheet();
    sheet.replaceSync(`:root { --font: 'Liberation Sans', 'Noto Color Emoji' } * { caret-color: transparent }`);
    document.adoptedStyleSheets.push(sheet);
    return document.fonts.ready.then(() => true);";

const SECTIONS: &str = "return [...document.querySelectorAll('.guide section')].map((section) => {
    const { x, y, width, height } = section.getBoundingClientRect();
    return { name: section.id, clip: { x, y: y + scrollY, width, height, scale: 1 } };
});";

#[tokio::test]
async fn components_look_as_in_their_pictures() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let ana = Profile::start(&site).await;
    ana.use_screen(900, 800).await;
    ana.join("ana").await;
    let mut changed = Vec::new();
    let mut compared = BTreeSet::new();
    for theme in ["light", "dark"] {
        ana.prefer(theme).await;
        ana.open("/styleguide/").await;
        ana.driver.execute(FIX_FONT, Vec::new()).await.unwrap();
        ana.force_states().await;
        let sections = ana.driver.execute(SECTIONS, Vec::new()).await.unwrap();
        let sections: Vec<Value> = sections.convert().unwrap();
        assert!(sections.len() > 8, "{sections:?}");
        for section in sections {
            let name = format!("{theme}-{}.png", section["name"].as_str().unwrap());
            let seen = ana.picture_of(&section["clip"]).await;
            if let Err(difference) = judge(&name, &seen) {
                changed.push(format!("{name}: {difference}"));
            }
            compared.insert(name);
        }
    }
    assert!(
        changed.is_empty(),
        "These look different; the new pictures are in target/screenshots/styleguide/.\n{}",
        changed.join("\n")
    );
    let stored = fs::read_dir(folder()).unwrap();
    let stored: BTreeSet<_> = stored
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(stored, compared, "one picture for each section and theme");
}

#[test]
fn a_changed_colour_is_seen_and_a_shifted_edge_is_not() {
    let plain = Picture::of_rows(40, 40, |_, _| [250, 249, 245]);
    let button = |colour: [u8; 3]| {
        Picture::of_rows(40, 40, move |x, y| {
            if x < 20 && y < 10 {
                colour
            } else {
                [250, 249, 245]
            }
        })
    };
    let green = button([31, 107, 82]);
    assert!(green.compare(&green).is_ok());
    assert!(green.compare(&button([31, 107, 90])).is_ok());
    assert!(green.compare(&button([168, 50, 31])).is_err());
    assert!(green.compare(&plain).is_err());
    let taller = Picture::of_rows(40, 44, |_, _| [250, 249, 245]);
    assert!(plain.compare(&taller).is_err());
}

/// Compares with the stored picture, or stores this one if that is asked for.
fn judge(name: &str, png: &[u8]) -> Result<(), String> {
    let path = folder().join(name);
    if env::var("PARLOUR_PICTURES").is_ok_and(|what| what == "write") {
        fs::create_dir_all(folder()).unwrap();
        fs::write(path, png).unwrap();
        return Ok(());
    }
    let stored = fs::read(&path).map_err(|error| format!("no picture ({error})"))?;
    let verdict = Picture::decode(&stored).compare(&Picture::decode(png));
    if verdict.is_err() {
        let seen = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots/styleguide");
        fs::create_dir_all(&seen).unwrap();
        fs::write(seen.join(name), png).unwrap();
    }
    verdict
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/browser/styleguide")
}

impl Profile {
    /// Puts the samples that say so under the pointer or the focus, for as long as the page lives.
    async fn force_states(&self) {
        for method in ["DOM.enable", "CSS.enable"] {
            self.cdp(method, json!({})).await;
        }
        let document = self.cdp("DOM.getDocument", json!({})).await;
        for state in ["hover", "focus-visible"] {
            let selector = format!("[data-state='{state}']");
            let found = json!({ "nodeId": document["root"]["nodeId"], "selector": selector });
            let found = self.cdp("DOM.querySelectorAll", found).await;
            let nodes = found["nodeIds"].as_array().unwrap().clone();
            assert!(!nodes.is_empty(), "{selector}");
            for node in nodes {
                let forced = json!({ "nodeId": node, "forcedPseudoClasses": [state] });
                self.cdp("CSS.forcePseudoState", forced).await;
            }
        }
    }

    /// Returns a part of the page as PNG.
    async fn picture_of(&self, clip: &Value) -> Vec<u8> {
        let wish = json!({ "format": "png", "clip": clip, "captureBeyondViewport": true });
        let answer = self.cdp("Page.captureScreenshot", wish).await;
        BASE64_STANDARD
            .decode(answer["data"].as_str().unwrap())
            .unwrap()
    }

    async fn cdp(&self, method: &str, parameters: Value) -> Value {
        let answer = self.driver.cdp().send_raw(method, parameters).await;
        answer.unwrap()
    }
}

/// A picture in three bytes per pixel.
struct Picture {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

impl Picture {
    fn decode(png: &[u8]) -> Self {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut bytes).unwrap();
        let samples = frame.color_type.samples();
        let pixels = bytes[..frame.buffer_size()].chunks_exact(samples);
        Self {
            width: frame.width,
            height: frame.height,
            rgb: pixels.flat_map(|pixel| pixel[..3].to_vec()).collect(),
        }
    }

    fn of_rows(width: u32, height: u32, colour: impl Fn(u32, u32) -> [u8; 3]) -> Self {
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Self {
            width,
            height,
            rgb: pixels.flat_map(|(x, y)| colour(x, y)).collect(),
        }
    }

    /// Fails with words if somebody would see the difference.
    fn compare(&self, other: &Self) -> Result<(), String> {
        if self.width.abs_diff(other.width) > SLACK || self.height.abs_diff(other.height) > SLACK {
            let [a, b] = [self, other].map(|picture| (picture.width, picture.height));
            return Err(format!("the size is {b:?} instead of {a:?}"));
        }
        let columns = self.width.min(other.width) as usize / CELL;
        let rows = self.height.min(other.height) as usize / CELL;
        let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
        let differs = |&(column, row): &(usize, usize)| {
            let [a, b] = [self, other].map(|picture| picture.mean(column, row));
            a.iter().zip(&b).any(|(a, b)| a.abs_diff(*b) >= VISIBLE)
        };
        let changed = cells.filter(differs).count();
        if changed * 1000 > columns * rows * TOLERANCE {
            return Err(format!("{changed} of {} squares changed", columns * rows));
        }
        Ok(())
    }

    /// Returns the mean colour of a square.
    fn mean(&self, column: usize, row: usize) -> [u32; 3] {
        let mut sum = [0; 3];
        for y in row * CELL..(row + 1) * CELL {
            for x in column * CELL..(column + 1) * CELL {
                let start = (y * self.width as usize + x) * 3;
                for (sum, byte) in sum.iter_mut().zip(&self.rgb[start..start + 3]) {
                    *sum += u32::from(*byte);
                }
            }
        }
        sum.map(|sum| sum / (CELL * CELL) as u32)
    }
}
