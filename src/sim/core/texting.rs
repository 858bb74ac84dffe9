//! Adding a citizen's text.

use bytes::Bytes;

use super::State;
use super::record::{Pushed, Text};
use super::rules::Call;
use crate::sim::faults::{Endpoint, Fault, Sort, fault_for_text};

impl State {
    /// Returns the carrier's key of the text.
    pub(in crate::sim) fn add_text(
        &mut self,
        from: &str,
        body: &str,
        photos: Vec<Bytes>,
        now: i64,
    ) -> String {
        let call = Call { endpoint: Endpoint::Text, number: from, text: body };
        let quirk = self.strike(call, Sort::Content).or_else(|| fault_for_text(body));
        let index = self.texts.len();
        let before = self.texts.last().filter(|_| quirk == Some(Fault::SameKeyMo));
        let key = before.map_or_else(|| self.particulars.text_key(index + 1), |text| text.key.clone());
        let late_ms = match quirk {
            Some(Fault::LateMo { ms }) => i64::try_from(ms).unwrap_or(i64::MAX / 4),
            _ => 0,
        };
        let at = now + self.skew_ms();
        self.texts_by_time.insert(at, index);
        self.texts_open.insert((now + late_ms, index));
        self.texts_by_key.entry(key.clone()).or_default().push(index);
        self.expect_push(now + late_ms, Pushed::Text(index));
        if quirk == Some(Fault::DuplicateMo) {
            self.expect_push(now + late_ms, Pushed::Text(index));
        }
        self.texts.push(Text {
            key: key.clone(),
            from: from.to_owned(),
            body: body.to_owned(),
            photos,
            at,
            visible_at: now + late_ms,
            n_served: 0,
            n_pushed: 0,
            acked_at: None,
            quirk,
        });
        key
    }
}
