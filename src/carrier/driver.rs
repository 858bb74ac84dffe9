//! [`Driver`], a line of the table of drivers.

use super::section::Section;
use super::setup::{CarrierSetup, SettingError};
use crate::domain::delivery_reason::DeliveryReason;

/// A carrier this program can talk to.
pub struct Driver {
    /// Its name in the configuration, in the store and in webhook addresses.
    pub name: &'static str,
    /// Whether texts can come from it; otherwise it only sends.
    pub receives: bool,
    /// Reads its section.
    pub read: fn(&mut Section<'_>) -> Result<CarrierSetup, SettingError>,
    /// The meaning of one of its codes; `None` for an unknown code, or one that is not final.
    pub meaning: fn(&str) -> Option<DeliveryReason>,
}

impl Driver {
    /// Reads its section and refuses keys it does not know.
    pub fn setup(&self, mut section: Section<'_>) -> Result<CarrierSetup, SettingError> {
        let setup = (self.read)(&mut section)?;
        section.done()?;
        Ok(setup)
    }
}
