//! The configuration as an operator meets it: the example file, and what is said about wrong ones.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use munja::config::{Config, EXAMPLE};
use munja::domain::data_key::CAN_ENCRYPT;
use munja::domain::notice::{Language, Notice, Slot};

/// A folder with an API key; the configuration itself is passed as text.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bizgo_api_key"), "secret-key\n").unwrap();
    let path = folder.path().join("gateway.toml");
    (folder, path)
}

fn error(text: &str) -> String {
    let (_folder, path) = folder();
    Config::parse(text, &path).expect_err(text).to_string()
}

#[test]
fn the_example_is_sound() {
    let (_folder, path) = folder();
    let config = Config::parse(EXAMPLE, &path).unwrap();
    assert_eq!(config.database, path.with_file_name("munja.db"));
    let ahead = [(Slot::Ahead, "3".to_owned())];
    let receipt = config.service.texts.say(Notice::ReceiptAhead, Language::Ko, &ahead).unwrap();
    assert!(receipt.text.contains("앞에 3명"));
}

/// The example with its commented keys uncommented (`#-` keys have no default and stay), and with the carriers that are
/// not in use.
fn spelled_out(with_all_carriers: bool) -> String {
    let key = |line: &str| line.split_once(" = ").is_some_and(|(k, _)| is_key(k));
    let lines = EXAMPLE.lines().map(|line| match line.strip_prefix("#| ") {
        Some(rest) if with_all_carriers => rest,
        _ => line,
    });
    let spelled = lines.map(|line| line.strip_prefix("# ").filter(|rest| key(rest)).unwrap_or(line));
    spelled.map(|line| format!("{line}\n")).collect()
}

fn is_key(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

/// Every commented key, uncommented, says the same as leaving it out: the example tells the truth about defaults.
#[test]
fn the_example_shows_every_key_with_its_default() {
    let (_folder, path) = folder();
    let spelled = spelled_out(false);
    let (short, long) = (Config::parse(EXAMPLE, &path).unwrap(), Config::parse(&spelled, &path).unwrap());
    let without_senders = |config: Config| {
        let mut config = config;
        // Named, and the same as the default.
        config.carriers.setups.iter_mut().for_each(|s| s.senders.by_number.clear());
        format!("{config:?}")
    };
    assert_eq!(without_senders(short), without_senders(long));
    let n_keys = spelled.lines().filter(|l| !l.starts_with('#') && l.contains(" = ")).count();
    assert_eq!(n_keys, 88, "a key was added or removed: show it in gateway.example.toml and count it here");
}

/// The same for the carriers that are not in use: each section of the example is sound, with its defaults spelled out or
/// not, and names every key the program asks for.
#[test]
fn the_example_has_a_section_for_every_carrier() {
    let (folder, path) = folder();
    // Not the file of the access log's heads, which the gateway writes, and not the database's key, which other builds refuse.
    for line in EXAMPLE.lines().filter(|line| !(line.contains("head_file") || line.starts_with("# key_file")))
    {
        if let Some((_, file)) = line.split_once("_file = ") {
            fs::write(folder.path().join(file.trim_matches('"')), "secret-key\n").unwrap();
        }
    }
    let short: String =
        EXAMPLE.lines().map(|line| format!("{}\n", line.strip_prefix("#| ").unwrap_or(line))).collect();
    let (short, long) =
        (Config::parse(&short, &path).unwrap(), Config::parse(&spelled_out(true), &path).unwrap());
    let all: Vec<&str> = long.carriers.setups.iter().map(|s| s.name).collect();
    for (short, long) in short.carriers.setups.iter().zip(&long.carriers.setups) {
        assert_eq!((short.name, short.timeout), (long.name, long.timeout));
        assert_eq!(short.base_url, long.base_url);
        assert_eq!(format!("{:?}", short.make), format!("{:?}", long.make), "{}", short.name);
    }
    // A key nobody knows is answered with all that are known: each stands in the example.
    for name in all {
        let wrong =
            spelled_out(true).replace(&format!("[carrier.{name}]"), &format!("[carrier.{name}]\nxyz = 1"));
        let said = Config::parse(&wrong, &path).unwrap_err().to_string();
        let known = said.split_once("it knows: ").unwrap_or_else(|| panic!("{said}")).1;
        let section = EXAMPLE.split(&format!("[carrier.{name}]")).nth(1).unwrap();
        let section = section.split("\n#| [").next().unwrap().split("\n[").next().unwrap();
        for key in known.split(", ").map(str::trim) {
            assert!(
                section.contains(&format!(" {key} = "))
                    || section.contains(&format!("\n{key} = "))
                    || key == "numbers",
                "carrier.{name}.{key} is not in the example"
            );
        }
    }
}

/// A gateway on one carrier: its section of the example, and the keys that stand in for others.
fn alone(carrier: &str, more: &str) -> String {
    let section = EXAMPLE.split(&format!("#| [carrier.{carrier}]\n")).nth(1);
    let section = match section {
        Some(section) => section.split("\n\n").next().unwrap().replace("#| ", ""),
        None => EXAMPLE
            .split(&format!("[carrier.{carrier}]\n"))
            .nth(1)
            .unwrap()
            .split("\n\n")
            .next()
            .unwrap()
            .to_owned(),
    };
    let named =
        |line: &&str| line.split_once(" = ").is_none_or(|(key, _)| !more.contains(&format!("-{key} ")));
    let section: String = section.lines().filter(named).map(|line| format!("{line}\n")).collect();
    let more: String =
        more.lines().filter(|line| !line.starts_with('-')).map(|line| format!("{line}\n")).collect();
    let receives = section.lines().any(|line| line.starts_with("number = "));
    let (roles, other) = match receives {
        true => (format!("name = \"{carrier}\""), String::new()),
        false => (
            format!("inbound = [\"bizgo\"]\noutbound = \"{carrier}\""),
            "[carrier.bizgo]\nnumber = \"062120\"\n".to_owned(),
        ),
    };
    format!(
        "[database]\npath = \"munja.db\"\n[carrier]\n{roles}\n{other}[carrier.{carrier}]\n{section}{more}"
    )
}

/// Every carrier, and every way to log in that it has: what is added to its section, and `-key ` what is left out of it.
const LOGINS: [(&str, &str); 15] = [
    ("bizgo", ""),
    ("clicksend", ""),
    ("infobip", ""),
    ("jasmin", ""),
    ("kannel", ""),
    ("msghub", ""),
    ("nhn", ""),
    ("oneapi", ""),
    ("oneapi", "-user \n-password_file \ntoken_file = \"t\""),
    ("sens", ""),
    ("smsgate", ""),
    ("solapi", ""),
    ("twilio", ""),
    ("twilio", "api_key_sid = \"SK0\"\napi_key_secret_file = \"t\""),
    ("twilio", "-auth_token_file \napi_key_sid = \"SK0\"\napi_key_secret_file = \"t\""),
];

/// Commands for counselors, texts and triage need no carrier's secret: neither a file that exists, nor one that is named,
/// for secrets may come from the service manager.
#[test]
fn commands_without_a_carrier_need_no_secret_of_any() {
    for driver in munja::carrier::DRIVERS {
        assert!(LOGINS.iter().any(|(name, _)| *name == driver.name), "{} is not tried", driver.name);
    }
    for (carrier, more) in LOGINS {
        let (folder, path) = folder();
        fs::remove_file(folder.path().join("bizgo_api_key")).unwrap();
        let written = alone(carrier, more);
        let unnamed: String =
            written.lines().filter(|l| !l.contains("_file = ")).map(|l| format!("{l}\n")).collect();
        for text in [&written, &unnamed] {
            fs::write(&path, text).unwrap();
            let config = Config::load_without_secrets(&path);
            config.unwrap_or_else(|error| panic!("{carrier} {more}: {error}"));
            assert!(Config::load(&path).is_err(), "{carrier} {more}: the gateway itself needs them");
        }
    }
}

/// What half a log-in says, with and without secrets.
#[test]
fn half_a_login_is_refused() {
    for (carrier, more, key) in [
        ("twilio", "api_key_secret_file = \"t\"", "carrier.twilio.api_key_sid"),
        ("oneapi", "token_file = \"t\"", "carrier.oneapi.user"),
        ("oneapi", "-user ", "carrier.oneapi.user"),
    ] {
        let (folder, path) = folder();
        for file in ["t", "twilio_auth_token", "oneapi_password"] {
            fs::write(folder.path().join(file), "secret-key\n").unwrap();
        }
        fs::write(&path, alone(carrier, more)).unwrap();
        for said in [Config::load(&path), Config::load_without_secrets(&path)] {
            let said = said.unwrap_err().to_string();
            assert!(said.contains(key), "{said}");
        }
    }
}

/// Duty phones as they stand in the file, and what is said about wrong ones.
#[test]
fn duty_phones_are_read_and_wrong_ones_refused() {
    let (folder, path) = folder();
    fs::write(folder.path().join("short"), "secret\n").unwrap();
    let with =
        |alarm: &str| Config::parse(&EXAMPLE.replace("[alarm]\n", &format!("[alarm]\n{alarm}\n")), &path);
    let phone = |more: &str| format!("phones = [{{ name = \"김당직\", number = \"010-1234-5678\"{more} }}]");
    let days = ", login = \"kim\", hours = \"Mo-Fr 22:00-08:00\", weeks = \"odd\", dates = [\"2026-12-24/2026-12-26\"]";
    let alarm = with(&phone(days)).unwrap().alarm;
    assert_eq!((alarm.phones.len(), alarm.phones[0].name.as_str()), (1, "김당직"));
    assert!(alarm.phones[0].has_days());
    let number = |number: &str| phone("").replace("010-1234-5678", number);
    let cases = [
        (number("02-123-4567"), "alarm.phones.number: is no mobile phone"),
        (number("119"), "alarm.phones.number"),
        (phone(", kind = \"boss\""), "alarm.phones.kind: must be danger or operator"),
        (phone(", hours = \"always\""), "alarm.phones.hours: must be opening hours"),
        (phone(", weeks = \"first\""), "alarm.phones.weeks"),
        (phone(", dates = [\"2026-12-26/2026-12-24\"]"), "alarm.phones.dates"),
        (phone(", login = \"Kim Dangjik\""), "alarm.phones.login"),
        (phone("").replace("김당직", " "), "alarm.phones.name"),
        (phone("").replace("]", ", { name = \"b\", number = \"01012345678\" }]"), "stands twice"),
        ("command = [\"call-us\"]".to_owned(), "alarm.command: must begin with the whole path"),
        ("webhook_url = \"http://example.kr\"".to_owned(), "must be an https address"),
        ("webhook_url = \"https://example.kr\"".to_owned(), "alarm.webhook_secret_file: is missing"),
        (
            "webhook_url = \"https://example.kr\"\nwebhook_secret_file = \"short\"".to_owned(),
            "at least 16 characters",
        ),
    ];
    for (alarm, expected) in cases {
        let said = with(&alarm).expect_err(&alarm).to_string();
        assert!(said.contains(expected) && said.contains("line "), "{alarm}: {said}");
        assert!(!said.contains("1234"), "{said}");
    }
}

/// Texts of the gateway's own are measured by the carrier they leave by.
#[test]
fn texts_are_measured_by_the_carrier_they_leave_by() {
    let (folder, path) = folder();
    let emoji = "[ko]\nnudge = \"고맙습니다 😀\"\n";
    fs::write(folder.path().join("own.toml"), emoji).unwrap();
    fs::write(folder.path().join("replies.toml"), "[[reply]]\nkey = \"x\"\ntext = \"네 😀\"\n").unwrap();
    let own = "[service]\ntexts = \"own.toml\"\nreplies = \"replies.toml\"\n";
    let load = |carrier: &str, more: &str, own: &str| {
        fs::write(&path, format!("{}{own}", alone(carrier, more))).unwrap();
        Config::load_without_secrets(&path).map_err(|error| error.to_string())
    };
    let refused = load("bizgo", "", own).unwrap_err();
    assert!(refused.contains("no Korean phone shows: 😀"), "{refused}");
    let abroad = load("twilio", "", own).unwrap();
    assert_eq!(abroad.service.texts.limits().unit(), "segments");
    let too_small = load("twilio", "max_segments = 1", "").unwrap_err();
    assert!(too_small.contains("is longer than 1 segments"), "{too_small}");
}

#[test]
fn a_proxy_is_an_http_proxy_and_its_password_stands_in_a_file() {
    let (folder, path) = folder();
    fs::write(folder.path().join("bizgo_proxy_password"), "hunter2\n").unwrap();
    let with = |lines: &str| {
        EXAMPLE.replace("# timeout_secs = 20\n# The way out", &format!("{lines}\n# The way out"))
    };
    let whole = "proxy = \"http://10.0.0.1:3128\"\nproxy_user = \"munja\"\nproxy_password_file = \"bizgo_proxy_password\"";
    let config = Config::parse(&with(whole), &path).unwrap();
    assert!(config.carriers.setups[0].proxy.is_some() && !format!("{config:?}").contains("hunter2"));
    // Commands that talk to no carrier need no password.
    fs::remove_file(folder.path().join("bizgo_proxy_password")).unwrap();
    assert!(Config::parse(&with(whole), &path).unwrap_err().to_string().contains("bizgo_proxy_password"));
    fs::write(&path, with(whole)).unwrap();
    assert!(Config::load_without_secrets(&path).is_ok());
    fs::write(&path, EXAMPLE).unwrap();
    assert!(Config::load_without_secrets(&path).is_ok());
    for (lines, names) in [
        ("proxy = \"socks5://10.0.0.1:1080\"", "carrier.bizgo.proxy: must begin with http://"),
        ("proxy = \"https://10.0.0.1:3128\"", "only HTTP proxies with CONNECT"),
        ("proxy = \"10.0.0.1:3128\"", "must be http://HOST:PORT"),
        ("proxy = \"ftp://10.0.0.1\"", "must be http://HOST:PORT"),
        ("proxy = \"http://10.0.0.1:3128/x\"", "must be http://HOST:PORT"),
        ("proxy = \"http://munja:hunter2@10.0.0.1:3128\"", "proxy_password_file"),
        ("proxy = \"http://munja:hunter2@10.0.0.1:port\"", "carrier.bizgo.proxy"),
        ("proxy_user = \"munja\"", "carrier.bizgo.proxy_user"),
        ("proxy = \"http://10.0.0.1\"\nproxy_password_file = \"x\"", "carrier.bizgo.proxy_user"),
        ("proxy = \"http://10.0.0.1\"\nproxy_user = \"munja\"", "carrier.bizgo.proxy_password_file"),
    ] {
        let said = error(&with(lines));
        assert!(said.contains(names) && !said.contains("hunter2"), "{names}: {said}");
    }
}

/// A key for the database: a build that cannot encrypt refuses it, one that can reads nothing else as a key.
#[test]
fn the_key_of_the_database_is_read_or_refused_in_words_that_mend_it() {
    let (folder, path) = folder();
    let with = EXAMPLE.replace("# key_file = \"\"", "key_file = \"database.key\"");
    let error = || Config::parse(&with, &path).unwrap_err().to_string();
    let key = folder.path().join("database.key");
    if !CAN_ENCRYPT {
        fs::write(&key, format!("{}\n", "a1".repeat(32))).unwrap();
        let said = error();
        for word in ["line 12: database.key_file", "cannot encrypt", "munja-sqlcipher"] {
            assert!(said.contains(word), "{word}: {said}");
        }
        return;
    }
    let said = error();
    assert!(said.contains("database.key cannot be read") && said.contains("db new-key"), "{said}");
    fs::write(&key, "hunter2\n").unwrap();
    let said = error();
    assert!(said.contains("64 hexadecimal digits") && !said.contains("hunter2"), "{said}");
    fs::write(&key, format!("{}\n", "a1".repeat(32))).unwrap();
    let config = Config::parse(&with, &path).unwrap();
    assert_eq!(config.data_keys.all().len(), 1);
    assert!(config.secret_files.contains(&key), "munjad check looks at its mode, and no backup takes it");
}

#[test]
fn every_error_names_file_line_and_key() {
    let cases = [
        (EXAMPLE.replace("[database]", "[databas]"), "line", "databas"),
        (EXAMPLE.replace("name = \"bizgo\"", "name = \"pigeon\""), "line 17", "carrier.name"),
        (EXAMPLE.replace("number = \"062120\"", "number = \"abc\""), "line", "carrier.bizgo.number"),
        (EXAMPLE.replace("# slow_secs = 2", "slow_secs = -1"), "line", "polling.slow_secs"),
        (EXAMPLE.replace("# fast_secs = 0.28", "fast_secs = 30"), "line", "polling.fast_secs"),
        (
            EXAMPLE.replace("# deaf_after_secs = 120", "deaf_after_secs = 3"),
            "line",
            "polling.deaf_after_secs",
        ),
        (EXAMPLE.replace("# listen = \"127.0.0.1:6120\"", "listen = \"0.0.0.0:6120\""), "line", "api.listen"),
        (EXAMPLE.replace("# level = \"info\"", "level = \"loud\""), "line", "log.level"),
        (EXAMPLE.replace("# slow_secs", "slwo_secs"), "line", "slwo_secs"),
        (
            EXAMPLE.replace("# base_url = \"https://mars", "base_url = \"http://mars"),
            "line",
            "carrier.bizgo.base_url",
        ),
        (
            EXAMPLE.replace("# wait_notice_secs = [300, 900]", "wait_notice_secs = [900, 300]"),
            "line",
            "service.wait_notice_secs",
        ),
    ];
    for (text, line, key) in cases {
        let said = error(&text);
        assert!(said.contains("gateway.toml") && said.contains(line) && said.contains(key), "{said}");
    }
}

/// Otherwise the check is content, and the start fails.
#[test]
fn two_listeners_cannot_have_one_port() {
    let with = |section: &str, lines: &str, text: &str| {
        text.replace(&format!("\n[{section}]\n"), &format!("\n[{section}]\n{lines}\n"))
    };
    let (_folder, path) = folder();
    let sound = with("metrics", "listen = \"127.0.0.1:6122\"", EXAMPLE);
    assert_ne!(sound, EXAMPLE);
    assert!(Config::parse(&sound, &path).is_ok());
    let said = error(&sound.replace("127.0.0.1:6122\"\n", "127.0.0.1:6120\"\n"));
    assert!(said.contains("metrics.listen") && said.contains("taken by api.listen"), "{said}");
    let webhook = "listen = \"127.0.0.1:6122\"\npublic_url = \"https://munja.example.kr\"";
    let said = error(&with("webhook", webhook, &sound));
    assert!(said.contains("webhook.listen") && said.contains("taken by metrics.listen"), "{said}");
}

#[test]
fn what_talks_to_no_carrier_needs_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gateway.toml");
    fs::write(&path, EXAMPLE).unwrap();
    assert!(Config::load(&path).unwrap_err().to_string().contains("bizgo_api_key"));
    assert_eq!(Config::load_without_secrets(&path).unwrap().desks.all().len(), 1);
}

#[test]
fn an_address_holds_nothing_that_would_be_dropped_in_silence() {
    for more in ["/relay", "?x=1", "#x", "/api/"] {
        let said = error(&EXAMPLE.replace(
            "# base_url = \"https://mars.ibapi.kr",
            &format!("base_url = \"https://mars.ibapi.kr{more}"),
        ));
        assert!(said.contains("carrier.bizgo.base_url") && said.contains("https://HOST"), "{said}");
    }
    let said = error(&EXAMPLE.replace("# base_url = \"https://", "base_url = \"https://user:hunter2@"));
    assert!(said.contains("carrier.bizgo.base_url") && !said.contains("hunter2"), "{said}");
}

/// The example with other lines for its `[calendar]` and `[desks.main]`.
fn with_calendar(calendar: &str, desks: &str) -> String {
    EXAMPLE
        .replace("[calendar]\n", &format!("[calendar]\n{calendar}\n"))
        .replace("[desks.main]\n", &format!("{desks}\n"))
}

#[test]
fn desks_have_their_days_and_hours() {
    let (folder, path) = folder();
    let event = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261102\nSUMMARY:시민의 날\nEND:VEVENT";
    let ics = format!("BEGIN:VCALENDAR\n{event}\nEND:VCALENDAR\n");
    fs::write(folder.path().join("days.ics"), ics).unwrap();
    let text = with_calendar(
        "add = [{ day = 2026-06-03, name = \"지방선거\" }]\nremove = [\"2026-05-01\"]\nics = [\"days.ics\"]\n\
         confirmed_until = \"2026-12-31\"\nexceptions = [{ days = \"2026-12-22/2026-12-23\", hours = \"closed\", \
         text = \"이사\", desks = [\"a-1\"] }]",
        "[desks.main]\n[desks.a-1]\nname = \"북구\"\nhours = \"Mo-Fr 09:00-18:00; PH off\"",
    );
    let config = Config::parse(&text, &path).unwrap();
    let told = |desk: usize, day: &str| {
        let day = config.desks.all()[desk].calendar.day(day.parse().unwrap());
        let spans: Vec<String> = day.spans.iter().map(ToString::to_string).collect();
        format!("{} {:?}", spans.join(","), day.why)
    };
    let names: Vec<_> = config.desks.all().iter().map(|d| (d.key.as_str(), d.name.as_str())).collect();
    assert_eq!(names, [("main", "시청"), ("a-1", "북구")]);
    assert_eq!(told(0, "2026-06-03"), "09:00-18:00 Added(\"지방선거\")");
    assert_eq!(told(1, "2026-06-03"), " Added(\"지방선거\")");
    assert_eq!(told(0, "2026-05-01"), "08:00-22:00 Removed(\"노동절\")");
    assert_eq!(told(0, "2026-11-02"), "09:00-18:00 Added(\"시민의 날\")");
    assert_eq!(told(0, "2026-12-23"), "08:00-22:00 Weekday");
    assert_eq!(told(1, "2026-12-23"), " Exception(Some(Planned { ko: Some(\"이사\"), en: None }))");
    let none = Config::parse(&EXAMPLE.replace("[desks.main]", ""), &path).unwrap();
    assert_eq!(format!("{:?}", none.desks), format!("{:?}", Config::parse(EXAMPLE, &path).unwrap().desks));
}

#[test]
fn a_wrong_calendar_is_refused_where_it_is_wrong() {
    let main = "[desks.main]";
    let cases = [
        ("add = [{ day = \"2026-02-30\", name = \"x\" }]", main, "calendar.add"),
        ("add = [{ day = \"2026-06-03\", name = \" \" }]", main, "calendar.add"),
        ("remove = [\"2026-05-02\"]", main, "calendar.remove: is no public holiday"),
        ("ics = [\"absent.ics\"]", main, "absent.ics"),
        ("ics = [\"bizgo_api_key\"]", main, "bizgo_api_key is no iCalendar file"),
        ("confirmed_until = \"soon\"", main, "calendar.confirmed_until"),
        ("exceptions = [{ days = \"2026-12-22\" }]", main, "calendar.exceptions"),
        ("exceptions = [{ days = \"2026-12-22\", hours = \"9-12\" }]", main, "calendar.exceptions: hours"),
        ("exceptions = [{ days = \"2026-12-22/\", hours = \"closed\" }]", main, "FIRST/LAST"),
        ("exceptions = [{ days = \"2026-12-22\", text = \"☕\" }]", main, "calendar.exceptions: text"),
        ("exceptions = [{ days = \"2026-12-22\", text = \"x\", desks = [\"b\"] }]", main, "none: b"),
        ("hour = 1", main, "hour"),
        ("", "[desks.main]\nhours = \"Mo-Fr\u{a0}8\"", "desks.main.hours"),
        ("", "[desks.main]\ntime_zone = \"Asia/Gwangju\"", "desks.main.time_zone"),
        ("", "[desks.main]\nname = \"\"", "desks.main.name"),
        (
            "",
            "[desks.main]\nnumbers = [\"062121\"]\n[desks.b]\nnumbers = [\"062-121\"]",
            "desks.b.numbers: has a number that desks.main has, too",
        ),
        (
            "",
            "[desks.main]\nwords = [\"동구 보건소\"]\n[desks.b]\nwords = [\"북구청\", \"동구보건소\"]",
            "desks.b.words: has the word 동구보건소, which desks.main has, too",
        ),
        ("", "[desks.\"북구\"]", "desks.북구"),
        ("", "[desks.main]\nphone = 1", "phone"),
    ];
    for (calendar, desks, names) in cases {
        let said = error(&with_calendar(calendar, desks));
        assert!(said.contains("gateway.toml, line ") && said.contains(names), "{names}: {said}");
    }
}

#[test]
fn a_missing_key_file_is_named_and_the_key_never_shown() {
    let (folder, path) = folder();
    let config = Config::parse(EXAMPLE, &path).unwrap();
    assert!(!format!("{config:?}").contains("secret-key"));
    fs::remove_file(folder.path().join("bizgo_api_key")).unwrap();
    let said = Config::parse(EXAMPLE, &path).unwrap_err().to_string();
    assert!(said.contains("bizgo_api_key") && said.contains("carrier.bizgo.api_key_file"), "{said}");
}

#[test]
fn a_missing_file_says_how_to_make_one() {
    let said = Config::load(Path::new("/nowhere/gateway.toml")).unwrap_err().to_string();
    assert!(said.contains("munjad init"), "{said}");
}

/// `journalctl -p warning` looks for priorities; systemd reads them before each line. Another stream than the journal's gets none.
#[test]
fn what_ends_a_program_is_an_error_of_the_journal() {
    let (folder, _) = folder();
    let said = |of_journal: bool| {
        let path = folder.path().join("said");
        let file = std::fs::File::create(&path).unwrap();
        let of = file.metadata().unwrap();
        let ino = of.ino() + u64::from(!of_journal);
        let ended = std::process::Command::new(env!("CARGO_BIN_EXE_munjad"))
            .args(["init", "--database-only", "--config", "/nowhere/gateway.toml"])
            .env("JOURNAL_STREAM", format!("{}:{ino}", of.dev()))
            .stderr(file)
            .status()
            .unwrap();
        assert!(!ended.success());
        std::fs::read_to_string(path).unwrap()
    };
    assert!(said(true).lines().all(|line| line.starts_with("<3>")) && said(true).contains("/nowhere"));
    assert!(!said(false).contains("<3>") && said(false).contains("/nowhere"));
}

/// The interpreter centre is free text that stands in canned replies.
#[test]
fn the_interpreter_centre_stands_in_canned_replies() {
    let (folder, path) = folder();
    let load = |value: &str| {
        let text = format!("{}[service]\ninterpreter = \"{value}\"\n", alone("bizgo", ""));
        Config::parse(&text, &path).map_err(|error| error.to_string())
    };
    let config = load("빛고을수어통역센터 062-000-0000").unwrap();
    let reply = config.service.replies.iter().find(|reply| reply.key == "interpreter").unwrap();
    assert!(reply.text.ends_with("빛고을수어통역센터 062-000-0000"), "{}", reply.text);
    assert_eq!(reply.category.as_deref(), Some("복지/수어통역"));
    for (value, why) in [("{desk}", "without braces"), ("", "is empty"), ("😀", "no Korean phone shows")] {
        let refused = load(value).unwrap_err();
        assert!(refused.contains("line ") && refused.contains("service.interpreter: "), "{refused}");
        assert!(refused.contains(why), "{refused}");
    }
    drop(folder);
}

/// What is wrong with a file of holidays, or a file of texts, in Korean: the operator reads no English cause.
#[test]
fn what_is_wrong_with_named_files_is_said_in_korean() {
    let (folder, path) = folder();
    let said = |text: &str| {
        let wrong = Config::parse(text, &path).unwrap_err();
        munja::check::config_error(&wrong, munja::ops::lang::Lang::Ko)
    };
    let event = |lines: &str| format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n");
    let files = [
        ("hello".to_owned(), "iCalendar 파일이 아닙니다"),
        (event("SUMMARY:x"), "날짜가 없는 일정"),
        (event("DTSTART;VALUE=DATE:20260230\nSUMMARY:x"), "있을 수 없는 날짜"),
        (event("DTSTART;VALUE=DATE:20260603\nRRULE:FREQ=YEARLY\nSUMMARY:x"), "되풀이되는 일정"),
        (event("DTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20270101\nSUMMARY:x"), "31일이 넘는 일정"),
        (" ".repeat(2 << 20), "1 MiB"),
    ];
    for (ics, expected) in files {
        fs::write(folder.path().join("days.ics"), ics).unwrap();
        let shown = said(&with_calendar("ics = [\"days.ics\"]", "[desks.main]"));
        assert!(shown.contains(expected) && shown.contains("days.ics"), "{expected}: {shown}");
        assert!(!shown.contains("event") && !shown.contains("no iCalendar"), "{shown}");
    }
    for (texts, expected) in [
        ("name = \"[광주]\"", "이 줄 위에 [ko] 나 [en]"),
        ("[ko]\nname = \"[광주😀]\"", "😀"),
        ("[ko]\nreceipt = 5", "따옴표로 묶은 글"),
    ] {
        fs::write(folder.path().join("texts.toml"), texts).unwrap();
        let shown = said(&EXAMPLE.replace("[service]\n", "[service]\ntexts = \"texts.toml\"\n"));
        assert!(shown.contains(expected) && shown.contains("texts.toml"), "{expected}: {shown}");
        assert!(
            !shown.contains("built in") && !shown.contains("a map") && !shown.contains("a string"),
            "{shown}"
        );
    }
}
