//! No file of the vectors lies about unused without a reason.

use std::fs;
use std::path::{Path, PathBuf};

/// Files that no test reads, each with the reason.
const NOT_RUN: [(&str, &str); 2] = [
    ("wycheproof/pbkdf2_hmacsha256_test.json", "PBES2 is refused on purpose: the sender would choose how long we work"),
    ("wycheproof/pbkdf2_hmacsha512_test.json", "PBES2 is refused on purpose: the sender would choose how long we work"),
];

fn crate_folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The files of a folder and of the folders in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The code of all tests but this one.
fn tests() -> String {
    let sources = [files(&crate_folder("src")), files(&crate_folder("tests/it"))].concat();
    let others = sources.iter().filter(|path| !path.ends_with("it/coverage.rs"));
    others.map(|path| fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn every_vector_file_is_read_by_a_test_or_stands_in_the_list() {
    let root = crate_folder("tests/vectors");
    let tests = tests();
    let mut seen = 0;
    for file in files(&root).iter().filter(|path| path.extension().is_some_and(|end| end == "json" || end == "pem")) {
        // Tests name a file by its last part, some without the end that all of a kind have.
        let name = file.file_name().unwrap().to_str().unwrap();
        let quoted = |text: &str| ['"', '/'].iter().any(|before| tests.contains(&format!("{before}{text}\"")));
        let is_read = quoted(name) || name.strip_suffix("_test.json").is_some_and(quoted);
        let path = file.strip_prefix(&root).unwrap().to_str().unwrap();
        let listed = NOT_RUN.iter().any(|(listed, _)| *listed == path);
        assert!(is_read != listed, "{path}: read {is_read}, listed {listed}");
        seen += 1;
    }
    assert!(seen > NOT_RUN.len());
}

#[test]
fn the_list_names_files_that_exist_and_says_why() {
    for (file, reason) in NOT_RUN {
        assert!(crate_folder("tests/vectors").join(file).is_file(), "{file}");
        assert!(reason.len() > 20, "{file}");
    }
}
