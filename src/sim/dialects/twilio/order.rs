//! What the gateway sends: a form with one number, its words and who sends them. Fields that the official document does
//! not name are refused, and so are features that this gateway never uses (other channels, schedules, photos by public
//! URL).

use bytes::Bytes;
use http::{Request, header};
use url::{Url, form_urlencoded};

use crate::sim::core::order::{Order, Recipient};
use crate::sim::dialects::numbers::{domestic, is_digits};

const FIELDS: [&str; 5] = ["To", "From", "Body", "ValidityPeriod", "StatusCallback"];
/// Characters.
const MAX_BODY: usize = 1_600;

/// Parses a send; the error is the code of the refusal.
pub(super) fn read_order(request: &Request<Bytes>) -> Result<Order, &'static str> {
    let said = request.headers().get(header::CONTENT_TYPE).map(|value| value.as_bytes());
    // Anything else is not looked into, and so names nobody.
    if said != Some(b"application/x-www-form-urlencoded") {
        return Err("21604");
    }
    let fields: Vec<(String, String)> = form_urlencoded::parse(request.body()).into_owned().collect();
    let count = |name: &str| fields.iter().filter(|(known, _)| known == name).count();
    if fields.iter().any(|(name, _)| !FIELDS.contains(&name.as_str()) || count(name) != 1) {
        return Err("20001");
    }
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let given = |name: &str| field(name).filter(|value| !value.is_empty());
    let (to, from) = (given("To").ok_or("21604")?, given("From").ok_or("21603")?);
    let text = given("Body").ok_or("21602")?;
    if !is_e164(to) {
        return Err("21211");
    }
    if !is_e164(from) {
        return Err("21212");
    }
    if text.chars().count() > MAX_BODY {
        return Err("21617");
    }
    if field("StatusCallback").is_some_and(|url| !is_web_address(url)) {
        return Err("21609");
    }
    Ok(Order {
        recipients: vec![Recipient { to: domestic(to), reference: None, key: None }],
        from: domestic(from),
        text: text.to_owned(),
        kind: "SMS",
        ttl_ms: field("ValidityPeriod").map(validity_ms).transpose()?,
        ..Order::default()
    })
}

fn is_e164(number: &str) -> bool {
    // Special numbers of one country (062-120) are short.
    number.strip_prefix('+').is_some_and(|digits| is_digits(digits) && (7..=15).contains(&digits.len()))
}

fn is_web_address(word: &str) -> bool {
    Url::parse(word).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// 1 to 36,000 seconds.
fn validity_ms(word: &str) -> Result<i64, &'static str> {
    let secs: i64 =
        Some(word).filter(|word| is_digits(word)).and_then(|word| word.parse().ok()).ok_or("20001")?;
    if (1..=36_000).contains(&secs) { Ok(secs * 1_000) } else { Err("20001") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: &str) -> Result<Order, &'static str> {
        let request = Request::builder().header("content-type", "application/x-www-form-urlencoded");
        read_order(&request.body(Bytes::copy_from_slice(form.as_bytes())).unwrap())
    }

    /// What the official SDK wrote (PyPI twilio 9.13.0), and a time to live.
    const FINE: &str = "To=%2B821012345678&From=%2B8262120&Body=%EC%95%88%EB%85%95";

    #[test]
    fn what_is_fine() {
        let order =
            read(&format!("{FINE}&ValidityPeriod=36000&StatusCallback=https%3A%2F%2Fx.kr%2Fp")).unwrap();
        assert_eq!((order.recipients[0].to.as_str(), order.from.as_str()), ("01012345678", "062120"));
        assert_eq!((order.text.as_str(), order.ttl_ms, order.key), ("안녕", Some(36_000_000), None));
    }

    #[test]
    fn what_is_not() {
        for (form, code) in [
            ("", "21604"),
            ("To=%2B821012345678&Body=x", "21603"),
            ("To=%2B821012345678&From=%2B8262120", "21602"),
            ("To=%2B821012345678&From=%2B8262120&Body=", "21602"),
            ("To=01012345678&From=%2B8262120&Body=x", "21211"),
            ("To=+821012345678&From=%2B8262120&Body=x", "21211"),
            ("To=%2B821012345678&From=062120&Body=x", "21212"),
        ] {
            assert_eq!(read(form).unwrap_err(), code, "{form}");
        }
        for more in
            ["ValidityPeriod=0", "ValidityPeriod=36001", "ValidityPeriod=", "To=%2B821012345678", "Ref=1"]
        {
            assert_eq!(read(&format!("{FINE}&{more}")).unwrap_err(), "20001", "{more}");
        }
        assert_eq!(read(&format!("{FINE}&StatusCallback=x")).unwrap_err(), "21609");
        let body = |n: usize| read(&format!("To=%2B821012345678&From=%2B8262120&Body={}", "a".repeat(n)));
        assert!(body(MAX_BODY).is_ok());
        assert_eq!(body(MAX_BODY + 1).unwrap_err(), "21617");
        let json = Request::builder().header("content-type", "application/json");
        assert_eq!(
            read_order(&json.body(Bytes::from_static(FINE.as_bytes())).unwrap()).unwrap_err(),
            "21604"
        );
    }
}
