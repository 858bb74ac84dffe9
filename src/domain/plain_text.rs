//! Where passwords, tokens and texts may go unencrypted: nowhere but inside this machine. The one place of that rule;
//! configuration, listeners and counselors' programs ask here.

use std::net::IpAddr;

/// Whether nothing that is sent to this address leaves the machine: loopback only. A Unix socket never does.
pub fn stays_on_this_machine(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_stays_here() {
        for (ip, expected) in [
            ("127.0.0.1", true),
            ("127.8.9.1", true),
            ("::1", true),
            ("::ffff:127.0.0.1", true),
            ("0.0.0.0", false),
            ("::", false),
            ("10.0.0.3", false),
            ("192.168.0.1", false),
            ("::ffff:10.0.0.3", false),
            ("fe80::1", false),
        ] {
            assert_eq!(stays_on_this_machine(ip.parse().unwrap()), expected, "{ip}");
        }
    }
}
