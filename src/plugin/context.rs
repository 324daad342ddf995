//! From gRPC to the query language: what the metadata says of the store, and errors on the way back.

use tonic::Status;
use tonic::metadata::{KeyAndValueRef, MetadataMap};

use crate::answer::query::{QueryError, StoreContext};
use crate::telemetry::trace::{Root, TRACEPARENT, TraceContext};

/// The store as the metadata describes it. Keys are lower-case by the rules of HTTP/2; values that are not text
/// (binary ones, other bytes) are left out; of a repeated key the first counts, as in Go.
pub(super) fn store_context(metadata: &MetadataMap) -> StoreContext {
    let mut context = StoreContext {
        root: Root {
            name: "remote.Loader/Query",
            attributes: &[("rpc.system.name", "grpc"), ("rpc.method", "remote.Loader/Query")],
            caller: metadata
                .get(TRACEPARENT)
                .and_then(|value| TraceContext::parse(value.to_str().ok()?)),
        },
        ..StoreContext::default()
    };
    for pair in metadata.iter() {
        if let KeyAndValueRef::Ascii(key, value) = pair
            && let Ok(text) = value.to_str()
        {
            context
                .properties
                .entry(key.as_str().to_owned())
                .or_insert_with(|| text.to_owned());
        }
    }
    context
}

/// The code that the host turns into an HTTP status.
pub(super) fn status(error: QueryError) -> Status {
    match error {
        QueryError::InvalidArgument(text) => Status::invalid_argument(text),
        QueryError::NotFound(text) => Status::not_found(text),
        QueryError::Unavailable(text) => Status::unavailable(text),
        QueryError::Internal(text) => Status::internal(text),
    }
}

#[cfg(test)]
mod tests {
    use tonic::metadata::{AsciiMetadataValue, BinaryMetadataValue};

    use super::*;

    #[test]
    fn the_store_is_read_from_text_metadata_alone() {
        let mut metadata = MetadataMap::new();
        metadata.insert("pro.provider", AsciiMetadataValue::from_static("builtin"));
        metadata.append("pro.provider", AsciiMetadataValue::from_static("later"));
        metadata.insert_bin("secret-bin", BinaryMetadataValue::from_bytes(b"\xff"));
        metadata.insert("odd", AsciiMetadataValue::try_from(&b"caf\xe9"[..]).unwrap());
        let properties = store_context(&metadata).properties;
        assert_eq!(
            properties.get("pro.provider").map(String::as_str),
            Some("builtin")
        );
        assert_eq!(properties.len(), 1, "{properties:?}");
    }
}
