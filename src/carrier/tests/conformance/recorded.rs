//! What the carriers' official clients wrote, kept in `tests/recorded/`. It is the one witness here that we did not write:
//! the dialect must take it, and the driver must write it in the parts that both have.

use std::sync::Mutex;

use serde_json::Value;

use super::*;
use crate::sim::DialectKind;

const RECORDINGS: [(&str, &str); 6] = [
    ("bizgo", include_str!("../recorded/bizgo.http")),
    ("clicksend", include_str!("../recorded/clicksend.http")),
    ("infobip", include_str!("../recorded/infobip.http")),
    ("smsgate", include_str!("../recorded/smsgate.http")),
    ("solapi", include_str!("../recorded/solapi.http")),
    ("twilio", include_str!("../recorded/twilio.http")),
];

/// Carriers whose own program runs beside a whole gateway: it takes what the driver writes and writes what the driver reads.
const BESIDE_THE_PROGRAM: [(&str, &str); 2] = [
    ("jasmin", include_str!("../../../../tests/jasmin-check.sh")),
    ("kannel", include_str!("../../../../tests/kannel-check.sh")),
];

/// Names in our requests that the recorded ones lack. Each stands in the carrier's official document.
const OURS_TOO: [(&str, &[&str]); 6] = [
    ("bizgo", &["to", "lastSeq"]),
    ("clicksend", &["date_to"]),
    ("infobip", &[]),
    // OpenAPI: `GET /inbox`, `GET /messages`
    ("smsgate", &["includeAttachments", "to", "limit", "offset"]),
    // SOLAPI's pages on sending and on the list of messages; the Python client writes `autoTypeDetect`, too.
    ("solapi", &["showMessageList", "type", "endDate", "allowDuplicates", "autoTypeDetect", "country"]),
    ("twilio", &[]),
];

/// Values that are each client's own choice.
const FREE: [&str; 17] = [
    "id",
    "messageId",
    "callbackData",
    "ref",
    "idempotencyKey",
    "custom_string",
    "ttl",
    "ValidityPeriod",
    "source",
    "limit",
    "PageSize",
    "page",
    "order_by",
    "offset",
    "serviceType",
    "simNumber",
    "dateType",
];

struct Recorded {
    name: &'static str,
    method: ::http::Method,
    uri: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    body: &'static str,
}

/// The requests of a file, and when they were made if their signature says so.
fn recorded(carrier: &str) -> Option<(Option<UnixMs>, Vec<Recorded>)> {
    let (_, file) = RECORDINGS.iter().find(|(name, _)| *name == carrier)?;
    let at = file.lines().find_map(|line| line.strip_prefix("# at "));
    let at = at.map(|word| word.parse::<jiff::Timestamp>().unwrap().as_millisecond());
    let request = |part: &'static str| {
        let (head, body) = part.split_once("\n\n").unwrap_or((part, ""));
        let mut lines = head.lines();
        let name = lines.next().unwrap();
        let (method, uri) = lines.next().unwrap().split_once(' ').unwrap();
        let headers = lines.map(|line| line.split_once(": ").unwrap()).collect();
        Recorded { name, method: method.parse().unwrap(), uri, headers, body: body.trim() }
    };
    Some((at, file.split("### ").skip(1).map(request).collect()))
}

fn options(dialect: DialectKind, at: UnixMs) -> SimOptions {
    SimOptions {
        dialect,
        account: dialect.usual_account().to_owned(),
        clock: Clock::following_tokio(at),
        ..SimOptions::default()
    }
}

/// A carrier without a recording is judged by its own program, or is one of those known from documents only and is said to be so.
pub(super) async fn the_dialect_takes_what_the_official_client_wrote(row: Row) {
    let (dialect, _) = row();
    let Some((at, requests)) = recorded(dialect.name()) else {
        // Of `tests/beside-check.sh`: it writes the section and needs the program.
        let section = format!("write_gateway {} ", dialect.name());
        let script = BESIDE_THE_PROGRAM.iter().find(|(name, _)| *name == dialect.name());
        let is_driven = script.is_some_and(|(_, script)| script.contains(&section));
        return assert!(
            is_driven != is_known_from_documents_only(dialect.name()),
            "{}: record its official client, drive its program, or say that it is known from documents only",
            dialect.name()
        );
    };
    assert!(!is_known_from_documents_only(dialect.name()));
    let sim = Sim::new(options(dialect, at.unwrap_or(START_MS)));
    for request in requests {
        let mut made = ::http::Request::builder().method(request.method).uri(request.uri);
        for (name, value) in request.headers {
            made = made.header(name, value);
        }
        let said = sim.call(made.body(Bytes::from_static(request.body.as_bytes())).unwrap()).await.unwrap();
        assert!(said.status().is_success(), "{} {}: {said:?}", dialect.name(), request.name);
    }
    let taken: Vec<String> = sim.ledger().messages.into_iter().map(|message| message.text).collect();
    assert_eq!(taken, [WORDS]);
}

type Seen = Arc<Mutex<Vec<::http::Request<Bytes>>>>;

/// A driver beside the simulated carrier, and what it wrote.
fn overheard(row: Row, at: UnixMs) -> (Arc<dyn Carrier>, Clock, Seen) {
    let (dialect, make) = row();
    let sim = Sim::new(options(dialect, at));
    let seen: Seen = Arc::default();
    let (calls, kept) = (sim.clone(), Arc::clone(&seen));
    let carrier = move |request: ::http::Request<Bytes>| {
        kept.lock().unwrap().push(request.clone());
        let sim = calls.clone();
        Box::pin(async move { sim.call(request).await.map_err(|_| Broken::Reset) }) as BoxFuture<'static, _>
    };
    let http = Http::in_process(Url::parse("http://127.0.0.1:1").unwrap(), TIMEOUT, Arc::new(carrier));
    let clock = sim.options().clock.clone();
    let now = clock.clone();
    (make(sim.options(), http, Arc::new(move || now.now_ms())), clock, seen)
}

pub(super) async fn the_driver_writes_what_the_official_client_writes(row: Row) {
    let (dialect, _) = row();
    let Some((_, requests)) = recorded(dialect.name()) else { return };
    let stand = Stand::new(row);
    let (driver, _clock, seen) = overheard(row, START_MS);
    for recorded in requests {
        match recorded.name {
            "send" => drop(driver.send(&stand.text(1)).await.unwrap()),
            "texts" => drop(driver.poll_inbound(&Cursor::starting_at(START_MS)).await.unwrap()),
            "receipts" => drop(driver.poll_reports().await.unwrap()),
            "sent" => drop(driver.sent_since(START_MS, None).await.unwrap()),
            other => panic!("{other} is not driven"),
        }
        let ours = seen.lock().unwrap().last().unwrap().clone();
        compare(dialect.name(), &recorded, &ours);
    }
}

fn compare(carrier: &str, theirs: &Recorded, ours: &::http::Request<Bytes>) {
    let about = format!("{carrier} {}", theirs.name);
    let (path, query) = theirs.uri.split_once('?').unwrap_or((theirs.uri, ""));
    assert_eq!((ours.method(), ours.uri().path()), (&theirs.method, path), "{about}");
    let header = |name: &str| ours.headers().get(name).and_then(|value| value.to_str().ok());
    for (name, value) in &theirs.headers {
        match *name {
            "authorization" => assert_eq!(header(name).map(frame), Some(frame(value)), "{about}"),
            // On a request without a body it says nothing.
            "content-type" if !theirs.body.is_empty() => {
                assert_eq!(header(name).and_then(|it| it.split(';').next()), Some(*value), "{about}");
            }
            _ => {}
        }
    }
    let extra = OURS_TOO.iter().find(|(name, _)| *name == carrier).map_or(&[][..], |(_, extra)| extra);
    compare_values(&about, extra, &form(query), &form(ours.uri().query().unwrap_or_default()));
    let parsed = |body: &[u8]| match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(_) => form(std::str::from_utf8(body).unwrap()),
    };
    compare_values(&about, extra, &parsed(theirs.body.as_bytes()), &parsed(ours.body()));
}

fn form(words: &str) -> Value {
    let pairs = url::form_urlencoded::parse(words.as_bytes());
    pairs.map(|(name, value)| (name.into_owned(), Value::from(value.into_owned()))).collect()
}

/// Scheme and names of a login. A bare key is the whole of it.
fn frame(login: &str) -> String {
    match login.split_once(' ') {
        Some(("Basic", _)) => "Basic".to_owned(),
        Some((scheme, rest)) if rest.contains('=') => {
            let names = rest.split(", ").map(|part| part.split('=').next().unwrap_or_default());
            format!("{scheme} {}", names.collect::<Vec<_>>().join(" "))
        }
        _ => login.to_owned(),
    }
}

/// Every name of ours is one of theirs or an official one; what both have is of one type, and has one shape and value unless
/// each chooses it.
fn compare_values(about: &str, extra: &[&str], theirs: &Value, ours: &Value) {
    match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) => {
            for (name, value) in ours {
                match theirs.get(name) {
                    Some(their_value) if FREE.contains(&name.as_str()) => {
                        let kinds = (std::mem::discriminant(their_value), std::mem::discriminant(value));
                        assert_eq!(kinds.0, kinds.1, "{about}: {name}");
                    }
                    Some(their_value) => {
                        compare_values(&format!("{about} {name}"), extra, their_value, value)
                    }
                    None => assert!(extra.contains(&name.as_str()), "{about}: {name} is nobody's"),
                }
            }
        }
        (Value::Array(theirs), Value::Array(ours)) => {
            assert_eq!(theirs.len(), ours.len(), "{about}");
            theirs.iter().zip(ours).for_each(|(t, o)| compare_values(about, extra, t, o));
        }
        (Value::String(theirs), Value::String(ours)) if is_time(theirs) => {
            assert_eq!(shape(ours), shape(theirs), "{about}: {ours}");
        }
        (theirs, ours) => assert_eq!(ours, theirs, "{about}"),
    }
}

fn is_time(word: &str) -> bool {
    word.len() >= 10 && word.as_bytes()[4] == b'-' && word.starts_with("20")
        || word.bytes().all(|b| b.is_ascii_digit()) && word.len() == 10
}

/// Digits are alike, and so are any decimals; how many there may be, the dialect says. `Z` is an offset like any other.
fn shape(word: &str) -> String {
    let (whole, rest) = word.split_once('.').unwrap_or((word, ""));
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits: String =
        format!("{whole}{rest}").chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    digits.replace('-', "+").replace('Z', "+00:00")
}
