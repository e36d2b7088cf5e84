//! The OpenAPI document: what the handlers say of themselves, with what holds for all of them.

use brownout_core::wire::{LiveMessage, Problem};
use serde_json::{Map, Value, json};
use utoipa::{
    OpenApi, ToSchema,
    openapi::{
        self, ContentBuilder, Ref, RefOr, Response, ResponseBuilder,
        path::{Operation, PathItem},
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

use crate::route;

/// The document as it is committed; a test holds it equal to [`document`].
pub const COMMITTED: &str = include_str!("../../../docs/openapi.json");

/// What every problem is sent as.
const PROBLEM: &str = "application/problem+json";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Brownout",
        description = "The API of the panel, on this machine alone.\n\n\
            Requests that change something need an `Origin` header of the panel's own pages, or the token of \
            `.brownout/panel.json` as `Authorization: Bearer …`. Problems are `application/problem+json` (RFC 9457): \
            `type` is a word for programs, `detail` a sentence that says what to do.",
        license(name = "MIT", identifier = "MIT"),
    ),
    servers((url = "/", description = "This panel")),
    components(schemas(Problem, LiveMessage)),
    tags(
        (name = "scenarios", description = "Exercises"),
        (name = "cases", description = "What the participant has made of an exercise: clock and hints"),
        (name = "runs", description = "Runs: start, stop, list, replay, delete"),
        (name = "reports", description = "What people keep of runs: reports, their index, exports"),
        (name = "leaderboard", description = "Who has reached what"),
        (name = "archives", description = "Workshops that are over"),
        (name = "hub", description = "The workshop that the participant has joined"),
        (name = "stack", description = "The lab: services, builds, logs"),
        (name = "setup", description = "This machine and the participant's choices"),
        (name = "panel", description = "The panel itself"),
    )
)]
struct Frame;

/// What any other problem of the panel may be.
const ANY: &str = "Any other problem: 403 for a foreign page, 500 with the cause in the panel's log";

/// The document of the routes as they are.
pub fn document() -> openapi::OpenApi {
    framed(Frame::openapi(), route::documents(), ANY)
}

/// A document with its routes, and what holds for all of them; `any` says what any other problem may be.
pub(crate) fn framed(frame: openapi::OpenApi, routes: openapi::OpenApi, any: &str) -> openapi::OpenApi {
    let mut document = frame;
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document.merge(routes);
    let components = document.components.get_or_insert_default();
    let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.security_schemes.insert("token".to_owned(), token.into());
    for (path, item) in &mut document.paths.paths {
        let api = path.starts_with("/api/v1");
        operations(item).for_each(|operation| finish(operation, api.then_some(any)));
    }
    document
}

/// The document as a file.
///
/// # Errors
/// When it cannot be written as JSON, which would be a mistake of a schema.
pub fn text() -> serde_json::Result<String> {
    written(&document())
}

/// A document as a file.
///
/// # Errors
/// When it cannot be written as JSON, which would be a mistake of a schema.
pub(crate) fn written(document: &openapi::OpenApi) -> serde_json::Result<String> {
    // By way of a value: keys come in one order, whatever the order of the routes.
    let mut value = serde_json::to_value(document)?;
    let named = value["components"]["schemas"].as_object().cloned().unwrap_or_default();
    refer(&mut value["paths"], &named);
    for schema in value["components"]["schemas"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        inner(schema).for_each(|part| refer(part, &named));
    }
    Ok(format!("{}\n", serde_json::to_string_pretty(&value)?))
}

/// Puts a reference where a named schema was written out, as it is within a generic type.
fn refer(value: &mut Value, named: &Map<String, Value>) {
    match named.iter().find(|(_, schema)| value.is_object() && *schema == value) {
        Some((name, _)) => *value = json!({ "$ref": format!("#/components/schemas/{name}") }),
        None => inner(value).for_each(|part| refer(part, named)),
    }
}

fn inner(value: &mut Value) -> Box<dyn Iterator<Item = &mut Value> + '_> {
    match value {
        Value::Array(items) => Box::new(items.iter_mut()),
        Value::Object(fields) => Box::new(fields.values_mut()),
        _ => Box::new(std::iter::empty()),
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

/// Says of every failure how it is sent, and that others may come.
fn finish(operation: &mut Operation, any: Option<&str>) {
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && response.content.is_empty()
            && status.starts_with('4')
        {
            *response = problem(&response.description);
        }
    }
    if let Some(any) = any {
        operation.responses.responses.insert("default".to_owned(), problem(any).into());
    }
}

fn problem(says: &str) -> Response {
    let schema = Ref::from_schema_name(Problem::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(says).content(PROBLEM, content).build()
}
