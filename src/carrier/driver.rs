//! A line of the table of drivers.

use super::section::Section;
use super::setup::{CarrierSetup, SettingError};
use crate::domain::fate::Meaning;

/// A carrier this program can talk to.
pub struct Driver {
    /// The word in the configuration, in the store and in the addresses of webhooks.
    pub name: &'static str,
    /// Whether citizens can text it; else it only sends.
    pub receives: bool,
    /// Reads its section.
    pub read: fn(&mut Section<'_>) -> Result<CarrierSetup, SettingError>,
    /// What one of its codes means for the people; `None` for one that is not known, or that says nothing yet.
    pub meaning: fn(&str) -> Option<Meaning>,
}

impl Driver {
    /// Reads its section and refuses keys it does not know.
    pub fn setup(&self, mut section: Section<'_>) -> Result<CarrierSetup, SettingError> {
        let setup = (self.read)(&mut section)?;
        section.done()?;
        Ok(setup)
    }
}
