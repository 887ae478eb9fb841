import EventLog
import Vocabulary

/// What a directory says of a file without opening it.
public struct FileLook: Sendable, Hashable, Codable {
    public var size: Int64
    /// Modification time, nanoseconds since 1970.
    public var modified: Int64
    public var inode: UInt64
    /// When the file system last changed content or attributes, nanoseconds since 1970, which nobody can set back; nil in
    /// catalogues of older releases.
    public var changed: Int64?

    public init(size: Int64, modified: Int64, inode: UInt64, changed: Int64? = nil) {
        self.size = size
        self.modified = modified
        self.inode = inode
        self.changed = changed
    }

    /// False where the content may be another one. Attributes alone may have changed: only a reading tells.
    public func agrees(with other: FileLook) -> Bool {
        (size, modified, inode) == (other.size, other.modified, other.inode)
            && (changed == nil || other.changed == nil || changed == other.changed)
    }
}

/// One taking-in of one log file: what it held and what became of it.
public struct FileEntry: Sendable, Hashable, Codable {
    public enum State: String, Sendable, Codable, CaseIterable {
        case live
        /// A later content of the path took its place.
        case superseded
        /// A live file of its source has the same content.
        case duplicate
        /// It could not be read to its end, and contributes nothing.
        case damaged
    }

    public var source: String
    /// The path as the ingest names it.
    public var path: String
    public var look: FileLook
    /// A hash of the decompressed bytes, and of whatever else its rows depend on beside the format (a version taken from
    /// the file's name). Empty for a damaged file.
    public var contentHash: String
    /// A hash of how it was decoded and typed.
    public var formatHash: String
    public var state: State
    /// Why a damaged file could not be read.
    public var problem: String?
    /// A later content of the same path is tracked beside this one, which stays live (`on_change: rotate`).
    public var rotated: Bool
    /// Records: `read = rejected + stored`.
    public var read: Int
    public var rejected: Int
    /// All rejects by column and code.
    public var rejects: [RejectCount]
    /// How many of them stand in the file of rejects.
    public var keptRejects: Int
    public var stored: Int
    /// Stored rows that were forgotten and lie in no file of the store any more; nil without any.
    public var erased: Int?
    /// Rows of totals, which are no records; nil without any.
    public var totals: Int?
    /// The names of its segments (events) or table files; empty unless live.
    public var segments: [String]
    public var tables: [String]
    /// The file of its rejects below the folder `rejects`, if it has any.
    public var rejectsFile: String?
    /// Times of its stored events, microseconds UTC; nil without rows or for tables.
    public var minTime: Int64?
    public var maxTime: Int64?
    /// The column `date` of its stored rows, days since 1970-01-01; nil without rows or dates, and for events.
    public var firstDate: Int?
    public var lastDate: Int?

    public init(
        source: String, path: String, look: FileLook, contentHash: String, formatHash: String, state: State = .live,
        problem: String? = nil, read: Int = 0, rejected: Int = 0, rejects: [RejectCount] = [], keptRejects: Int = 0,
        stored: Int = 0, totals: Int? = nil, rejectsFile: String? = nil
    ) {
        self.source = source
        self.path = path
        self.look = look
        self.contentHash = contentHash
        self.formatHash = formatHash
        self.state = state
        self.problem = problem
        rotated = false
        self.read = read
        self.rejected = rejected
        self.rejects = rejects
        self.keptRejects = keptRejects
        self.stored = stored
        self.totals = totals
        segments = []
        tables = []
        self.rejectsFile = rejectsFile
        minTime = nil
        maxTime = nil
        erased = nil
        firstDate = nil
        lastDate = nil
    }

    mutating func takeRejectsFile(of other: FileEntry) {
        rejectsFile = other.rejectsFile
        keptRejects = other.keptRejects
    }

    mutating func dropRejectsFile() {
        rejectsFile = nil
        keptRejects = 0
    }
}
