#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| atest_ext_ai::fuzzing::question(bytes));
