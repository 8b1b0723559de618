//! Writes every page into a folder, to be looked at in a browser: `cargo run -p grantor-pages --example gallery -- DIR`.
//!
//! `NAME.html` is the page as usual, `NAME-long.html` with long words, `NAME-narrow.html` the long one 320 pixels wide.

use std::{env, error::Error, fs, path::Path};

use grantor_pages::assets;

#[path = "../tests/it/samples.rs"]
#[expect(dead_code, reason = "the gallery does not use all of what the tests use")]
mod samples;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("name the folder to write to")?;
    let folder = Path::new(&folder);
    for asset in assets::assets() {
        let file = folder.join(asset.path.trim_start_matches('/'));
        fs::create_dir_all(file.parent().ok_or("an asset stands in a folder")?)?;
        fs::write(file, asset.bytes)?;
    }
    for (name, html) in samples::pages(&mut str::to_owned) {
        write(folder, name, &html)?;
    }
    for (name, html) in samples::pages(&mut long) {
        write(folder, &format!("{name}-long"), &html)?;
        let frame = format!(
            "<!doctype html><title>{name}</title><body style=\"margin:0\">\
             <iframe src=\"{name}-long.html\" style=\"border:0;width:320px;height:1600px\"></iframe>"
        );
        fs::write(folder.join(format!("{name}-narrow.html")), frame)?;
    }
    Ok(())
}

/// Writes a page with addresses that work from a folder, and without the script that would leave it.
fn write(folder: &Path, name: &str, html: &str) -> Result<(), Box<dyn Error>> {
    let html = html.replace("href=\"/assets/", "href=\"assets/").replace(grantor_pages::FORM_POST_SCRIPT, "");
    fs::write(folder.join(format!("{name}.html")), html)?;
    Ok(())
}

/// Longer than anybody planned for: many words, or one that does not break.
fn long(text: &str) -> String {
    match text.split_once(' ') {
        Some((first, rest)) => {
            format!("{first} Wolfeschlegelsteinhausenbergerdorffwelchevor {rest} and {text} of 1797")
        }
        None => format!("{text}-Bartholomew.Featherstonehaugh.von.und.zu.Llanfairpwllgwyngyll@{text}"),
    }
}
