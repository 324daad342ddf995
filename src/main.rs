//! The program `atest-ext-ai`: hands over to the library.

profiling::jemalloc!();

fn main() -> std::process::ExitCode {
    atest_ext_ai::run()
}
