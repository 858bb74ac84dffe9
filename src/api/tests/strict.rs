//! What a route does not know is refused by name. The walk is over the document, which every route stands in.

use super::*;
use crate::domain::actor::Role;

/// A route with a method, its known parameters, and its body: the names of the fields of each form that it may have.
struct Route {
    method: String,
    path: String,
    parameters: Vec<String>,
    body: Option<Vec<Form>>,
}

/// One form of a body: the tag that says which one it is, and its fields.
struct Form {
    tag: Option<(String, String)>,
    fields: Vec<String>,
}

fn routes() -> Vec<Route> {
    let document: Value = serde_json::from_str(&crate::api::document()).expect("JSON");
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let in_query = parameters.iter().filter(|parameter| parameter["in"] == "query");
            let json = &operation["requestBody"]["content"]["application/json"]["schema"];
            let body = if json.is_null() { None } else { Some(forms(&document, json)) };
            // Bytes have no fields.
            if operation["requestBody"].is_null() || body.is_some() {
                routes.push(Route {
                    method: method.to_uppercase(),
                    path: path.replace("{id}", "1").replace("{login}", "minsu"),
                    parameters: in_query
                        .map(|parameter| parameter["name"].as_str().expect("a name").to_owned())
                        .collect(),
                    body,
                });
            }
        }
    }
    routes
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(name) => &document["components"]["schemas"][name.rsplit('/').next().expect("a name")],
        None => schema,
    }
}

fn forms(document: &Value, schema: &Value) -> Vec<Form> {
    let schema = resolved(document, schema);
    let all = match schema["oneOf"].as_array() {
        Some(all) => all.iter().map(|one| resolved(document, one)).collect(),
        None => vec![schema],
    };
    all.into_iter().map(|one| form(document, one)).collect()
}

fn form(document: &Value, schema: &Value) -> Form {
    let parts = match schema["allOf"].as_array() {
        Some(parts) => parts.iter().map(|part| resolved(document, part)).collect(),
        None => vec![schema],
    };
    let fields = parts.iter().flat_map(|part| part["properties"].as_object()).flatten();
    let mut form = Form { tag: None, fields: Vec::new() };
    for (name, field) in fields {
        match field["enum"].as_array().filter(|words| words.len() == 1 && name == "action") {
            Some(words) => form.tag = Some((name.clone(), words[0].as_str().expect("a word").to_owned())),
            None => form.fields.push(name.clone()),
        }
    }
    form
}

/// The answer to the first of them who may ask the route.
async fn asked(desk: &Desk, route: &Route, path: &str, body: &str, tokens: &[String]) -> Reply {
    let mut answer = None;
    for token in tokens {
        let request = request(&route.method, path, token).header("idempotency-key", "k");
        let found = desk.send(request.body(Body::from(body.to_owned())).expect("a request")).await;
        if !matches!(found.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return found;
        }
        answer = Some(found);
    }
    answer.expect("a token")
}

async fn people(desk: &Desk) -> Vec<String> {
    let mut tokens = vec![desk.one_active().await];
    for role in [Role::Supervisor, Role::Administrator, Role::Auditor] {
        let login = format!("the-{}", role.as_str());
        let id = desk.hire(&login).await;
        let person =
            desk.store.counselors().await.expect("all").into_iter().find(|c| c.id == id).expect("them");
        let actor = crate::domain::actor::Actor::person(
            person,
            Role::Counselor,
            crate::domain::actor::DeskScope::All,
            "test".into(),
        );
        let secret = desk.store.begin_totp(id).await.expect("begun");
        let code = secret.code_at(desk.now());
        desk.store.confirm_totp(&actor, code, desk.now()).await.expect("kept").expect("right");
        desk.store.set_duties(login, Some(role), None).await.expect("given");
        tokens.push(desk.store.issue_token(id, desk.now() + 3_600_000, desk.now()).await.expect("a token"));
    }
    tokens
}

#[tokio::test(start_paused = true)]
async fn every_route_refuses_a_parameter_that_it_does_not_know() {
    let desk = Desk::open();
    let tokens = people(&desk).await;
    for route in routes() {
        let path = format!("{}?no_such_parameter=1", route.path);
        let refused = asked(&desk, &route, &path, "{}", &tokens).await.refused("unknown_field");
        assert_eq!(refused["field"], "no_such_parameter", "{path}");
        let known = refused.get("known").cloned().unwrap_or(json!([]));
        assert_eq!(known, json!(route.parameters), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_route_refuses_a_field_that_it_does_not_know() {
    let desk = Desk::open();
    let tokens = people(&desk).await;
    let mut n_forms = 0;
    for route in routes().iter().filter(|route| route.method != "GET") {
        let none = vec![Form { tag: None, fields: Vec::new() }];
        for form in route.body.as_ref().unwrap_or(&none) {
            let mut body = json!({});
            if let Some((name, word)) = &form.tag {
                body[name] = json!(word);
            }
            body["no_such_field"] = json!("비밀");
            let answer = asked(&desk, route, &route.path, &body.to_string(), &tokens).await;
            assert!(!answer.body.contains("비밀"), "{} {}", route.method, route.path);
            let refused = answer.refused("unknown_field");
            assert_eq!(refused["field"], "no_such_field", "{} {body}", route.path);
            let mut known: Vec<String> = serde_json::from_value(refused["known"].clone()).unwrap_or_default();
            let mut fields = form.fields.clone();
            known.sort();
            fields.sort();
            assert_eq!(known, fields, "{} {body}", route.path);
            n_forms += 1;
        }
    }
    assert!(n_forms > 40, "{n_forms}");
}

#[tokio::test(start_paused = true)]
async fn every_route_refuses_a_body_that_is_no_json_by_its_type() {
    let desk = Desk::open();
    let tokens = people(&desk).await;
    for route in routes().iter().filter(|route| route.method != "GET") {
        let mut kinds = Vec::new();
        for token in &tokens {
            let builder = axum::http::Request::builder().method(route.method.as_str()).uri(&route.path);
            let builder =
                builder.header("content-type", "text/plain; charset=utf-8").header("idempotency-key", "k");
            let request = builder.header("authorization", format!("Bearer {token}")).body(Body::from("{}"));
            kinds.push(desk.send(request.expect("a request")).await);
        }
        let refused = kinds.into_iter().find(|answer| answer.status == StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let refused = refused.unwrap_or_else(|| panic!("{} {}", route.method, route.path)).json();
        assert_eq!(refused["known"], json!(["application/json"]), "{}", route.path);
        assert!(refused["detail"].as_str().is_some_and(|words| words.contains("text/plain")), "{refused}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_range_and_the_words_that_are_allowed_are_named() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    let refused = desk.get("/v1/conversations?limit=201", &token).await.refused("bad_request");
    assert_eq!(
        (&refused["field"], &refused["least"], &refused["most"]),
        (&json!("limit"), &json!(1), &json!(200))
    );
    assert_eq!(refused["detail"], "This field is missing or wrong: limit. It has to be 1 to 200.");
    let refused = desk.get("/v1/conversations?state=gone", &token).await.refused("bad_request");
    assert_eq!((&refused["known"][0], &refused["known"][7]), (&json!("waiting"), &json!("referred")));
    let act = "/v1/conversations/1/actions";
    let refused = desk.post(act, &token, json!({"action": "note", "text": "가".repeat(1_001)})).await;
    assert!(refused.refused("bad_request")["detail"].to_string().contains("0 to 1000 characters"));
    let refused =
        desk.post(act, &token, json!({"action": "promise", "due_at": 1})).await.refused("bad_request");
    assert_eq!((&refused["field"], &refused["least"]), (&json!("due_at"), &json!(desk.now() + 1)));
    // A number where a name belongs may be somebody's.
    let refused = desk.get("/v1/conversations?010-1234-5678=1", &token).await;
    assert!(!refused.body.contains("5678"));
    assert_eq!(refused.refused("unknown_field")["field"], "?");
}

/// Whatever stands in a field, its name comes back, and what would be right.
#[tokio::test(start_paused = true)]
async fn every_route_names_a_field_of_the_wrong_type_and_says_what_is_needed() {
    let desk = Desk::open();
    let tokens = people(&desk).await;
    let mut n_fields = 0;
    for route in routes().iter().filter(|route| route.method != "GET") {
        for (form, field) in
            route.body.iter().flatten().flat_map(|form| form.fields.iter().map(move |f| (form, f)))
        {
            let mut body = json!({});
            if let Some((name, word)) = &form.tag {
                body[name] = json!(word);
            }
            body[field] = json!([[1]]);
            let answer = asked(&desk, route, &route.path, &body.to_string(), &tokens).await;
            let refused = answer.refused("bad_request");
            let named = refused["field"].as_str().unwrap_or_default();
            assert!(named.starts_with(field.as_str()), "{} {body}: {refused}", route.path);
            let detail = refused["detail"].as_str().unwrap_or_default();
            let says_more = detail.rsplit_once(&format!("{named}. ")).is_some_and(|(_, fix)| fix.len() > 5);
            assert!(says_more, "{} {body}: {detail}", route.path);
            n_fields += 1;
        }
    }
    assert!(n_fields > 60, "{n_fields}");
}

#[tokio::test(start_paused = true)]
async fn what_is_empty_too_long_or_no_name_is_named_with_its_bounds() {
    let desk = Desk::open();
    let boss = &people(&desk).await[1];
    let cases = [
        ("/v1/answers/preview", json!({"text": "x", "containing": " "}), "containing", "1 to 100 characters"),
        (
            "/v1/answers/preview",
            json!({"text": "x", "ids": (0..501).collect::<Vec<_>>()}),
            "ids",
            "at most 500",
        ),
        ("/v1/answers/recall", json!({"answer_id": "nosuch"}), "answer_id", "12 of 0-9 and a-f"),
        ("/v1/conversations/1/reveal", json!({"reason": "가".repeat(1_001)}), "reason", "1000 characters"),
        ("/v1/conversations/1/evidence", json!({"reason": ""}), "reason", "1 to 1000 characters"),
        ("/v1/announcements", json!({"text": ""}), "text", "characters"),
    ];
    for (path, body, field, fix) in cases {
        let refused = desk.post(path, boss, body).await.refused("bad_request");
        assert_eq!(refused["field"], field, "{path}");
        let detail = refused["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(field) && detail.contains(fix), "{path}: {detail}");
    }
}
