//! Where everything stands on the screen: from 80 by 24 down to what still shows something, up to any size.

use ratatui::layout::Rect;

/// From so many columns on, the queue stands beside the conversation and not above it: narrower, its first words would have no room.
const BESIDE: u16 = 150;
/// Columns left of a text: the bar behind which foreign text stands.
pub const MARGIN: u16 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    pub header: Rect,
    pub queue: Rect,
    pub talk: Rect,
    pub composer: Rect,
    pub notice: Rect,
    pub keys: Rect,
}

/// What is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    pub talk: bool,
    /// Rows that the composer, or the look before sending, has to have; 0: neither is open.
    pub composer: usize,
    /// Rows that the notice takes to be read in full.
    pub notice: usize,
}

/// Most rows of a notice, and from how many rows of a screen on it has more than one.
pub const MOST_NOTICE: u16 = 3;
const ROOM_FOR_NOTICE: u16 = 12;

pub fn places((columns, rows): (u16, u16), open: Open) -> Places {
    let row = |y: u16, height: u16| Rect { x: 0, y, width: columns, height };
    let most = if rows < ROOM_FOR_NOTICE { 1 } else { MOST_NOTICE };
    let notice = u16::try_from(open.notice).unwrap_or(most).clamp(1, most);
    let notice_y = rows.saturating_sub(1 + notice);
    let body = Rect { x: 0, y: 1, width: columns, height: rows.saturating_sub(2 + notice) };
    let (queue, right) = split(body, open);
    let needed = u16::try_from(open.composer).unwrap_or(u16::MAX);
    let wanted = if needed > 0 { (rows / 3).max(6).max(needed) } else { 0 };
    let composer_height = wanted.min(right.height.saturating_sub(4));
    let talk = Rect { height: right.height - composer_height, ..right };
    let composer = Rect { y: talk.y + talk.height, height: composer_height, ..right };
    Places {
        header: row(0, rows.min(1)),
        queue,
        talk,
        composer,
        notice: row(notice_y, if rows > 2 { notice } else { 0 }),
        keys: row(rows.saturating_sub(1), u16::from(rows > 1)),
    }
}

/// The queue, and the place of the conversation.
fn split(body: Rect, open: Open) -> (Rect, Rect) {
    if body.width >= BESIDE {
        let width = (body.width * 2 / 5).min(76);
        // One column between the two stays free.
        let right = Rect { x: width + 1, width: body.width - width - 1, ..body };
        return (Rect { width, ..body }, right);
    }
    let height = match open {
        Open { talk: false, .. } => body.height,
        Open { composer: 1.., .. } => 0,
        _ => (body.height / 3).min(7),
    };
    (Rect { height, ..body }, Rect { y: body.y + height, height: body.height - height, ..body })
}

/// Columns that the text in the composer has.
pub fn composer_width(size: (u16, u16)) -> usize {
    let places = places(size, Open { talk: true, composer: 1, notice: 1 });
    usize::from(places.composer.width.saturating_sub(MARGIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_overlaps_or_leaves_the_screen() {
        for columns in [1, 20, 80, 149, 150, 200, 400] {
            for rows in [1, 2, 3, 5, 10, 24, 50, 120] {
                for (talk, composer, notice) in [(false, 0, 1), (true, 0, 9), (true, 1, 2), (true, 40, 2)] {
                    let p = places((columns, rows), Open { talk, composer, notice });
                    let all = [p.header, p.queue, p.talk, p.composer, p.notice, p.keys];
                    for (n, a) in all.iter().enumerate() {
                        assert!(a.right() <= columns && a.bottom() <= rows.max(1), "{columns}x{rows} {p:?}");
                        let apart = |b: &Rect| a.area() == 0 || b.area() == 0 || !a.intersects(*b);
                        assert!(all.iter().skip(n + 1).all(apart), "{columns}x{rows} {p:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn an_answer_can_be_written_at_80_by_24() {
        let p = places((80, 24), Open { talk: true, composer: 1, notice: 1 });
        assert!(p.composer.height >= 6 && p.talk.height >= 10, "{p:?}");
        // What is looked at before it leaves is seen in full, as far as the conversation keeps a place.
        let p = places((80, 24), Open { talk: true, composer: 12, notice: 1 });
        assert!(p.composer.height == 12 && p.talk.height >= 4, "{p:?}");
    }
}
