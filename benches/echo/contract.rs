//! The generated gRPC types of the contract, for client and echo.
#![allow(missing_docs, clippy::all)]

pub mod server {
    tonic::include_proto!("server");
}

pub mod remote {
    tonic::include_proto!("remote");
}
