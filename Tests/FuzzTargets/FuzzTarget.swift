/// One parser under arbitrary bytes: it may refuse them with a `Problem`; where it takes them it must keep its promises.
package protocol FuzzTarget: AnyObject {
    static var name: String { get }
    /// Small inputs that lead deep into the parser, made by the program's own writers where it has such.
    static func seeds() throws -> [[UInt8]]
    init() throws
    /// - Throws: `Finding` where a promise is broken; anything else that escapes is a finding too.
    func run(_ input: UnsafeRawBufferPointer) throws
}

/// A promise that an input breaks.
package struct Finding: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

package enum FuzzTargets {
    package static var all: [any FuzzTarget.Type] {
        [
            CompressionTarget.self, DelimitedTarget.self, JSONLinesTarget.self, TimeTarget.self, NumberTarget.self,
            ArrowTarget.self, StoreTarget.self, CatalogueTarget.self, ManifestTarget.self, ConditionTarget.self,
            OutputTarget.self, RejectTarget.self, PartialTarget.self,
        ]
    }

    package static func named(_ name: String) -> (any FuzzTarget.Type)? { all.first { $0.name == name } }
}

/// Takes decisions from the first bytes of an input; what is left is the parser's.
struct Choices {
    private(set) var rest: UnsafeRawBufferPointer

    init(_ input: UnsafeRawBufferPointer) { rest = input }

    /// The next byte; 0 where there is none.
    mutating func byte() -> UInt8 {
        guard let first = rest.first else { return 0 }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
        return first
    }

    mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[Int(byte()) % choices.count] }
}
