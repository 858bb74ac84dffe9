//! The carriers a gateway uses, each with its part in sending and receiving.

use std::sync::Arc;

use crate::carrier::Carrier;
use crate::domain::phone::Senders;

/// One carrier in use.
#[derive(Clone)]
pub struct CarrierInUse {
    pub carrier: Arc<dyn Carrier>,
    /// The numbers registered there, from which texts are sent.
    pub senders: Senders,
}

/// All carriers in use; replaced as a whole by a reload.
#[derive(Clone)]
pub struct Carriers {
    /// The preferred one for sending.
    pub outbound: CarrierInUse,
    /// Sends while the preferred one is out of order or paused.
    pub standby: Option<CarrierInUse>,
    /// Those that receive.
    pub inbound: Vec<Arc<dyn Carrier>>,
}

impl Carriers {
    /// One carrier for everything.
    pub fn single(carrier: Arc<dyn Carrier>, senders: Senders) -> Self {
        let inbound = vec![Arc::clone(&carrier)];
        Carriers { outbound: CarrierInUse { carrier, senders }, standby: None, inbound }
    }

    /// Those that send, the preferred one first.
    pub fn senders(&self) -> impl Iterator<Item = &CarrierInUse> {
        std::iter::once(&self.outbound).chain(&self.standby)
    }

    /// Interval carrier, once.
    pub fn all(&self) -> Vec<&Arc<dyn Carrier>> {
        let mut all: Vec<&Arc<dyn Carrier>> = self.senders().map(|used| &used.carrier).collect();
        for carrier in &self.inbound {
            if !all.iter().any(|known| known.name() == carrier.name()) {
                all.push(carrier);
            }
        }
        all
    }

    pub fn get(&self, name: &str) -> Option<&Arc<dyn Carrier>> {
        self.all().into_iter().find(|carrier| carrier.name() == name)
    }

    /// The part a carrier has in sending: `preferred`, `standby`, or none.
    pub fn sends(&self, name: &str) -> Option<&'static str> {
        let is = |used: &CarrierInUse| used.carrier.name() == name;
        match (is(&self.outbound), &self.standby) {
            (true, _) => Some("preferred"),
            (false, Some(standby)) if is(standby) => Some("standby"),
            _ => None,
        }
    }

    /// Whether it receives.
    pub fn receives(&self, name: &str) -> bool {
        self.inbound.iter().any(|carrier| carrier.name() == name)
    }
}
