//! The file system that SQLite sees: the one that it had, with a disk's plan asked before each act.

#![expect(
    unsafe_code,
    reason = "SQLite is written in C: files are memory that it sets aside, and functions are pointers"
)]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::ptr;
use std::sync::{Arc, OnceLock};

use rusqlite::ffi;

use crate::disk::{Act, Answer, Failure, File, State};
use crate::recording::Step;

/// Whose file it is.
type Owner = (Arc<State>, File);

/// A file as SQLite holds it. The file of the file system beneath follows right behind it, in the memory that SQLite has
/// set aside for both.
#[repr(C)]
struct Opened {
    methods: *const ffi::sqlite3_io_methods,
    /// From `Box::into_raw`, or null.
    owner: *mut Owner,
}

/// The file system beneath, for as long as the process lives.
struct Beneath(*mut ffi::sqlite3_vfs);
// SAFETY: SQLite never changes a registered file system but for the list that it is in, which it guards itself.
unsafe impl Send for Beneath {}
// SAFETY: as above.
unsafe impl Sync for Beneath {}

static BENEATH: OnceLock<Beneath> = OnceLock::new();

/// Puts itself in front of the file system that SQLite uses where none is named, once.
pub fn install() {
    BENEATH.get_or_init(|| {
        // SAFETY: null asks for the default file system, which lives as long as the process. The copy is leaked, so it
        // does too.
        unsafe {
            let beneath = ffi::sqlite3_vfs_find(ptr::null());
            assert!(!beneath.is_null(), "SQLite has a file system");
            let ours = ffi::sqlite3_vfs {
                szOsFile: c_int::try_from(size_of::<Opened>()).expect("it is small") + (*beneath).szOsFile,
                pNext: ptr::null_mut(),
                zName: c"faulty".as_ptr(),
                xOpen: Some(open),
                xDelete: Some(delete),
                // The other functions look neither at the file system that they are called on nor at a file.
                ..*beneath
            };
            let registered = ffi::sqlite3_vfs_register(Box::leak(Box::new(ours)), 1);
            assert_eq!(registered, ffi::SQLITE_OK, "SQLite takes another file system");
            Beneath(beneath)
        }
    });
}

/// The name of the file system beneath: a connection that is opened over it sees the files and no plan.
pub fn past_every_disk() -> &'static CStr {
    install();
    // SAFETY: a file system has a name, and neither ever changes.
    unsafe { CStr::from_ptr((*beneath()).zName) }
}

fn beneath() -> *mut ffi::sqlite3_vfs {
    BENEATH.get().expect("it was installed before SQLite called it").0
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    // 2: with shared memory, without files that are mapped into it.
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// The file beneath.
///
/// # Safety
/// `file` is one that [`open`] was given.
unsafe fn inner(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: SQLite set aside `szOsFile` bytes: an `Opened`, whose size keeps the alignment, and a file beneath.
    unsafe { file.cast::<Opened>().add(1).cast() }
}

/// Calls a method of the file beneath.
macro_rules! below {
    ($file:ident, $method:ident $(, $value:expr)*) => {{
        // SAFETY: `open` has opened the file beneath, so it has methods, and SQLite's contract for this call is that for ours.
        unsafe {
            let inner = inner($file);
            let methods = &*(*inner).pMethods;
            methods.$method.expect("every file system has it")(inner $(, $value)*)
        }
    }};
}

/// # Safety
/// `file` is one that [`open`] has opened and SQLite has not closed.
unsafe fn owner<'a>(file: *mut ffi::sqlite3_file) -> Option<&'a Owner> {
    // SAFETY: it is null or points to what only `close` frees.
    unsafe { (*file.cast::<Opened>()).owner.as_ref() }
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let beneath = beneath();
    // SAFETY: `file` is memory for both files; `name` is null or a text that ends with a zero.
    unsafe {
        let opened = file.cast::<Opened>();
        opened.write(Opened { methods: ptr::null(), owner: ptr::null_mut() });
        let said = (*beneath).xOpen.expect("every file system has it")(beneath, name, inner(file), flags, out_flags);
        if said == ffi::SQLITE_OK {
            let owner = path(name).and_then(State::of);
            let owner = owner.map_or(ptr::null_mut(), |owner| Box::into_raw(Box::new(owner)));
            opened.write(Opened { methods: &raw const METHODS, owner });
        }
        said
    }
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    let beneath = beneath();
    // SAFETY: `name` is a text that ends with a zero.
    unsafe {
        let said = (*beneath).xDelete.expect("every file system has it")(beneath, name, sync_folder);
        if said == ffi::SQLITE_OK
            && let Some((disk, file)) = path(name).and_then(State::of)
        {
            disk.note(file, || Step::Delete);
        }
        said
    }
}

/// # Safety
/// `name` is null or a text that ends with a zero and lives long enough.
unsafe fn path<'a>(name: *const c_char) -> Option<&'a Path> {
    if name.is_null() {
        return None;
    }
    // SAFETY: as above.
    let name = unsafe { CStr::from_ptr(name) };
    Some(Path::new(std::ffi::OsStr::from_bytes(name.to_bytes())))
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let said = below!(file, xClose);
    // SAFETY: SQLite does not come back to a file that it has closed.
    unsafe {
        let owner = std::mem::replace(&mut (*file.cast::<Opened>()).owner, ptr::null_mut());
        if !owner.is_null() {
            drop(Box::from_raw(owner));
        }
    }
    said
}

/// What becomes of an act: how many bytes of it are done at most, and how it fails after that.
fn settle(owner: Option<&Owner>, act: Act<'_>) -> (usize, Option<Failure>) {
    let Some((disk, file)) = owner else { return (usize::MAX, None) };
    match disk.ask(*file, act) {
        Answer::Do => (usize::MAX, None),
        Answer::DoAfter(pause) => {
            std::thread::sleep(pause);
            (usize::MAX, None)
        }
        Answer::Refuse(failure) => (0, Some(failure)),
        Answer::Tear(most, failure) => (most, Some(failure)),
    }
}

fn code(failure: Failure, of_the_act: c_int) -> c_int {
    match failure {
        Failure::Full => ffi::SQLITE_FULL,
        Failure::Io => of_the_act,
    }
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, to: *mut c_void, length: c_int, at: i64) -> c_int {
    // SAFETY: the file is open.
    let owner = unsafe { owner(file) };
    match settle(owner, Act::Read(usize::try_from(length).unwrap_or(0))) {
        (_, Some(failure)) => code(failure, ffi::SQLITE_IOERR_READ),
        _ => below!(file, xRead, to, length, at),
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, length: c_int, at: i64) -> c_int {
    let (size, place) = (usize::try_from(length).unwrap_or(0), u64::try_from(at).unwrap_or(0));
    // SAFETY: SQLite gives `length` bytes, and the file is open.
    let (bytes, owner) = unsafe { (std::slice::from_raw_parts(from.cast::<u8>(), size), owner(file)) };
    let (most, failure) = settle(owner, Act::Write(place, bytes));
    let done = &bytes[..size.min(most)];
    let mut said = ffi::SQLITE_OK;
    if !done.is_empty() {
        let length = c_int::try_from(done.len()).expect("it is no longer than what was given");
        said = below!(file, xWrite, from, length, at);
    }
    if let (ffi::SQLITE_OK, Some((disk, file))) = (said, owner) {
        disk.note(*file, || Step::Write(place, done.to_owned()));
    }
    failure.map_or(said, |failure| code(failure, ffi::SQLITE_IOERR_WRITE))
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    let to = u64::try_from(size).unwrap_or(0);
    // SAFETY: the file is open.
    let owner = unsafe { owner(file) };
    if let (_, Some(failure)) = settle(owner, Act::Truncate(to)) {
        return code(failure, ffi::SQLITE_IOERR_TRUNCATE);
    }
    let said = below!(file, xTruncate, size);
    if let (ffi::SQLITE_OK, Some((disk, file))) = (said, owner) {
        disk.note(*file, || Step::Truncate(to));
    }
    said
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: the file is open.
    let owner = unsafe { owner(file) };
    if let (_, Some(failure)) = settle(owner, Act::Sync) {
        return code(failure, ffi::SQLITE_IOERR_FSYNC);
    }
    let said = below!(file, xSync, flags);
    if let (ffi::SQLITE_OK, Some((disk, file))) = (said, owner) {
        disk.note(*file, || Step::Sync);
    }
    said
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    below!(file, xFileSize, size)
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    below!(file, xLock, level)
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    below!(file, xUnlock, level)
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    below!(file, xCheckReservedLock, out)
}

unsafe extern "C" fn file_control(file: *mut ffi::sqlite3_file, code: c_int, value: *mut c_void) -> c_int {
    below!(file, xFileControl, code, value)
}

unsafe extern "C" fn sector_size(file: *mut ffi::sqlite3_file) -> c_int {
    below!(file, xSectorSize)
}

unsafe extern "C" fn device_characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    below!(file, xDeviceCharacteristics)
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    page: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    below!(file, xShmMap, page, size, extend, out)
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, offset: c_int, count: c_int, flags: c_int) -> c_int {
    below!(file, xShmLock, offset, count, flags)
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    below!(file, xShmBarrier);
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, delete: c_int) -> c_int {
    below!(file, xShmUnmap, delete)
}
