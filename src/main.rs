fn main() {
    // The command line arrives in the next commits.
}
