//! Makes the gRPC code from `proto/` (protox: no protoc needed) and notes the commit that is built.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    compile_contract()
}

/// Turns the contract into Rust, and keeps its descriptors for the reflection service.
fn compile_contract() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=proto");
    let contract = protox::compile(["loader.proto"], ["proto"])?;
    let out_dir = std::path::PathBuf::from(std::env::var("OUT_DIR")?);
    tonic_prost_build::configure()
        .build_client(false)
        .file_descriptor_set_path(out_dir.join("contract.bin"))
        .compile_fds(contract)?;
    Ok(())
}
