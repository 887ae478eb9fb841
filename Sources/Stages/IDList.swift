import EventLog
import Foundation
import Glibc
import Vocabulary

/// A list with an id a line, read in blocks: its memory does not grow with the list.
///
/// Blank lines are passed over, a carriage return at the end of a line and a byte order mark at the beginning are not part
/// of an id; anything else is, as in the logs.
public struct IDList {
    /// The longest line in bytes.
    static let longest = 4096

    let path: String
    private let code: ProblemCode

    /// - Parameters:
    ///   - path: `-` is standard input.
    ///   - code: of the problems with the list.
    public init(_ path: String, code: ProblemCode) {
        self.path = path
        self.code = code
    }

    /// Every id once for each of its lines.
    /// - Throws: like `forEach`, and where there is none.
    public func all() throws -> [String] {
        var ids: [String] = []
        try forEach { ids.append(String(decoding: $0, as: UTF8.self)) }
        if ids.isEmpty { throw Problem(code, "there is no id", at: .path(path), help: "give a file with an id a line") }
        return ids
    }

    /// Calls the body with the bytes of each id, in their order.
    /// - Throws: `Problem` with the line, where it is no UTF-8 text or longer than `longest`.
    func forEach(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw problem("the list cannot be read: \(String(cString: strerror(errno)))", nil) }
        defer { if path != "-" { close(descriptor) } }
        var block = [UInt8](repeating: 0, count: 1 << 16)
        var rest: [UInt8] = []
        var number = 0
        func take(_ line: ArraySlice<UInt8>) throws {
            number += 1
            var line = line
            if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
            if line.last == 0x0D { line = line.dropLast() }
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return }
            guard line.count <= Self.longest else { throw problem("the line has over \(Self.longest) bytes", number) }
            try line.withUnsafeBytes { bytes in
                guard TextTyping.isText(bytes) else { throw problem("the line is no UTF-8 text", number) }
                try body(bytes)
            }
        }
        while true {
            let count = read(descriptor, &block, block.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw problem("the list cannot be read: \(String(cString: strerror(errno)))", nil)
            }
            if count == 0 { break }
            var start = 0
            while let end = block[start..<count].firstIndex(of: 0x0A) {
                if rest.isEmpty {
                    try take(block[start..<end])
                } else {
                    rest += block[start..<end]
                    try take(rest[...])
                    rest.removeAll(keepingCapacity: true)
                }
                start = end + 1
            }
            rest += block[start..<count]
            guard rest.count <= Self.longest + 4 else { throw problem("the line has over \(Self.longest) bytes", number + 1) }
        }
        if !rest.isEmpty { try take(rest[...]) }
    }

    private func problem(_ what: String, _ line: Int?) -> Problem {
        let place: Place = line.map { .text(file: path, line: $0, column: 1) } ?? .path(path)
        return Problem(code, what, at: place, help: "give a file in UTF-8 with an id a line")
    }
}
