//! The OpenAPI document. The routes describe themselves; this file adds what all of them share.

use axum::http::header;
use axum::routing::{MethodRouter, get};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    Components, Content, InfoBuilder, OpenApi, PathItem, Ref, RefOr, Response, ResponseBuilder, Schema,
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

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}

fn problem() -> Response {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new().description("Refused").content("application/problem+json", content).build()
}
