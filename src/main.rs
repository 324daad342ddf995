//! The program `atest-ext-ai`: hands over to the library.

fn main() -> std::process::ExitCode {
    atest_ext_ai::run()
}
