/// The version of all executables, as `--version` prints it.
public let programVersion = "0.1.0"
