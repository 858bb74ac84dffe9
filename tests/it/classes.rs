//! One carrier of each class: how it hands over texts decides what a crash can cost.

use std::path::{Path, PathBuf};

use munja::sim::{DialectKind, SimOptions};

use crate::harness::write_config;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A list that can be read again; reports wait until they are acked.
    Window,
    /// Texts and reports wait until they are acked.
    AckQueue,
    /// Texts and reports are forgotten when they are handed over.
    ReadOnce,
    /// It calls us, and can be asked about nothing.
    PushOnly,
}

impl Class {
    pub const ALL: [Class; 4] = [Class::Window, Class::AckQueue, Class::ReadOnce, Class::PushOnly];

    /// The carrier that stands for its class.
    pub fn carrier(self) -> &'static str {
        match self {
            Class::Window => "bizgo",
            Class::AckQueue => "clicksend",
            Class::ReadOnce => "infobip",
            Class::PushOnly => "kannel",
        }
    }

    pub fn dialect(self) -> DialectKind {
        DialectKind::named(self.carrier()).unwrap()
    }

    /// Where it calls the gateway whose webhook listens at this port, if it does.
    pub fn door(self, port: u16) -> Option<String> {
        (self == Class::PushOnly).then(|| format!("http://127.0.0.1:{port}/push/{}", self.carrier()))
    }

    /// Writes the configuration of a quick gateway beside this carrier, with `more` at its end.
    pub fn config(
        self,
        folder: &Path,
        options: &SimOptions,
        (carrier, door): (u16, u16),
        more: &str,
    ) -> PathBuf {
        let options =
            SimOptions { webhook: self.door(door).map(|url| url.parse().unwrap()), ..options.clone() };
        let mut section = String::new();
        for (key, value) in options.section(&format!("http://127.0.0.1:{carrier}")) {
            if key.ends_with("_file") {
                std::fs::write(folder.join(key), format!("{value}\n")).unwrap();
                section += &format!("{key} = \"{key}\"\n");
            } else {
                section += &format!("{key} = \"{value}\"\n");
            }
        }
        if self == Class::PushOnly {
            more_of_door(&mut section, door);
        }
        let name = self.carrier();
        let text = format!(
            "[database]\npath = \"munja.db\"\n[carrier]\nname = \"{name}\"\n[carrier.{name}]\nnumber = \"062120\"\n\
             sends_per_sec = 1000\nother_requests_per_sec = 1000\ntimeout_secs = 2\n{section}\
             [polling]\nfast_secs = 0.01\nslow_secs = 0.02\nreceipts_fast_secs = 0.01\nreceipts_slow_secs = 0.02\n\
             full_walk_secs = 0.2\n[sending]\nrecall_secs = 0\n[desks.main]\nhours = \"24/7\"\n[api]\nlisten = \"127.0.0.1:0\"\n{more}\n"
        );
        write_config(folder, &text)
    }
}

fn more_of_door(section: &mut String, door: u16) {
    *section += "max_segments = 6\n[webhook]\n";
    *section += &format!("listen = \"127.0.0.1:{door}\"\npublic_url = \"http://127.0.0.1:{door}\"\n");
}
