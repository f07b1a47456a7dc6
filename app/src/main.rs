fn main() -> std::process::ExitCode {
    licentia::main()
}
