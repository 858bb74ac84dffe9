//! Every simulated carrier beside the driver of that name, configured as the simulated carrier says.

use std::fs;
use std::path::Path;

use munja::carrier::{DRIVERS, ErrorKind};
use munja::config::Config;
use munja::daemon;
use munja::ops::clock::Clock;
use munja::sim::{DialectKind, SimOptions};

use crate::harness::Carrier;

/// A configuration with the section that the simulated carrier prints.
fn configured(folder: &Path, name: &str, options: &SimOptions, base: &str) -> Config {
    let driver = DRIVERS.iter().find(|driver| driver.name == name).unwrap();
    let mut section = String::new();
    for (key, value) in options.section(base) {
        if key.ends_with("_file") {
            fs::write(folder.join(key), format!("{value}\n")).unwrap();
            section += &format!("{key} = \"{key}\"\n");
        } else {
            section += &format!("{key} = \"{value}\"\n");
        }
    }
    let (roles, number) = match driver.receives {
        true => (format!("name = \"{name}\""), "number"),
        false => (format!("inbound = [\"bizgo\"]\noutbound = \"{name}\""), "sender"),
    };
    let other =
        if driver.receives { "" } else { "[carrier.bizgo]\napi_key_file = \"other\"\nnumber = \"062120\"\n" };
    fs::write(folder.join("other"), "key\n").unwrap();
    let text = format!(
        "[database]\npath = \"munja.db\"\n[carrier]\n{roles}\n{other}[carrier.{name}]\n{number} = \"062120\"\n{section}"
    );
    fs::write(folder.join("gateway.toml"), text).unwrap();
    Config::load(&folder.join("gateway.toml")).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What `munjad sim` prints is enough to reach it, and a wrong word of it is not.
#[tokio::test]
async fn what_it_says_it_accepts_it_accepts() {
    for driver in DRIVERS {
        let dialect =
            DialectKind::named(driver.name).unwrap_or_else(|| panic!("{} is not simulated", driver.name));
        let account = dialect.usual_account().to_owned();
        let options = SimOptions { dialect, account, others_per_sec: 1_000, ..SimOptions::default() };
        let carrier = Carrier::with(options.clone()).await;
        let base = format!("http://127.0.0.1:{}", carrier.port);
        let folder = tempfile::tempdir().unwrap();
        let checked = async |options: &SimOptions| {
            let config = configured(folder.path(), driver.name, options, &base);
            let setup = config.carriers.setup(driver.name).unwrap();
            daemon::make_carrier(setup, &Clock::system()).unwrap().check().await
        };
        checked(&options).await.unwrap_or_else(|error| panic!("{}: {error}", driver.name));
        let stranger = SimOptions {
            api_key: "OTHER".to_owned(),
            api_secret: "OTHER".to_owned(),
            webhook_secret: "OTHER".to_owned(),
            ..options.clone()
        };
        let refused = checked(&stranger).await.unwrap_err();
        assert_eq!(refused.kind, ErrorKind::Auth, "{}: {refused}", driver.name);
    }
}

/// The numbers of `--number` in any spelling.
#[tokio::test]
async fn a_number_may_be_spelled_as_the_carrier_spells_it() {
    for name in ["clicksend", "twilio", "bizgo"] {
        let dialect = DialectKind::named(name).unwrap();
        let options = SimOptions {
            dialect,
            mo_number: "+8262120".to_owned(),
            sender_numbers: vec!["+8262120".to_owned()],
            ..SimOptions::default()
        };
        let carrier = Carrier::with(options).await;
        assert_eq!(carrier.sim.options().mo_number, "062120");
        assert_eq!(carrier.sim.options().sender_numbers, ["062120"]);
    }
}

/// Two addresses of one carrier are chosen together: `check` once stayed green while texts left by the real host.
#[test]
fn both_addresses_of_one_carrier_lead_to_it() {
    let folder = tempfile::tempdir().unwrap();
    for key in ["k", "p"] {
        fs::write(folder.path().join(key), "secret\n").unwrap();
    }
    let path = folder.path().join("gateway.toml");
    let head = "[database]\npath = \"munja.db\"\n[carrier]\nname = \"msghub\"\n[carrier.msghub]\nnumber = \"062120\"\n\
                api_key_file = \"k\"\npassword_file = \"p\"\n";
    for (keys, refused) in [
        ("", None),
        ("base_url = \"https://api.msghub.uplus.co.kr\"\n", None),
        (
            "base_url = \"https://api-direct.msghub.uplus.co.kr\"\nsend_url = \"https://api-direct.msghub.uplus.co.kr\"\n",
            None,
        ),
        ("base_url = \"http://127.0.0.1:6121\"\nsend_url = \"http://127.0.0.1:6121\"\n", None),
        ("base_url = \"http://127.0.0.1:6121\"\n", Some("carrier.msghub.send_url is missing")),
        (
            "base_url = \"https://api-direct.msghub.uplus.co.kr\"\n",
            Some("carrier.msghub.send_url is missing"),
        ),
        (
            "base_url = \"http://127.0.0.1:6121\"\nsend_url = \"https://api-send.msghub.uplus.co.kr\"\n",
            Some("leads to another carrier"),
        ),
        ("send_url = \"http://127.0.0.1:6121\"\n", Some("leads to another carrier")),
    ] {
        let said = Config::parse(&format!("{head}{keys}"), &path).map_err(|error| error.to_string());
        match refused {
            None => assert!(said.is_ok(), "{keys}: {said:?}"),
            Some(why) => {
                let said = said.unwrap_err().replace(": is missing", " is missing");
                assert!(said.contains(why), "{keys}: {said}");
            }
        }
    }
}
