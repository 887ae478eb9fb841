import FuzzTargets
import Glibc

// The two functions that libFuzzer's own `main` calls. NIGHTMARKET_FUZZ_TARGET names the target.

nonisolated(unsafe) private var target: (any FuzzTarget)?

private func say(_ text: String) {
    let line = Array("\(text)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
}

/// Makes the target, and writes its seeds into the folder that NIGHTMARKET_FUZZ_SEEDS names.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?
) -> CInt {
    let name = getenv("NIGHTMARKET_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let type = FuzzTargets.named(name) else {
        say("NIGHTMARKET_FUZZ_TARGET names no target: \(FuzzTargets.all.map { $0.name }.joined(separator: " "))")
        exit(64)
    }
    do {
        target = try type.init()
        if let folder = getenv("NIGHTMARKET_FUZZ_SEEDS").map({ String(cString: $0) }) {
            for (index, seed) in try type.seeds().enumerated() {
                guard let file = fopen("\(folder)/seed-\(index)", "w") else { continue }
                fwrite(seed, 1, seed.count, file)
                fclose(file)
            }
        }
    } catch {
        say("the target \(name) cannot be made: \(error)")
        exit(1)
    }
    return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try target?.run(UnsafeRawBufferPointer(start: start, count: count))
    } catch {
        say("finding: \(error)")
        abort()
    }
    return 0
}
