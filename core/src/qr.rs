//! A QR code for the terminal: half blocks, two rows of squares to a line.

use fast_qr::{ECL, QRBuilder};

/// How many light squares a scanner wants around it (ISO/IEC 18004 asks for four).
const MARGIN: usize = 4;

/// The code as lines of text, light on dark: a terminal is dark more often than not, and scanners take either. Nothing
/// when the text is longer than a code can hold.
#[must_use]
pub fn half_blocks(text: &str) -> Option<String> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    let size = code.size;
    // Around the code it is light.
    let is_light = |row: usize, column: usize| match (row.checked_sub(MARGIN), column.checked_sub(MARGIN)) {
        (Some(row), Some(column)) if row < size && column < size => {
            // The squares lie row by row.
            !code.data.get(row * size + column).is_some_and(|square| square.value())
        }
        _ => true,
    };
    let whole = size + 2 * MARGIN;
    let mut lines = String::new();
    for row in (0..whole).step_by(2) {
        lines.extend((0..whole).map(|column| match (is_light(row, column), is_light(row + 1, column)) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        }));
        lines.push('\n');
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a scanner sees: each half block as squares of four by four points.
    fn scanned(text: &str) -> String {
        let rows: Vec<Vec<[bool; 2]>> = text
            .lines()
            .map(|line| {
                let squares = |mark| match mark {
                    '█' => [true, true],
                    '▀' => [true, false],
                    '▄' => [false, true],
                    _ => [false, false],
                };
                line.chars().map(squares).collect()
            })
            .collect();
        let (width, height) = (rows[0].len() * 4, rows.len() * 8);
        let light = |x: usize, y: usize| rows[y / 8][x / 4][y / 4 % 2];
        let mut image =
            rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| if light(x, y) { 255 } else { 0 });
        image.detect_grids()[0].decode().unwrap().1
    }

    #[test]
    fn a_scanner_reads_what_was_written() {
        let uri = "otpauth://totp/editor:alice%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=editor";
        for text in ["a", uri, &"x".repeat(1000)] {
            assert_eq!(scanned(&half_blocks(text).unwrap()), text);
        }
    }

    #[test]
    fn what_is_too_long_has_no_code() {
        assert_eq!(half_blocks(&"x".repeat(5_000)), None);
    }
}
