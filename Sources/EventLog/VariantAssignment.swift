import Digests

/// Which variant an id is assigned to, where a team assigns by a stated hash and writes nothing down: the first eight bytes of
/// SHA-256 over `SALT:ID`, the greatest first, as a number below 2^64, give a place between 0 and 1; the variants take their shares
/// of it in the order in which they are declared.
///
/// The raw id is gone once a record is typed, so it is computed then; the shares are whole numbers, so that no rounding decides.
public struct VariantAssignment: Sendable, Hashable {
    public let salt: String
    /// The variants with their shares, of the sum of all.
    public let split: [Share]

    public struct Share: Sendable, Hashable {
        public let variant: String
        /// From 1 to 1,000,000,000.
        public let weight: Int

        public init(variant: String, weight: Int) {
            self.variant = variant
            self.weight = weight
        }
    }

    public init(salt: String, split: [Share]) {
        self.salt = salt
        self.split = split
    }

    /// Looks ids up.
    struct Table {
        private let hash: PrefixedSHA256
        /// The sum of the shares up to and with each variant.
        private let bounds: [UInt128]

        init(_ assignment: VariantAssignment) {
            hash = PrefixedSHA256(prefix: Array("\(assignment.salt):".utf8))
            var sum: UInt128 = 0
            bounds = assignment.split.map { share in
                sum += UInt128(max(0, share.weight))
                return sum
            }
        }

        /// The place of the id's variant in the split.
        func place(of id: UnsafeRawBufferPointer) -> Int {
            let place = UInt128(hash.first64Bits(of: id)) * (bounds.last ?? 0)
            return bounds.firstIndex { place < $0 << 64 } ?? 0
        }
    }
}
