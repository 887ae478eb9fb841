import Synchronization
import Vocabulary

/// Which rows no customer made: those of test users and devices, of crawlers by their user agent, and of persons in the
/// hours in which they are faster than a human.
///
/// A rate is of a person as it is resolved, over the live rows of all sources, in minutes and hours of the clock in UTC:
/// a function of the snapshot, whatever the files and nights. Rows of nobody have no rate.
struct Filtering: Sendable {
    static let agent = "user_agent"

    let segments: [Segment]
    /// Rows that are not live for another reason: one a segment, nil where there are none.
    let dead: [DeadRows?]
    let settings: FilterSettings

    /// What is asked of the rows of one segment.
    private struct Rules: Sendable {
        /// By the code of a user agent whether it is a crawler's; empty where nothing is known of agents.
        var crawlers: [Bool] = []
        var agent: ColumnReader?
        var device: ColumnReader?
    }

    /// One vector a segment, of the rows that are filtered.
    func vectors(threads: Int) throws -> [DeletionVector] {
        let rules = try rules(threads: threads)
        let times = segments.map { SegmentTimes($0.times) }
        let testPersons = Set(settings.userKeys.map(userPerson) + settings.deviceKeys.map(devicePerson))
        let testDevices = Set(settings.deviceKeys.map(devicePerson))
        let limits = (settings.perMinute ?? .max, settings.perHour ?? .max)
        let judgesRates = settings.perMinute != nil || settings.perHour != nil
        let count = segments.count
        let live = zip(segments, dead).map { WantedRows(except: $1, of: $0.rows) }
        let found = mergePersons(segments, wanted: live, threads: threads, state: { FilteredRows(count) }) { merge, found in
            let isTest = testPersons.contains(merge.key)
            var rate = RateTally(perMinute: limits.0, perHour: limits.1)
            let judgesRate = judgesRates && merge.key.kind != .nobody
            while let piece = merge.nextPiece() {
                let rules = rules[piece.segment]
                for place in piece.start..<piece.end {
                    let row = Int(merge.rows[place])
                    var reason: DeletionReason?
                    if isTest || (rules.device?.key(row)).map(testDevices.contains) ?? false {
                        reason = .testUser
                    } else if let code = rules.agent?.code(row), rules.crawlers[code], rules.agent?.isValid(row) ?? false {
                        reason = .crawler
                    }
                    if let reason { found.append(reason, piece.segment, row) }
                    if judgesRate {
                        rate.add(times[piece.segment].start[row], piece.segment, row, isFiltered: reason != nil, &found)
                    }
                }
            }
        }
        return segments.indices.map { segment in
            var vector = DeletionVector()
            for mark in found.flatMap({ $0.marks[segment] }).sorted() { vector.append(mark) }
            return vector
        }
    }

    private func rules(threads: Int) throws -> [Rules] {
        let tokens = settings.agents.map { Array($0.utf8) }
        let found = ParallelResults<Rules>(segments.count)
        try inParallel(segments.count, threads: threads) { i in
            let segment = segments[i]
            for name in [nil, SegmentFile.time, SegmentFile.event] { try segment.verify(name) }
            var rules = Rules()
            if !tokens.isEmpty, let reader = segment.reader(Self.agent), let agents = reader.dictionary, reader.type == .category {
                try segment.verify(Self.agent)
                rules.agent = reader
                rules.crawlers = (0..<agents.count).map { code in
                    agents.slice(code).map { CrawlerAgents.match($0, tokens: tokens) } ?? false
                }
            }
            if !settings.testDevices.isEmpty, let reader = segment.reader(SegmentFile.device) {
                try segment.verify(SegmentFile.device)
                rules.device = reader
            }
            found.set(i, rules)
        }
        return found.all
    }

    private struct SegmentTimes: @unchecked Sendable {
        let start: UnsafePointer<Int64>
        init(_ start: UnsafePointer<Int64>) { self.start = start }
    }
}

/// Rows with the reasons why they are filtered, by segment.
private struct FilteredRows: Sendable {
    /// A row and its reason in one number that sorts by the row.
    var marks: [[Int64]]

    init(_ segments: Int) { marks = Array(repeating: [], count: segments) }

    mutating func append(_ reason: DeletionReason, _ segment: Int, _ row: Int) {
        marks[segment].append(Int64(truncatingIfNeeded: row) << 8 | Int64(reason.rawValue))
    }
}

extension DeletionVector {
    fileprivate mutating func append(_ mark: Int64) {
        rows.append(Int32(truncatingIfNeeded: mark >> 8))
        reasons.append(Int8(truncatingIfNeeded: mark & 0xFF))
    }
}

/// Counts the events of one person in the order of time; the rows of an hour that goes over a limit are filtered.
private struct RateTally {
    let perMinute: Int
    let perHour: Int
    private var minute = Int64.min
    private var hour = Int64.min
    private var inMinute = 0
    private var inHour = 0
    private var isOver = false
    /// The rows of the hour while it is not over a limit; no more than the limits are.
    private var pending: [(segment: Int, row: Int)] = []

    init(perMinute: Int, perHour: Int) {
        self.perMinute = perMinute
        self.perHour = perHour
    }

    @inline(__always)
    mutating func add(_ time: Int64, _ segment: Int, _ row: Int, isFiltered: Bool, _ found: inout FilteredRows) {
        let minute = (time - (time % 60_000_000 + 60_000_000) % 60_000_000) / 60_000_000
        if minute != self.minute {
            self.minute = minute
            inMinute = 0
            let hour = (minute - (minute % 60 + 60) % 60) / 60
            if hour != self.hour {
                self.hour = hour
                inHour = 0
                isOver = false
                pending.removeAll(keepingCapacity: true)
            }
        }
        inMinute += 1
        inHour += 1
        if !isOver, inMinute > perMinute || inHour > perHour {
            isOver = true
            for row in pending { found.append(.rate, row.segment, row.row) }
            pending.removeAll(keepingCapacity: true)
        }
        if isFiltered { return }
        if isOver { found.append(.rate, segment, row) } else { pending.append((segment, row)) }
    }
}
