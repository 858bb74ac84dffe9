//! What each dialect refuses: a body that is fine, and the same with one thing wrong.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

fn carrier(dialect: DialectKind) -> Sim {
    sim_with(|options| options.dialect = dialect)
}

fn basic() -> (&'static str, String) {
    ("authorization", format!("Basic {}", STANDARD.encode("SIM-KEY:SIM-SECRET")))
}

async fn call(sim: &Sim, line: &str, login: &(&'static str, String), body: &Value) -> Said {
    let (method, path) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path).header(login.0, &login.1);
    if !body.is_null() {
        request = request.header("content-type", "application/json");
    }
    let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    Said::of(sim.call(request.body(body).unwrap()).await.unwrap())
}

/// The body with one value changed; `null` takes it away.
fn changed(body: &Value, pointer: &str, value: &Value) -> Value {
    let mut body = body.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap();
    match (value, parent) {
        (Value::Null, Value::Object(object)) => drop(object.remove(name)),
        (value, Value::Object(object)) => drop(object.insert(name.to_owned(), value.clone())),
        (_, other) => panic!("{other} has no names"),
    }
    body
}

#[tokio::test(start_paused = true)]
async fn nhn() {
    let sim = carrier(DialectKind::named("nhn").unwrap());
    let login = ("x-secret-key", "SIM-KEY".to_owned());
    let base = "/sms/v3.0/appKeys/SIM-ACCOUNT";
    let recipient = json!({ "recipientNo": CITIZEN, "countryCode": "82", "recipientGroupingKey": "k1" });
    let fine = json!({ "body": "네", "sendNo": OURS, "recipientList": [recipient] });
    let (sms, mms) = (format!("POST {base}/sender/sms"), format!("POST {base}/sender/mms"));
    let code = |said: &Said| (said.status, said.body["header"]["resultCode"].as_i64().unwrap());
    let said = call(&sim, &sms, &login, &fine).await;
    assert_eq!(
        (code(&said), &said.body["body"]["data"]["sendResultList"][0]["resultCode"]),
        ((200, 0), &json!(0))
    );
    let cases = [
        ("/body", json!(null), 4),
        ("/body", json!("가".repeat(46)), -2015),
        ("/body", json!("😀"), -2023),
        ("/sendNo", json!("0212345678"), -2312),
        ("/sendNo", json!(62_120), 4),
        ("/recipientList", json!([]), 4),
        ("/recipientList", json!(vec![recipient.clone(); 1_001]), -2016),
        ("/recipientList", json!([{ "recipientNo": CITIZEN, "countryCode": "1" }]), 4),
        ("/recipientList", json!([{ "recipientNo": CITIZEN, "recipientGroupingKey": "k".repeat(101) }]), 4),
        ("/text", json!("x"), 4),
        ("/title", json!("안내"), 4),
    ];
    for (pointer, value, expected) in cases {
        let said = call(&sim, &sms, &login, &changed(&fine, pointer, &value)).await;
        assert_eq!(code(&said), (200, expected), "{pointer} {value}");
    }
    assert_eq!(code(&call(&sim, &mms, &login, &fine).await), (200, 4), "a long text has a title");
    let long = changed(&fine, "/title", &json!("안내"));
    assert_eq!(code(&call(&sim, &mms, &login, &long).await), (200, 0));
    let bad = changed(&fine, "/recipientList", &json!([{ "recipientNo": "010-1234-5678" }]));
    let said = call(&sim, &sms, &login, &bad).await;
    assert_eq!(said.body["body"]["data"]["sendResultList"][0]["resultCode"], -2019);
    let stranger = ("x-secret-key", "OTHER".to_owned());
    assert_eq!(code(&call(&sim, &sms, &stranger, &fine).await), (200, -1000));
    let elsewhere = sms.replace("SIM-ACCOUNT", "OTHER");
    assert_eq!(code(&call(&sim, &elsewhere, &login, &fine).await), (200, -1000));
    let results = |from: &str, to: &str| {
        format!("GET {base}/message-results?startUpdateDate={from}&endUpdateDate={to}&pageSize=1000")
    };
    for (line, expected) in [
        (results("2026-04-23+00:00:00", "2026-04-24+00:00:00"), 0),
        (results("2026-04-23+00:00:00", "2026-04-24+00:00:01"), -4000),
        (results("2026-04-23T00:00:00", "2026-04-24+00:00:00"), -2000),
        (format!("GET {base}/sender/sms"), -2012),
        (format!("GET {base}/sender/sms?requestId=x&pageSize=1001"), -2012),
        (format!("GET {base}/sender/sms/nobody?recipientSeq=1"), -2008),
        (format!("GET {base}/sender/fax"), -9998),
    ] {
        assert_eq!(code(&call(&sim, &line, &login, &Value::Null).await), (200, expected), "{line}");
    }
    assert_eq!(sim.ledger().messages.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn clicksend() {
    let sim = carrier(DialectKind::named("clicksend").unwrap());
    let message = json!({ "to": "+821012345678", "from": "+8262120", "body": "네", "custom_string": "k1" });
    let send = |message: &Value| json!({ "messages": [message] });
    let line = "POST /v3/sms/send";
    let status = |said: &Said| said.body["data"]["messages"][0]["status"].as_str().unwrap_or("").to_owned();
    let said = call(&sim, line, &basic(), &send(&message)).await;
    assert_eq!((said.status, status(&said).as_str()), (200, "SUCCESS"));
    for (pointer, value, expected) in [
        ("/to", json!("01012345678"), "INVALID_RECIPIENT"),
        ("/to", json!("+82"), "INVALID_RECIPIENT"),
        ("/from", json!("+82212345678"), "INVALID_SENDER_ID"),
        ("/body", json!(null), "EMPTY_MESSAGE"),
    ] {
        let said = call(&sim, line, &basic(), &send(&changed(&message, pointer, &value))).await;
        assert_eq!((said.status, status(&said).as_str()), (200, expected), "{pointer} {value}");
    }
    for bad in [json!({}), json!({ "messages": [] }), send(&changed(&message, "/sender", &json!("x")))] {
        assert_eq!(call(&sim, line, &basic(), &bad).await.status, 400, "{bad}");
    }
    for (line, status) in [
        ("GET /v3/sms/inbound?limit=15", 200),
        ("GET /v3/sms/inbound?limit=14", 400),
        ("GET /v3/sms/inbound?page=0", 400),
        ("GET /v3/sms/inbound?since=1", 400),
        ("PUT /v3/sms/inbound-read/nothing", 404),
        ("GET /v3/sms/history?order_by=up", 400),
        ("GET /v3/sms/fax", 404),
    ] {
        assert_eq!(call(&sim, line, &basic(), &Value::Null).await.status, status, "{line}");
    }
    let stranger = ("authorization", "Basic eDp5".to_owned());
    assert_eq!(call(&sim, line, &stranger, &send(&message)).await.status, 401);
    assert_eq!(sim.ledger().messages.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn smsgate() {
    let sim = carrier(DialectKind::named("smsgate").unwrap());
    let fine =
        json!({ "id": "k1", "phoneNumbers": ["+821012345678"], "textMessage": { "text": "네" }, "ttl": 60 });
    assert_eq!(call(&sim, "POST /messages", &basic(), &fine).await.status, 202);
    assert_eq!(call(&sim, "POST /messages", &basic(), &fine).await.status, 409);
    for (pointer, value) in [
        ("/id", json!("k".repeat(37))),
        ("/phoneNumbers", json!([])),
        ("/phoneNumbers", json!(["01012345678"])),
        ("/textMessage", json!(null)),
        ("/textMessage/text", json!("")),
        ("/ttl", json!(4)),
        ("/simNumber", json!(4)),
        ("/priority", json!("high")),
        ("/isEncrypted", json!(true)),
        ("/withDeliveryReport", json!(1)),
        ("/deviceId", json!("d".repeat(22))),
        ("/validUntil", json!("2026-04-24T00:00:00.000Z")),
        ("/from", json!(OURS)),
    ] {
        let bad = changed(&changed(&fine, "/id", &json!("k2")), pointer, &value);
        assert_eq!(call(&sim, "POST /messages", &basic(), &bad).await.status, 400, "{pointer} {value}");
    }
    let until = |word: &str| {
        changed(
            &changed(&changed(&fine, "/ttl", &json!(null)), "/id", &json!(word)),
            "/validUntil",
            &json!(word),
        )
    };
    for (word, status) in [("2026-04-24T00:00:00Z", 202), ("2026-04-22T00:00:00Z", 400), ("soon", 400)] {
        assert_eq!(call(&sim, "POST /messages", &basic(), &until(word)).await.status, status, "{word}");
    }
    let unchecked = changed(&changed(&fine, "/id", &json!("k3")), "/phoneNumbers", &json!(["15881234"]));
    let line = "POST /messages?skipPhoneValidation=true";
    assert_eq!(call(&sim, line, &basic(), &unchecked).await.status, 202);
    for (line, status) in [
        ("GET /inbox?limit=500", 200),
        ("GET /inbox?limit=501", 400),
        ("GET /inbox?from=yesterday", 400),
        ("GET /inbox?from=2026-04-23T00:00:00Z&to=2026-04-24T00:00:00.280%2B09:00", 200),
        ("GET /inbox?from=2026-04-23T00:00:22.28Z", 400),
        ("GET /inbox?from=2026-04-23T00:00:22.280000Z", 400),
        ("GET /inbox?from=2026-04-23T00:00:22.280%2B0900", 400),
        ("GET /inbox?to=2026-04-23T00:00:22.3Z", 400),
        ("GET /messages?from=2026-04-23T00:00:22.28Z", 400),
        ("GET /inbox?includeAttachments=1", 400),
        ("GET /inbox?from=2026-04-24T00:00:00Z&to=2026-04-23T00:00:00Z", 400),
        ("GET /messages/nobody", 404),
        ("GET /inbox/nobody/attachments/1", 404),
        ("DELETE /inbox", 404),
    ] {
        assert_eq!(call(&sim, line, &basic(), &Value::Null).await.status, status, "{line}");
    }
    assert_eq!(sim.ledger().messages.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn solapi() {
    let sim = carrier(DialectKind::named("solapi").unwrap());
    let login = |date: &str, salt: &str| {
        use hmac::{Hmac, KeyInit, Mac};
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"SIM-SECRET").unwrap();
        mac.update(format!("{date}{salt}").as_bytes());
        let signature: String = mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect();
        let said = format!("HMAC-SHA256 apiKey=SIM-KEY, date={date}, salt={salt}, signature={signature}");
        ("authorization", said)
    };
    let now = "2026-04-23T14:11:01+09:00";
    let n = std::cell::Cell::new(0);
    let next = || {
        n.set(n.get() + 1);
        login(now, &format!("{:016}", n.get()))
    };
    let message =
        json!({ "from": OURS, "to": CITIZEN, "text": "네", "type": "SMS", "customFields": { "ref": "k1" } });
    let send = |message: &Value| json!({ "messages": [message], "showMessageList": true });
    let line = "POST /messages/v4/send-many/detail";
    assert_eq!(call(&sim, line, &next(), &send(&message)).await.body["messageList"][0]["statusCode"], "2000");
    for (pointer, value, expected) in [
        ("/from", json!("0212345678"), "1062"),
        ("/to", json!("+821012345678"), "1011"),
        ("/text", json!("😀"), "1029"),
        ("/text", json!("가".repeat(46)), "1031"),
        ("/customFields/ref", json!("k".repeat(101)), "1032"),
    ] {
        let said = call(&sim, line, &next(), &send(&changed(&message, pointer, &value))).await;
        assert_eq!(said.body["failedMessageList"][0]["statusCode"], expected, "{pointer} {value}");
    }
    for (pointer, value) in [
        ("/type", json!("FAX")),
        ("/type", json!("MMS")),
        ("/subject", json!("안내")),
        ("/imageId", json!("nothing")),
        ("/country", json!("1")),
        ("/reference", json!("k1")),
    ] {
        let said = call(&sim, line, &next(), &send(&changed(&message, pointer, &value))).await;
        assert_eq!(said.status, 400, "{pointer} {value}");
    }
    let detected = changed(&changed(&message, "/type", &json!(null)), "/text", &json!("가".repeat(46)));
    assert_eq!(call(&sim, line, &next(), &send(&detected)).await.body["messageList"][0]["type"], "LMS");
    let list = "GET /messages/v4/list";
    let used = login(now, "0123456789abcdef");
    assert_eq!(call(&sim, list, &used, &Value::Null).await.status, 200);
    for (login, expected) in [
        (used, "DuplicatedSignature"),
        (login(now, "short"), "SignatureDoesNotMatch"),
        (login("2026-04-23T13:56:00+09:00", "0123456789abcdef"), "RequestTimeTooSkewed"),
        (("authorization", "HMAC-SHA256 apiKey=OTHER".to_owned()), "InvalidAPIKey"),
    ] {
        let said = call(&sim, list, &login, &Value::Null).await;
        assert_eq!((said.status, &said.body["errorCode"]), (403, &json!(expected)));
    }
    for query in ["limit=501", "dateType=DELETED", "startKey=nobody", "startDate=yesterday", "since=1"] {
        assert_eq!(
            call(&sim, &format!("{list}?{query}"), &next(), &Value::Null).await.status,
            400,
            "{query}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn infobip() {
    let sim = carrier(DialectKind::named("infobip").unwrap());
    let login = ("authorization", "App SIM-KEY".to_owned());
    let fine = json!({ "messages": [{
        "sender": "8262120", "destinations": [{ "to": "821012345678", "messageId": "k1" }], "content": { "text": "네" },
    }] });
    let line = "POST /sms/3/messages";
    let status = |said: &Said| said.body["messages"][0]["status"]["name"].clone();
    let said = call(&sim, line, &login, &fine).await;
    assert_eq!((said.status, status(&said)), (200, json!("PENDING_ACCEPTED")));
    assert_eq!(said.body["messages"][0]["messageId"], "k1");
    for (pointer, value, expected) in [
        ("/messages/0/sender", json!("8225551234"), "REJECTED_SENDER"),
        ("/messages/0/destinations/0/to", json!("+821012345678"), "REJECTED_DESTINATION"),
        ("/messages/0/destinations/0/to", json!("010-1234-5678"), "REJECTED_DESTINATION"),
    ] {
        let said = call(&sim, line, &login, &changed(&fine, pointer, &value)).await;
        assert_eq!((said.status, status(&said)), (200, json!(expected)), "{pointer} {value}");
    }
    for (pointer, value) in [
        ("/messages", json!([])),
        ("/messages/0/content", json!(null)),
        ("/messages/0/content/text", json!(7)),
        ("/messages/0/destinations", json!([])),
        ("/messages/0/destinations/0/to", json!(821_012_345_678_i64)),
        ("/messages/0/destinations/0/messageId", json!("k".repeat(201))),
        ("/messages/0/text", json!("네")),
    ] {
        let said = call(&sim, line, &login, &changed(&fine, pointer, &value)).await;
        assert_eq!((said.status, &said.body["errorCode"]), (400, &json!("E400")), "{pointer} {value}");
    }
    for (line, expected) in [
        ("GET /sms/1/inbox/reports?limit=1001", 400),
        ("GET /sms/1/inbox/reports?since=1", 400),
        ("GET /sms/3/logs?sentSince=yesterday", 400),
        ("GET /sms/3/logs?sentSince=2026-04-23T00:00:00.000%2B0000", 200),
        ("GET /sms/3/logs?sentSince=2026-04-23T00:00:00.000000%2B0900", 200),
        ("GET /sms/3/logs?sentSince=2026-04-23T00:00:00.000%2B00:00", 400),
        ("GET /sms/3/logs?sentSince=2026-04-23T00:00:00Z", 400),
        ("GET /sms/3/logs?messageId=nobody", 200),
        ("GET /sms/2/logs", 404),
    ] {
        assert_eq!(call(&sim, line, &login, &Value::Null).await.status, expected, "{line}");
    }
    for stranger in ["App OTHER", "Basic SIM-KEY", "App SIM-KEY "] {
        let login = ("authorization", stranger.to_owned());
        let said = call(&sim, "GET /sms/3/reports", &login, &Value::Null).await;
        assert_eq!((said.status, &said.body["errorCode"]), (401, &json!("E401")), "{stranger}");
    }
    assert_eq!(sim.ledger().messages.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn oneapi() {
    let sim = carrier(DialectKind::named("oneapi").unwrap());
    let ours = format!("tel:+82{}", OURS.trim_start_matches('0'));
    let fine = json!({ "outboundSMSMessageRequest": {
        "address": ["tel:+821012345678"], "senderAddress": ours, "clientCorrelator": "k1",
        "outboundSMSTextMessage": { "message": "네" },
    } });
    let line =
        format!("POST /smsmessaging/outbound/{}/requests", ours.replace(':', "%3A").replace('+', "%2B"));
    let code = |said: &Said| {
        let error = &said.body["requestError"];
        let exception = ["serviceException", "policyException"].map(|kind| error[kind]["messageId"].clone());
        exception.into_iter().find(|code| !code.is_null()).unwrap_or_default()
    };
    let said = call(&sim, &line, &basic(), &fine).await;
    let url = said.body["outboundSMSMessageRequest"]["resourceURL"].as_str().unwrap().to_owned();
    assert_eq!(said.status, 201);
    let again = call(&sim, &line, &basic(), &fine).await;
    assert_eq!((again.status, code(&again)), (409, json!("SVC0005")));
    let inside = |name: &str| format!("/outboundSMSMessageRequest/{name}");
    for (name, value, expected) in [
        ("address", json!(["01012345678"]), "SVC0004"),
        ("address", json!(["tel:+821012345678", "tel:+821012345679"]), "SVC0002"),
        ("address", json!("tel:+821012345678"), "SVC0002"),
        ("senderAddress", json!("tel:+8225551234"), "SVC0002"),
        ("outboundSMSTextMessage", json!({ "text": "네" }), "SVC0002"),
        ("message", json!("네"), "SVC0002"),
        ("clientCorrelator", json!(7), "SVC0002"),
    ] {
        let other = changed(&fine, &inside("clientCorrelator"), &json!("k2"));
        let said = call(&sim, &line, &basic(), &changed(&other, &inside(name), &value)).await;
        assert_eq!((said.status, code(&said)), (400, json!(expected)), "{name} {value}");
    }
    let path = url.split_once("/smsmessaging").unwrap().1;
    let fate = format!("GET /smsmessaging{path}/deliveryInfos");
    let said = call(&sim, &fate, &basic(), &Value::Null).await;
    assert_eq!(said.body["deliveryInfoList"]["deliveryInfo"][0]["deliveryStatus"], "MessageWaiting");
    for (line, expected) in [
        ("GET /smsmessaging/inbound/registrations/munja/messages?maxBatchSize=0", 400),
        ("GET /smsmessaging/outbound/tel%3A%2B8262120/requests/nobody/deliveryInfos", 404),
        ("DELETE /smsmessaging/inbound/registrations/munja/messages/1", 404),
    ] {
        assert_eq!(call(&sim, line, &basic(), &Value::Null).await.status, expected, "{line}");
    }
    let stranger = ("authorization", "Basic U0lNOlNJTQ==".to_owned());
    assert_eq!(call(&sim, &fate, &stranger, &Value::Null).await.status, 401);
    assert_eq!(sim.ledger().messages.len(), 1);
}
