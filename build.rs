//! Makes the gRPC code from `proto/` (protox: no protoc needed) and notes the commit that is built.

use std::path::PathBuf;

use protox::prost::Message;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    compile_contract()
}

/// Turns the contract into Rust, and keeps its descriptors for the reflection service.
fn compile_contract() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=proto");
    let contract = protox::compile(["loader.proto"], ["proto"])?;
    let out_dir = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out_dir.join("contract.bin"), contract.encode_to_vec())?;
    tonic_prost_build::configure()
        .build_client(false)
        .compile_fds(contract)?;
    Ok(())
}
