//! What can be wrong with a request, as the stable word that clients find in `extensions.code` of an error.

use async_graphql::{ErrorExtensionValues, PathSegment, Response, ServerError, Value};

use crate::request_id::RequestId;

/// Faults of a request of which a client is told at most. Of fields that fail it is told every one.
pub(crate) const ERRORS_MAX: usize = 20;

/// Length of a message that comes from the library, in characters. It may quote names of the document.
const MESSAGE_CHARS_MAX: usize = 300;

/// What a client is told of a failure that is none of its business.
pub(crate) const FAILED: &str = "the server failed here; the request id names the failure in its log";

/// The codes. Resolvers add codes of their own for what is refused by rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// `BAD_REQUEST`: the request is not one that GraphQL over HTTP knows.
    BadRequest,
    /// `PARSE_ERROR`: the document is not GraphQL.
    ParseError,
    /// `VALIDATION_ERROR`: the document does not fit the schema.
    ValidationError,
    /// `BAD_VARIABLES`: a variable is missing, or has not the type that the operation gives it. Nothing was run.
    BadVariables,
    /// `BAD_ARGUMENT`: while running, a field refused the value of an argument.
    BadArgument,
    /// `OPERATION_NOT_FOUND`: the document has no such operation, or several and none was named.
    OperationNotFound,
    /// `WRONG_TRANSPORT`: a subscription came over plain HTTP.
    WrongTransport,
    /// `TOO_MANY_TOKENS`: the document is too long.
    TooManyTokens,
    /// `TOO_DEEP`: the document, or a variable, is nested too deep.
    TooDeep,
    /// `TOO_COMPLEX`: the operation would cost too much.
    TooComplex,
    /// `TOO_MANY_ALIASES`: too many fields have an alias.
    TooManyAliases,
    /// `TOO_MANY_ROOT_FIELDS`: the operation asks for too many things at once.
    TooManyRootFields,
    /// `TOO_MANY_DIRECTIVES`: too many directives at one place.
    TooManyDirectives,
    /// `BODY_TOO_LARGE`: the request body is too long.
    BodyTooLarge,
    /// `METHOD_NOT_ALLOWED`: neither GET nor POST, or a mutation over GET.
    MethodNotAllowed,
    /// `NOT_ACCEPTABLE`: the client takes no media type in which answers are given.
    NotAcceptable,
    /// `UNSUPPORTED_MEDIA_TYPE`: the request body is not JSON in UTF-8.
    UnsupportedMediaType,
    /// `TIMEOUT`: the body did not arrive in time, or the operation was not done in time.
    Timeout,
    /// `RATE_LIMITED`: somebody asks for more than is given back in the time; nothing was run.
    RateLimited,
    /// `INTROSPECTION_OFF`: the operator does not let the schema be asked for.
    IntrospectionOff,
    /// `TOO_MANY_STREAMS`: the user follows as much as one may; nothing was run.
    TooManyStreams,
    /// `OVERLOADED`: too much is under way; nothing was run.
    Overloaded,
    /// `UNAUTHENTICATED`: nobody who may come in.
    Unauthenticated,
    /// `ACCESS_LOG_UNAVAILABLE`: who is shown could not be written down, so nobody is.
    AccessLogUnavailable,
    /// `INTERNAL`: the server failed.
    Internal,
}

impl Code {
    /// The word itself.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Code::BadRequest => "BAD_REQUEST",
            Code::ParseError => "PARSE_ERROR",
            Code::ValidationError => "VALIDATION_ERROR",
            Code::BadVariables => "BAD_VARIABLES",
            Code::BadArgument => "BAD_ARGUMENT",
            Code::OperationNotFound => "OPERATION_NOT_FOUND",
            Code::WrongTransport => "WRONG_TRANSPORT",
            Code::TooManyTokens => "TOO_MANY_TOKENS",
            Code::TooDeep => "TOO_DEEP",
            Code::TooComplex => "TOO_COMPLEX",
            Code::TooManyAliases => "TOO_MANY_ALIASES",
            Code::TooManyRootFields => "TOO_MANY_ROOT_FIELDS",
            Code::TooManyDirectives => "TOO_MANY_DIRECTIVES",
            Code::BodyTooLarge => "BODY_TOO_LARGE",
            Code::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Code::NotAcceptable => "NOT_ACCEPTABLE",
            Code::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Code::Timeout => "TIMEOUT",
            Code::RateLimited => "RATE_LIMITED",
            Code::IntrospectionOff => "INTROSPECTION_OFF",
            Code::TooManyStreams => "TOO_MANY_STREAMS",
            Code::Overloaded => "OVERLOADED",
            Code::Unauthenticated => "UNAUTHENTICATED",
            Code::AccessLogUnavailable => "ACCESS_LOG_UNAVAILABLE",
            Code::Internal => "INTERNAL",
        }
    }

    /// An error with this code.
    pub(crate) fn error(self, message: impl Into<String>) -> ServerError {
        let mut error = ServerError::new(message, None);
        self.mark(&mut error);
        error
    }

    fn mark(self, error: &mut ServerError) {
        error.extensions.get_or_insert_with(ErrorExtensionValues::default).set("code", self.as_str());
    }
}

/// The code of an error, where it has one.
pub(crate) fn code_of(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        Value::Enum(code) => Some(code.as_str()),
        _ => None,
    }
}

/// When to ask again, where an error says it, in ms.
pub(crate) fn again_after(error: &ServerError) -> Option<u64> {
    match error.extensions.as_ref()?.get("retryAfterMs")? {
        Value::Number(milliseconds) => milliseconds.as_u64(),
        _ => None,
    }
}

/// Gives the library's findings about a document their codes.
pub(crate) fn of_validation(mut errors: Vec<ServerError>) -> Vec<ServerError> {
    errors.truncate(ERRORS_MAX);
    for error in errors.iter_mut().filter(|error| code_of(error).is_none()) {
        limit_of(&error.message).unwrap_or(Code::ValidationError).mark(error);
        if let Some((rest, _value)) = error.message.split_once(" does not contain the value ") {
            error.message = format!("{rest} does not contain this value");
        }
        shorten(&mut error.message);
    }
    errors
}

/// Gives the errors of a response that was run their codes. What a resolver gave a code stays as it is; whatever else went wrong
/// in one is told to nobody outside, as its message was not written for clients.
pub(crate) fn of_execution(response: &mut Response) {
    for error in response.errors.iter_mut().filter(|error| code_of(error).is_none()) {
        let refused_type = refused_type(&error.message).map(str::to_owned);
        if let Some(code) = limit_of(&error.message) {
            code.mark(error);
        } else if let Some(type_name) = refused_type {
            // Without a path, it was refused while the cost was reckoned.
            let code = if error.path.is_empty() { Code::BadVariables } else { Code::BadArgument };
            code.mark(error);
            error.message = format!("an argument has a value that is not a valid {type_name}");
        } else {
            tracing::error!(path = path(&error.path), "a field failed without a code");
            Code::Internal.mark(error);
            error.message = FAILED.to_owned();
        }
    }
}

/// Gives every error the id of its request.
pub(crate) fn identify(errors: &mut [ServerError], id: RequestId) {
    for error in errors {
        error.extensions.get_or_insert_with(ErrorExtensionValues::default).set("requestId", id.0.to_string());
    }
}

/// Which limit of the library a message speaks of.
fn limit_of(message: &str) -> Option<Code> {
    if message == "Query is too complex." {
        Some(Code::TooComplex)
    } else if message == "Query is nested too deep."
        || message.starts_with("The recursion depth of the query")
    {
        Some(Code::TooDeep)
    } else if message.starts_with("The number of directives on the field") {
        Some(Code::TooManyDirectives)
    } else {
        None
    }
}

/// The type that refused a value, from the library's message, which quotes the value as well.
fn refused_type(message: &str) -> Option<&str> {
    let rest = message
        .strip_prefix("Failed to parse \"")
        .or_else(|| message.strip_prefix("Expected input type \""))?;
    rest.split_once('"').map(|(name, _)| name)
}

fn shorten(message: &mut String) {
    if let Some((end, _)) = message.char_indices().nth(MESSAGE_CHARS_MAX) {
        message.truncate(end);
        message.push('…');
    }
}

fn path(segments: &[PathSegment]) -> String {
    let texts: Vec<String> = segments
        .iter()
        .map(|segment| match segment {
            PathSegment::Field(name) => name.clone(),
            PathSegment::Index(index) => index.to_string(),
        })
        .collect();
    texts.join(".")
}

#[cfg(test)]
mod tests;
