//! The OpenAPI document.

use super::*;

#[test]
fn the_document_is_as_it_was() {
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    let document = crate::api::document().replace(&version, "\"version\": \"(of the package)\"");
    insta::assert_snapshot!("openapi", document);
}

#[tokio::test(start_paused = true)]
async fn it_is_served() {
    let desk = Desk::open();
    let answer = desk.get("/v1/openapi.json", "").await;
    assert_eq!(answer.headers["content-type"], "application/json");
    let expected: Value = serde_json::from_str(&crate::api::document()).expect("JSON");
    assert_eq!(answer.expect(200), expected);
}

#[test]
fn every_schema_that_is_named_is_there() {
    let text = crate::api::document();
    let document: Value = serde_json::from_str(&text).expect("JSON");
    for (before, _) in text.match_indices("#/components/schemas/") {
        let name = text[before + 21..].split('"').next().expect("a name");
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
}

#[test]
fn operations_have_names_of_their_own_and_describe_their_answers() {
    let document: Value = serde_json::from_str(&crate::api::document()).expect("JSON");
    let items = document["paths"].as_object().expect("paths").values();
    let operations: Vec<&Value> =
        items.flat_map(|item| item.as_object().expect("methods").values()).collect();
    let mut names: Vec<&str> =
        operations.iter().map(|o| o["operationId"].as_str().expect("a name")).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), operations.len());
    for operation in operations {
        for (status, answer) in operation["responses"].as_object().expect("answers") {
            assert!(answer["description"].is_string(), "{} {status}", operation["operationId"]);
        }
    }
}

/// Each form of a tagged union has a name, and the union says which one is meant by which word.
#[test]
fn unions_say_by_which_field_their_forms_are_told_apart() {
    let document: Value = serde_json::from_str(&crate::api::document()).expect("JSON");
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let unions: Vec<_> = schemas.iter().filter(|(_, schema)| schema["oneOf"].is_array()).collect();
    let names: Vec<&str> = unions.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["AccountAction", "ActionRequest", "MessageView"]);
    for (name, union) in unions {
        let mapping = union["discriminator"]["mapping"].as_object().expect("a mapping");
        let forms: Vec<&Value> =
            union["oneOf"].as_array().expect("forms").iter().map(|one| &one["$ref"]).collect();
        assert_eq!(mapping.len(), forms.len(), "{name}");
        for form in mapping.values() {
            assert!(forms.contains(&form), "{name} {form}");
            let schema = form.as_str().and_then(|path| path.rsplit('/').next()).expect("a name");
            assert!(schemas.contains_key(schema), "{schema}");
        }
    }
}
