//! Pictures of applications: which ones are shown to people.
//!
//! What a picture is, is read from its first bytes and never from what its host says about it: under our own address a page or a
//! script must not pass for one. SVG is left out for the same reason: it is a document that can hold scripts.

/// The kinds that every browser shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureKind {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF.
    Gif,
    /// WebP.
    Webp,
}

impl PictureKind {
    /// What `bytes` are, by how they begin; `None` for what is no such picture.
    ///
    /// Spec: WHATWG MIME Sniffing §6.1.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', b'V', b'P', ..] => Some(Self::Webp),
            _ => None,
        }
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_known_by_how_it_begins() {
        let known = [
            (&b"\x89PNG\r\n\x1a\nrest"[..], "image/png"),
            (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
            (b"GIF87a", "image/gif"),
            (b"GIF89arest", "image/gif"),
            (b"RIFF\x01\x02\x03\x04WEBPVP8 ", "image/webp"),
        ];
        for (bytes, media_type) in known {
            assert_eq!(PictureKind::of(bytes).map(PictureKind::media_type), Some(media_type));
        }
    }

    #[test]
    fn what_could_do_more_than_be_looked_at_is_none() {
        for bytes in [
            &b""[..],
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
            b"<!doctype html>",
            b"\x89PNG\n",
            b" GIF89a",
            b"RIFF\x01\x02\x03\x04WAVE",
            b"%PDF-1.7",
        ] {
            assert_eq!(PictureKind::of(bytes), None, "{bytes:?}");
        }
    }
}
