//! The OpenAPI document. The routes describe themselves; this file adds what all of them share.

use axum::http::header;
use axum::routing::{MethodRouter, get};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    Components, Content, Discriminator, InfoBuilder, OpenApi, PathItem, Ref, RefOr, Response,
    ResponseBuilder, Schema,
};
use utoipa::{PartialSchema, ToSchema};

use super::wire::{EventView, ProblemCode, ProblemDetails};
use super::{Shared, routes};

/// The document, as pretty JSON.
pub fn document() -> String {
    let (_, document) = routes().split_for_parts();
    let document = finished(document);
    // Serializing plain data can't fail.
    document.to_pretty_json().unwrap_or_default()
}

/// Adds to every operation how it refuses.
pub(super) fn finished(mut document: OpenApi) -> OpenApi {
    document.info = InfoBuilder::new()
        .title("Munja")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(description()))
        .build();
    let components = document.components.get_or_insert_with(Components::new);
    add_schema::<ProblemDetails>(components);
    add_schema::<EventView>(components);
    name_forms(components);
    components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            operation.responses.responses.insert("default".into(), RefOr::T(problem()));
        }
    }
    document
}

/// Serves the document.
pub(super) fn route(document: &OpenApi) -> MethodRouter<Shared> {
    let json = document.to_json().unwrap_or_default();
    get(async move || ([(header::CONTENT_TYPE, "application/json")], json))
}

fn description() -> String {
    let codes: Vec<String> =
        ProblemCode::ALL.iter().map(|code| format!("| `{}` | {} |", code.as_str(), code.status())).collect();
    format!(
        "SMS text consultation. Times are milliseconds UTC. Every error response is a problem (RFC 9457) in English or \
         Korean, by `Accept-Language`; programs should decide by its `code`:\n\n| code | status |\n|---|---|\n{}",
        codes.join("\n")
    )
}

fn add_schema<T: ToSchema + PartialSchema>(components: &mut Components) {
    let mut needed: Vec<(String, RefOr<Schema>)> = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut needed);
    components.schemas.extend(needed);
}

/// Gives each form of a tagged union a name, and says by which field they are told apart: generators of clients need both.
fn name_forms(components: &mut Components) {
    let mut forms: Vec<(String, RefOr<Schema>)> = Vec::new();
    for (name, schema) in &mut components.schemas {
        let RefOr::T(Schema::OneOf(union)) = schema else { continue };
        let Some(tags) = union.items.iter().map(tag_of).collect::<Option<Vec<_>>>() else { continue };
        let Some(field) = tags.first().map(|(field, _)| field.clone()) else { continue };
        let mut mapping = Vec::new();
        for (item, (_, word)) in union.items.iter_mut().zip(tags) {
            let form = format!("{name}{}", camel_case(&word));
            let reference = Ref::from_schema_name(&form);
            mapping.push((word, reference.ref_location.clone()));
            forms.push((form, std::mem::replace(item, RefOr::Ref(reference))));
        }
        union.discriminator = Some(Discriminator::with_mapping(field, mapping));
    }
    components.schemas.extend(forms);
}

/// The field of a form that says which one it is, and its word: the only one that may stand there.
fn tag_of(form: &RefOr<Schema>) -> Option<(String, String)> {
    let word = |property: &RefOr<Schema>| match property {
        RefOr::T(Schema::Object(property)) => match property.enum_values.as_deref() {
            Some([only]) => only.as_str().map(str::to_owned),
            _ => None,
        },
        _ => None,
    };
    match form {
        RefOr::T(Schema::Object(object)) => {
            object.properties.iter().find_map(|(name, property)| Some((name.clone(), word(property)?)))
        }
        RefOr::T(Schema::AllOf(parts)) => parts.items.iter().find_map(tag_of),
        _ => None,
    }
}

/// `false_alarm` as `FalseAlarm`.
fn camel_case(word: &str) -> String {
    let part = |part: &str| {
        let mut letters = part.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    word.split('_').map(part).collect()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}

fn problem() -> Response {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new().description("Refused").content("application/problem+json", content).build()
}
