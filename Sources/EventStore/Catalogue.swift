import Vocabulary

/// A column of a segment with the checksum of its buffers.
public struct StoredColumn: Sendable, Hashable, Codable {
    public var name: String
    public var type: ColumnType
    public var checksum: String
}

/// One immutable file of sorted events.
public struct SegmentEntry: Sendable, Hashable, Codable {
    /// The name of the file below the folder `segments`.
    public var name: String
    public var source: String
    public var rows: Int
    /// Microseconds UTC, over all rows.
    public var minTime: Int64
    public var maxTime: Int64
    /// The hours that hold its rows.
    public var hours: OccupiedHours
    /// A checksum of the whole content.
    public var hash: String
    /// The mapped columns.
    @ColumnLine public var columns: [StoredColumn]
    /// The checksums of the columns that every segment has beside its mapped ones.
    public var personChecksum: String
    /// The table of users seen on devices; nil where it was not made: it is derived from the rows then.
    public var links: LinkEntry?
    /// Set where this holds copies of rows of another segment, under the persons they belong to now.
    public var moved: MovedRows?

    func column(_ name: String) -> StoredColumn? { columns.first { $0.name == name } }

    /// The order in which segments are merged: a person's runs then come nearly in the order of time.
    func comesEarlier(than other: SegmentEntry) -> Bool {
        minTime != other.minTime ? minTime < other.minTime : name < other.name
    }
}

/// The users seen on devices in one segment. Unless it is empty, its file has the segment's name below the folder `links`.
public struct LinkEntry: Sendable, Hashable, Codable {
    public var count: Int
    public var checksum: String
}

/// Where moved copies come from.
public struct MovedRows: Sendable, Hashable, Codable {
    /// The name of the segment whose rows these are copies of.
    public var from: String
    /// Another one whenever it is another rows of that segment that moved, or other persons that they moved to, in this copy or in others.
    public var assignment: String
}

/// Why a row is not live.
public enum DeletionReason: UInt8, Sendable, Hashable, CaseIterable {
    case duplicate = 1
    case superseded = 2
    case erased = 4
    case moved = 5
    case testUser = 6
    case crawler = 7
    case rate = 8

    /// Whether the row counts again when the filters change.
    var isFilter: Bool { [.testUser, .crawler, .rate].contains(self) }
}

/// The rows of one segment that are not live.
public struct DeletionEntry: Sendable, Hashable, Codable {
    /// The name of the file below the folder `deletions`.
    public var name: String
    public var segment: String
    public var rows: Int
    public var duplicate: Int
    public var superseded: Int
    public var filtered: FilteredCounts
    public var erased: Int
    public var moved: Int
    /// Times of the segment's live rows; nil when none is live.
    public var minTime: Int64?
    public var maxTime: Int64?
    public var checksum: String
}

/// One immutable file of rows of a versioned table: the rows of one log file.
public struct TableEntry: Sendable, Hashable, Codable {
    /// The name of the file below the folder `tables`.
    public var name: String
    public var source: String
    public var rows: Int
    public var hash: String
    @ColumnLine public var columns: [StoredColumn]
    /// Its last column is the version that was taken from the log file's name.
    public var hasFileVersion: Bool
}

/// What of a source's settings decides which of its rows are live.
public struct SourceSettings: Sendable, Hashable, Codable {
    /// The kind as the manifest writes it (`events`, `exposures`, `ad_report`, `units`, `costs`).
    public var kind: String
    /// Event ids are unique within this space.
    public var eventIDSpace: String
    /// Microseconds; a record is a repeat where a kept one with its id lies at most this long before.
    public var dedupeWindow: Int64
    /// The key of a versioned table; empty: every row counts.
    public var key: [String]
    /// The column that holds the version; nil: the one that the table's builder was given, if any.
    public var versionColumn: String?

    public init(
        kind: String, eventIDSpace: String, dedupeWindow: Int64, key: [String] = [], versionColumn: String? = nil
    ) {
        self.kind = kind
        self.eventIDSpace = eventIDSpace
        self.dedupeWindow = dedupeWindow
        self.key = key
        self.versionColumn = versionColumn
    }
}

/// A snapshot of the store: which files were taken in, and which rows are live. Replaced as a whole.
public struct Catalogue: Sendable, Hashable, Codable {
    public static let format = 4
    /// Formats that are read: 3 wrote columns at length.
    static let readableFormats = 3...4

    public var format: Int
    public var keyFingerprint: String
    /// Grows by one with every commit.
    public var sequence: Int
    /// By source and path; the superseded ones of a path before the current one.
    public var files: [FileEntry]
    /// Live segments, by name.
    public var segments: [SegmentEntry]
    /// By segment.
    public var deletions: [DeletionEntry]
    /// Live table files, by name.
    public var tables: [TableEntry]
    public var sources: [String: SourceSettings]
    public var balance: Balance
    /// nil in a snapshot from before devices had owners.
    public var identity: IdentityRecord?
    /// What was forgotten when, the oldest first; nil before the first time.
    public var erasures: [Erasure]?
    /// The filters that were applied; nil in a snapshot from before there were any.
    public var filters: FilterSettings?

    init(keyFingerprint: String) {
        format = Self.format
        self.keyFingerprint = keyFingerprint
        sequence = 0
        files = []
        segments = []
        deletions = []
        tables = []
        sources = [:]
        balance = Balance()
    }
}
