import Digests
import EventLog
import Vocabulary

/// How rows become persons.
public struct IdentitySettings: Sendable {
    /// A device with more users than this belongs to none of them.
    public var maxUsersPerDevice: Int
    /// Under which order ids are told apart, and stand in tombstones.
    public var keys: KeyedHash
    /// Links of devices that are held in memory at a time (some 60 bytes each); no result depends on it.
    public var linksAtATime = 1 << 21

    public init(maxUsersPerDevice: Int = 3, keys: KeyedHash = KeyedHash(secret: [])) {
        self.maxUsersPerDevice = max(maxUsersPerDevice, 1)
        self.keys = keys
    }

    /// The key of the order id of a row, as a text or hashed before.
    func orderKey(_ orders: ColumnReader, _ row: Int, _ space: KeyedHash.Space) -> Key128? {
        orders.type == .key ? orders.key(row) : orders.bytes(row).map { keys.hash(space: space, $0) }
    }
    var orderSpace: KeyedHash.Space { keys.space(Self.orderSpaceName) }
    /// The space in which order ids are hashed.
    public static let orderSpaceName = "order"
}

/// What of a snapshot decides whom its rows belong to, beside the rows.
public struct IdentityRecord: Sendable, Hashable, Codable {
    public var maxUsersPerDevice: Int
    /// The ids that were forgotten, in order.
    public var tombstones: [Tombstone]
    /// The version of the rules by which rows get persons and repeats are found: a night takes nothing over that followed from
    /// others. nil in a snapshot from before they had one.
    public private(set) var rules: Int? = 2
}

/// One time that ids were forgotten; neither an id nor a key stands in it.
public struct Erasure: Sendable, Hashable, Codable {
    /// RFC 3339.
    public var time: String
    /// Ids that were asked to be forgotten.
    public var ids: Int
    /// Rows that were erased, and rejects that were removed.
    public var rows: Int
    public var rejects: Int

    public init(time: String, ids: Int, rows: Int, rejects: Int) {
        self.time = time
        self.ids = ids
        self.rows = rows
        self.rejects = rejects
    }
}

/// An id that was forgotten: rows that carry it are erased whenever they come.
public struct Tombstone: Sendable, Hashable, Codable, Comparable {
    public enum Kind: String, Sendable, Codable {
        /// All its rows.
        case user
        /// Its rows without a user.
        case device
        /// Its rows without any id.
        case order
    }

    public var kind: Kind
    /// 32 hexadecimal digits of the keyed hash; of users and devices with the bits that tell the kind of person.
    public var key: String

    public init(_ kind: Kind, _ key: Key128) {
        self.kind = kind
        let stored =
            switch kind {
            case .user: userPerson(key)
            case .device: devicePerson(key)
            case .order: key
            }
        self.key = stored.digits
    }

    public static func < (a: Tombstone, b: Tombstone) -> Bool {
        a.kind != b.kind ? a.kind.rawValue < b.kind.rawValue : a.key < b.key
    }
}

/// The forgotten ids of a snapshot, as rows and texts are asked about them.
public struct Forgotten: Sendable {
    /// Keys of persons: users and devices.
    private(set) var persons: Set<Key128> = []
    private(set) var orders: Set<Key128> = []

    public init(_ tombstones: [Tombstone]) {
        for stone in tombstones {
            guard let key = Key128(digits: stone.key) else { continue }
            switch stone.kind {
            case .user, .device: persons.insert(key)
            case .order: orders.insert(key)
            }
        }
    }

    public var isEmpty: Bool { persons.isEmpty && orders.isEmpty }

    /// Whether the keyed hash of an id is of a forgotten one.
    public func holds(_ kind: Tombstone.Kind, _ key: Key128) -> Bool {
        switch kind {
        case .user: persons.contains(userPerson(key))
        case .device: persons.contains(devicePerson(key))
        case .order: orders.contains(key)
        }
    }
}

/// The forgotten ids of the snapshot before and of the one in the making, which has those too and what was found to belong to them.
struct Forgetting: Sendable {
    let before: Forgotten
    let now: Forgotten

    /// Users and devices that only the snapshot in the making knows of.
    var newPersons: Set<Key128> { now.persons.subtracting(before.persons) }
}

extension Key128 {
    /// The key that 32 hexadecimal digits write; nil for any other text.
    public init?(digits: String) {
        guard digits.utf8.count == 32, let high = UInt64(digits.prefix(16), radix: 16),
            let low = UInt64(digits.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }
}
