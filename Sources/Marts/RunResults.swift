import Chronology

/// What a run did, for people and for the next run: `run_results.json`.
///
/// It tells of files and clocks, so it may differ between runs whose marts are equal. The lead of a run fills it from
/// the store's catalogue. The shape has a JSON Schema, docs/schemas/run_results.schema.json.
public struct RunResults: Sendable, Hashable {
    public static let schema = "nightmarket/run_results/1"

    /// The name of the run directory; set where the run is published, nil before and in a run that never was.
    public var run: String?
    public var pipeline: String
    public var date: CivilDate
    /// The snapshot of the store that every stage read; nil where the run ended before it had one.
    public var snapshot: String?
    public var status: Status
    /// RFC 3339; nil where nobody took the time.
    public var started: String?
    public var seconds: Double
    public var nodes: [Node]
    public var sources: [Source]
    /// The books of the snapshot; nil where there is none.
    public var balance: SnapshotBalance?
    public var lineage: [Lineage]
    /// What a person should know: damaged files, globs without a match, nodes that failed.
    public var warnings: [Warning]
    /// What the command line said otherwise than the manifest, whether figures follow from it or not.
    public var overrides: [Override] = []
    /// Which steps were asked for; nil for all.
    public var selection: Selection?
    /// The page that people open; set where the run is published, nil for a run without one.
    public var page: HashedFile?
    /// The files of the quality marts, which the data package leaves out; set where the run is published.
    public var quality: [HashedFile] = []

    public init(
        run: String? = nil, pipeline: String, date: CivilDate, snapshot: String?, status: Status,
        started: String? = nil, seconds: Double, nodes: [Node] = [], sources: [Source] = [],
        balance: SnapshotBalance? = nil, lineage: [Lineage] = [], warnings: [Warning] = []
    ) {
        self.run = run
        self.pipeline = pipeline
        self.date = date
        self.snapshot = snapshot
        self.status = status
        self.started = started
        self.seconds = seconds
        self.nodes = nodes
        self.sources = sources
        self.balance = balance
        self.lineage = lineage
        self.warnings = warnings
    }

    /// A file that is drawn from the marts and from these results: it has its hash here, and not in the data package.
    public struct HashedFile: Sendable, Hashable {
        public var path: String
        public var bytes: Int
        public var hash: String

        public init(path: String, bytes: Int, hash: String) {
            self.path = path
            self.bytes = bytes
            self.hash = hash
        }
    }

    /// A value of the manifest that the command line gave (`--set`).
    public struct Override: Sendable, Hashable {
        public var key: String
        /// nil where a password may be in it.
        public var value: String?

        public init(key: String, value: String?) {
            self.key = key
            self.value = value
        }

        /// As the command line says it.
        public var words: String { "--set \(key)" + (value.map { "=\($0)" } ?? "") }
    }

    /// Every override of the run and of its nodes, in byte order of its words, with the ids of the nodes whose figures follow
    /// from it: none where no figure does.
    public var overriddenNodes: [(override: Override, nodes: [String])] {
        let all = Set(overrides + nodes.flatMap(\.overrides))
        return all.sorted { $0.words.utf8.lexicographicallyPrecedes($1.words.utf8) }.map { override in
            (override, nodes.filter { $0.overrides.contains(override) }.map(\.id))
        }
    }

    /// Steps as the command line selects them.
    public struct Selection: Sendable, Hashable {
        public var select: [String]
        public var exclude: [String]

        public init(select: [String], exclude: [String]) {
            self.select = select
            self.exclude = exclude
        }
    }

    public enum Status: String, Sendable, CaseIterable {
        case done, failed
        case gateClosed = "gate_closed"
    }

    /// One node of the graph.
    public struct Node: Sendable, Hashable {
        public enum Status: String, Sendable, CaseIterable {
            case done
            /// Its inputs, options and version are what they were.
            case skipped
            case failed
            /// Something that it depends on failed.
            case blocked
        }

        /// Such as `funnel.purchase`.
        public var id: String
        public var stage: String
        public var status: Status
        public var seconds: Double
        /// Rows of all its marts.
        public var rows: Int
        /// Why it has this status; nil for a node that is simply done.
        public var reason: String?
        /// The ids of its marts.
        public var marts: [String]
        /// What its marts follow from, part by part; the next run compares it.
        public var fingerprint: [String]
        /// What its marts were computed under otherwise than the manifest says; they say so too.
        public var overrides: [Override]

        public init(
            id: String, stage: String, status: Status, seconds: Double, rows: Int, reason: String? = nil,
            marts: [String], fingerprint: [String] = [], overrides: [Override] = []
        ) {
            self.overrides = overrides
            self.id = id
            self.stage = stage
            self.status = status
            self.seconds = seconds
            self.rows = rows
            self.reason = reason
            self.marts = marts
            self.fingerprint = fingerprint
        }
    }

    /// A source and its files, in the order of their paths.
    public struct Source: Sendable, Hashable {
        public var name: String
        public var kind: String
        public var files: [File]

        public init(name: String, kind: String, files: [File]) {
            self.name = name
            self.kind = kind
            self.files = files
        }
    }

    /// One content of one path, with its books: read = rejected + stored.
    public struct File: Sendable, Hashable {
        public enum State: String, Sendable, CaseIterable {
            /// Its records count.
            case live
            /// The same content as a live file of its source: set aside whole.
            case duplicate
            /// Its path has other content now; its records no longer count.
            case replaced
            /// It contributes nothing until it is replaced.
            case damaged
            /// Taken in, and kept out by the gate.
            case held
        }

        public var path: String
        /// Bytes on the disk.
        public var size: Int64
        /// Of the decompressed bytes, with the name of the function before it.
        public var hash: String
        public var state: State
        public var read: Int
        public var rejected: Int
        public var stored: Int
        /// Rejected records by code, each code once, in the order of the codes.
        public var rejects: [Count]
        /// What is wrong with a damaged file.
        public var problem: String?

        public init(
            path: String, size: Int64, hash: String, state: State, read: Int, rejected: Int, stored: Int,
            rejects: [Count] = [], problem: String? = nil
        ) {
            self.path = path
            self.size = size
            self.hash = hash
            self.state = state
            self.read = read
            self.rejected = rejected
            self.stored = stored
            self.rejects = rejects
            self.problem = problem
        }

        public var isBalanced: Bool {
            let (sum, overflow) = rejected.addingReportingOverflow(stored)
            return !overflow && read == sum
        }
    }

    public struct Count: Sendable, Hashable {
        public var code: String
        public var count: Int

        public init(code: String, count: Int) {
            self.code = code
            self.count = count
        }
    }

    /// The books of a snapshot: stored + moved copies = live + duplicate + superseded + filtered + erased + moved.
    public struct SnapshotBalance: Sendable, Hashable {
        public var stored: Int
        /// Copies of rows whose person changed.
        public var movedCopies: Int
        public var live: Int
        public var duplicate: Int
        public var superseded: Int
        public var filtered: Int
        public var erased: Int
        /// The rows that such copies stand for.
        public var moved: Int
        /// Filtered rows by rule, each rule once; they add up to `filtered`.
        public var filteredByRule: [Count]

        public init(
            stored: Int, movedCopies: Int = 0, live: Int, duplicate: Int, superseded: Int, filtered: Int, erased: Int,
            moved: Int = 0, filteredByRule: [Count] = []
        ) {
            self.stored = stored
            self.movedCopies = movedCopies
            self.live = live
            self.duplicate = duplicate
            self.superseded = superseded
            self.filtered = filtered
            self.erased = erased
            self.moved = moved
            self.filteredByRule = filteredByRule
        }

        public var isBalanced: Bool {
            func sum(_ numbers: [Int]) -> Int128 { numbers.reduce(0) { $0 + Int128($1) } }
            return moved == movedCopies && sum([stored, movedCopies]) == sum([live, duplicate, superseded, filtered, erased, moved])
        }
    }

    /// Which files stand behind a mart.
    public struct Lineage: Sendable, Hashable {
        public struct Input: Sendable, Hashable {
            public var source: String
            public var path: String
            public var size: Int64
            public var hash: String

            public init(source: String, path: String, size: Int64, hash: String) {
                self.source = source
                self.path = path
                self.size = size
                self.hash = hash
            }
        }

        public var mart: String
        public var node: String
        public var inputs: [Input]

        public init(mart: String, node: String, inputs: [Input]) {
            self.mart = mart
            self.node = node
            self.inputs = inputs
        }
    }

    public struct Warning: Sendable, Hashable {
        /// A stable code, as of a problem.
        public var code: String
        public var message: String
        /// Where, as people read it; nil for the whole run.
        public var place: String?

        public init(code: String, message: String, place: String? = nil) {
            self.code = code
            self.message = message
            self.place = place
        }
    }
}
