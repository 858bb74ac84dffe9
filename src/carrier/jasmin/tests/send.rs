//! Sends: the form, and what follows from each of Jasmin's answers.

use super::*;
use crate::domain::phone::PhoneNumber;

const TAKEN: &str = "Success \"01c0c46a-710a-4855-affa-2501d79b7d3c\"";

fn fields(seen: &Seen) -> Vec<(String, String)> {
    let requests = seen.lock().unwrap();
    url::form_urlencoded::parse(requests[0].body()).into_owned().collect()
}

fn field(seen: &Seen, name: &str) -> String {
    fields(seen).into_iter().find(|(known, _)| known == name).map(|(_, value)| value).unwrap()
}

#[tokio::test]
async fn the_form_is_what_jasmin_takes() {
    let (jasmin, seen) = driver(vec![says(200, TAKEN)]);
    let accepted = jasmin.send(&outbound("안녕하세요 😀")).await.unwrap();
    let id = "01c0c46a-710a-4855-affa-2501d79b7d3c".to_owned();
    assert_eq!(accepted, Accepted { carrier_message_id: Some(id), repeated: false });
    assert_eq!(asked(&seen), ["POST /send"]);
    let url = format!("http://127.0.0.1:6121/push/jasmin?token=TOKEN77&key={KEY}");
    let expected = [
        ("username", "munja"),
        ("password", "secret16"),
        ("to", "821012345678"),
        ("from", "062120"),
        ("coding", "8"),
        ("hex-content", "c548b155d558c138c6940020d83dde00"),
        ("dlr", "yes"),
        ("dlr-level", "3"),
        ("dlr-method", "POST"),
        ("dlr-url", &url),
    ];
    assert_eq!(fields(&seen), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn numbers_and_alphabets_as_the_message_centre_wants_them() {
    let domestic = JasminConfig { number_form: NumberForm::Domestic, ..config() };
    let (jasmin, seen) = driver_with(domestic, vec![says(200, TAKEN)]);
    jasmin.send(&outbound("bus [ok] @9")).await.unwrap();
    let said = ["to", "coding", "hex-content"].map(|name| field(&seen, name));
    assert_eq!(said, ["01012345678", "0", "627573201b3c6f6b1b3e200039"]);
    let foreign = OutboundText { citizen: PhoneNumber::parse("+1 555 123 4567"), ..outbound("hi") };
    let (jasmin, seen) = driver(vec![says(200, TAKEN)]);
    jasmin.send(&foreign).await.unwrap();
    assert_eq!(field(&seen, "to"), "15551234567");
    for name in ["KakaoTalk", "#1388"] {
        let odd = OutboundText { citizen: PhoneNumber::parse(name), ..outbound("hi") };
        let (jasmin, seen) = driver(vec![says(200, TAKEN)]);
        let refused = jasmin.send(&odd).await.unwrap_err();
        assert_eq!((refused.kind, refused.code.as_deref()), (ErrorKind::Permanent, Some("NUMBER")), "{name}");
        assert!(asked(&seen).is_empty());
    }
}

/// It would take the text, and drop what is behind its fifth part.
#[tokio::test]
async fn a_text_whose_end_jasmin_would_drop_does_not_leave() {
    let (jasmin, seen) = driver(vec![says(200, TAKEN)]);
    jasmin.send(&outbound(&"가".repeat(335))).await.unwrap();
    let refused = jasmin.send(&outbound(&"가".repeat(336))).await.unwrap_err();
    assert_eq!((refused.kind, refused.code.as_deref()), (ErrorKind::Permanent, Some("TOO_LONG")));
    assert_eq!(asked(&seen).len(), 1);
}

#[tokio::test]
async fn each_answer_promises_what_its_words_say() {
    use ErrorKind::*;
    let words = |status, words: &str| says(status, &format!("Error \"{words}\""));
    let filter = |what| format!("Value filter failed for user [munja] ({what} filter mismatch).");
    let cases = [
        (words(403, "Authentication failure for username:munja"), Auth, "LOGIN"),
        (words(403, "User throughput exceeded"), RateLimited, "THROUGHPUT"),
        (words(403, "Cannot charge submit_sm, check RouterPB log file for details"), Config, "QUOTA"),
        (words(403, "Something new"), Config, "HTTP403"),
        (words(400, "Argument [to] has an invalid value: [01012345678]."), Permanent, "NUMBER"),
        (words(400, "Argument [password] has an invalid value: [12345678901234567]."), Config, "ARGUMENT"),
        (words(400, "Argument [dlr-url] has an invalid value: [x]."), Config, "ARGUMENT"),
        (words(400, "Mandatory argument [x] is not found."), Config, "ARGUMENT"),
        (
            words(400, "Authorization failed for user [munja] (Cannot send MT messages)."),
            Config,
            "PERMISSION",
        ),
        (words(400, &filter("destination_address")), Permanent, "FILTER"),
        (words(400, &filter("source_address")), Config, "SENDER"),
        (words(412, "Failover route has no bound connectors"), NotSent, "UNBOUND"),
        (
            words(500, "Cannot send submit_sm, check SMPPClientManagerPB log file for details"),
            NotSent,
            "QUEUE",
        ),
        (words(503, "InterceptorPB not connected !"), NotSent, "INTERCEPTOR"),
        (words(451, "Interception specific error code 451"), Permanent, "INTERCEPTED"),
        (words(400, "Failed running interception script, check log for details"), NotSent, "INTERCEPTOR"),
        // After these it may have been queued.
        (words(500, "Unknown error: 'Deferred' object has no attribute 'result'"), Ambiguous, "HTTP500"),
        (words(400, "Something new"), Ambiguous, "HTTP400"),
        (says(502, "<html>"), Ambiguous, "HTTP502"),
        (says(200, ""), Ambiguous, ""),
        (says(200, "Success \"\""), Ambiguous, ""),
        (says(200, "Success \"[Failure instance: Traceback: <class 'Exception'>: x\n]\""), Ambiguous, ""),
        (says(200, "<html>"), Ambiguous, ""),
        (Err(Broken::Reset), Ambiguous, ""),
        (Err(Broken::Truncated(b"Success \"01c0".to_vec().into())), Ambiguous, ""),
        (Err(Broken::NotSent), NotSent, ""),
        // Not Jasmin's own words.
        (says(404, "<html>No Such Resource</html>"), Config, "HTTP404"),
    ];
    for (answer, kind, code) in cases {
        let error = driver(vec![answer.clone()]).0.send(&outbound("네")).await.unwrap_err();
        assert_eq!((error.kind, error.code.as_deref().unwrap_or_default()), (kind, code), "{answer:?}");
        assert!(!error.to_string().contains("01012345678"), "{error}");
    }
}

/// One odd number without a route must not stop the others; a Jasmin without any route must not fail every text.
#[tokio::test]
async fn without_a_route_it_is_the_number_or_jasmin() {
    let none = says(412, "Error \"No route found\"");
    for (rate, kind) in [
        (says(200, RATE), ErrorKind::Permanent),
        (says(412, "\"No route found\""), ErrorKind::Config),
        (says(500, "\"Unknown error: x\""), ErrorKind::NotSent),
        (Err(Broken::Reset), ErrorKind::NotSent),
    ] {
        let (jasmin, seen) = driver(vec![none.clone(), rate]);
        let refused = jasmin.send(&outbound("네")).await.unwrap_err();
        assert_eq!((refused.kind, refused.code.as_deref()), (kind, Some("NO_ROUTE")));
        assert_eq!(asked(&seen).len(), 2);
    }
}

#[tokio::test]
async fn nothing_can_be_looked_up() {
    let (jasmin, seen) = driver(vec![]);
    assert_eq!(jasmin.reconcile(&outbound("네")).await.unwrap(), Reconciled::CannotTell);
    assert_eq!(jasmin.status("01c0c46a").await.unwrap(), None);
    assert!(asked(&seen).is_empty());
}
